/* What a provider or a TPM sends as TPMS_ATTEST or TPM2B_PUBLIC. */
#include "tpm/tpmwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = {.data = data, .len = size};
	struct tpmwire_attest attest;
	struct tpmwire_rsa_public public;
	struct err err;

	if (tpmwire_parse_attest(bytes, &attest, &err) == 0 &&
		(attest.extra_data_len > sizeof(attest.extra_data) ||
			attest.pcr_digest_len > sizeof(attest.pcr_digest) ||
			attest.name.len > sizeof(attest.name.data)))
		__builtin_trap();
	if (tpmwire_parse_public(bytes, &public, &err) == 0 &&
		(public.policy_len > sizeof(public.policy) ||
			public.key.modulus_len * 8 != public.key_bits ||
			public.name.len != TPMWIRE_NAME_SIZE))
		__builtin_trap();
	return 0;
}

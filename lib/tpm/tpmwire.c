#include "tpm/tpmwire.h"

#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

/* As in tpm.c: tpm2-tss must not print errors about hostile bytes. */
__attribute__((constructor)) static void silence_tss(void)
{
	(void)setenv("TSS2_LOG", "all+none", 0);
}

static bool take_name(const TPM2B_NAME *name, struct tpmwire_name *ret)
{
	if (name->size > sizeof(ret->data))
		return false;
	memcpy(ret->data, name->name, name->size);
	ret->len = name->size;
	return true;
}

static int take_quote(const TPMS_QUOTE_INFO *quote, struct tpmwire_attest *ret, struct err *err)
{
	const TPMS_PCR_SELECTION *bank = &quote->pcrSelect.pcrSelections[0];

	if (quote->pcrSelect.count != 1)
		return err_set(err, ERR_FORMAT, 0, "Quote covers %u banks of PCRs instead of one.",
			quote->pcrSelect.count);
	if (bank->sizeofSelect > sizeof(bank->pcrSelect) ||
		quote->pcrDigest.size > sizeof(ret->pcr_digest))
		return err_set(err, ERR_FORMAT, 0, "Quote has fields of a wrong size.");
	ret->pcr_bank = bank->hash;
	for (unsigned i = 0; i < bank->sizeofSelect; i++)
		ret->pcr_mask |= (uint32_t)bank->pcrSelect[i] << (8 * i);
	memcpy(ret->pcr_digest, quote->pcrDigest.buffer, quote->pcrDigest.size);
	ret->pcr_digest_len = quote->pcrDigest.size;
	return 0;
}

/* Part 2 section 10.12.8: nothing else that a TPM signs with a restricted key begins with this
 * number. */
static int check_magic(struct bytes bytes, struct err *err)
{
	UINT32 magic = TPM2_GENERATED_VALUE;
	size_t offset = 0;

	if (bytes.len >= sizeof(magic) &&
		Tss2_MU_UINT32_Unmarshal(bytes.data, bytes.len, &offset, &magic) == TSS2_RC_SUCCESS &&
		magic != TPM2_GENERATED_VALUE)
		return err_set(err, ERR_FORMAT, 0, "Not made by a TPM: the magic number is 0x%08X.",
			magic);
	return 0;
}

static int take_attest(const TPMS_ATTEST *attest, struct tpmwire_attest *ret, struct err *err)
{
	if (!take_name(&attest->qualifiedSigner, &ret->qualified_signer) ||
		attest->extraData.size > sizeof(ret->extra_data))
		return err_set(err, ERR_FORMAT, 0, "TPM structure has fields of a wrong size.");
	ret->type = attest->type;
	memcpy(ret->extra_data, attest->extraData.buffer, attest->extraData.size);
	ret->extra_data_len = attest->extraData.size;
	ret->clock_ms = attest->clockInfo.clock;
	ret->reset_count = attest->clockInfo.resetCount;
	ret->restart_count = attest->clockInfo.restartCount;
	ret->safe = attest->clockInfo.safe;
	ret->firmware_version = attest->firmwareVersion;
	if (attest->type == TPM2_ST_ATTEST_QUOTE)
		return take_quote(&attest->attested.quote, ret, err);
	if (attest->type != TPM2_ST_ATTEST_CERTIFY)
		return err_set(err, ERR_FORMAT, 0,
			"TPM structure of type 0x%04X is neither quote nor certification.",
			attest->type);
	if (!take_name(&attest->attested.certify.name, &ret->name) ||
		!take_name(&attest->attested.certify.qualifiedName, &ret->qualified_name))
		return err_set(err, ERR_FORMAT, 0, "TPM structure has names of a wrong size.");
	return 0;
}

int tpmwire_parse_attest(struct bytes bytes, struct tpmwire_attest *ret, struct err *err)
{
	struct tpmwire_attest out = {.type = 0};
	TPMS_ATTEST attest = {.magic = 0};
	size_t offset = 0;
	TSS2_RC rc;

	if (check_magic(bytes, err) < 0)
		return -1;
	rc = bytes.len ? Tss2_MU_TPMS_ATTEST_Unmarshal(bytes.data, bytes.len, &offset, &attest)
		       : TSS2_MU_RC_INSUFFICIENT_BUFFER;
	if (rc != TSS2_RC_SUCCESS)
		return err_set(
			err, ERR_FORMAT, rc, "Not a TPMS_ATTEST structure (%zu bytes).", bytes.len);
	if (offset != bytes.len)
		return err_set(err, ERR_FORMAT, 0, "%zu bytes follow the TPMS_ATTEST structure.",
			bytes.len - offset);
	if (take_attest(&attest, &out, err) < 0)
		return -1;
	*ret = out;
	return 0;
}

static int take_key(const TPMT_PUBLIC *public, struct crypto_rsa_public *ret, struct err *err)
{
	const TPMS_RSA_PARMS *rsa = &public->parameters.rsaDetail;
	const TPM2B_PUBLIC_KEY_RSA *modulus = &public->unique.rsa;

	if (modulus->size > sizeof(ret->modulus) || (size_t)modulus->size * 8 != rsa->keyBits ||
		!modulus->size || !(modulus->buffer[0] & 0x80))
		return err_set(err, ERR_FORMAT, 0, "Key's modulus of %u bytes is not of %u bits.",
			modulus->size, rsa->keyBits);
	memcpy(ret->modulus, modulus->buffer, modulus->size);
	ret->modulus_len = modulus->size;
	ret->exponent = rsa->exponent ? rsa->exponent : 65537;
	return 0;
}

static bool has_hash(uint16_t scheme)
{
	return scheme == TPM2_ALG_RSASSA || scheme == TPM2_ALG_RSAPSS || scheme == TPM2_ALG_OAEP;
}

static int take_public(const TPMT_PUBLIC *public, struct tpmwire_rsa_public *ret, struct err *err)
{
	const TPMS_RSA_PARMS *rsa = &public->parameters.rsaDetail;

	if (public->type != TPM2_ALG_RSA)
		return err_set(err, ERR_FORMAT, 0, "Key of type 0x%04X is no RSA key.", public->type);
	if (public->nameAlg != TPM2_ALG_SHA256)
		return err_set(err, ERR_FORMAT, 0, "Key's name is not by SHA-256 but 0x%04X.",
			public->nameAlg);
	if (public->authPolicy.size > sizeof(ret->policy))
		return err_set(err, ERR_FORMAT, 0, "Key's policy has a wrong size.");
	ret->name_alg = public->nameAlg;
	ret->attributes = public->objectAttributes;
	memcpy(ret->policy, public->authPolicy.buffer, public->authPolicy.size);
	ret->policy_len = public->authPolicy.size;
	ret->symmetric = rsa->symmetric.algorithm;
	ret->scheme = rsa->scheme.scheme;
	ret->scheme_hash = has_hash(rsa->scheme.scheme) ? rsa->scheme.details.anySig.hashAlg : 0;
	ret->key_bits = rsa->keyBits;
	return take_key(public, &ret->key, err);
}

/* nameAlg || H(parts), with SHA-256 */
static void make_name(const struct bytes *parts, size_t count, struct tpmwire_name *ret)
{
	ret->data[0] = TPMWIRE_ALG_SHA256 >> 8;
	ret->data[1] = TPMWIRE_ALG_SHA256 & 0xFF;
	crypto_digest(CRYPTO_SHA256, parts, count, ret->data + 2);
	ret->len = TPMWIRE_NAME_SIZE;
}

int tpmwire_parse_public(struct bytes bytes, struct tpmwire_rsa_public *ret, struct err *err)
{
	struct tpmwire_rsa_public out = {.name_alg = 0};
	TPM2B_PUBLIC public = {.size = 0};
	size_t offset = 0;
	struct bytes area;
	TSS2_RC rc;

	if (bytes.len < 2 || ((size_t)bytes.data[0] << 8 | bytes.data[1]) != bytes.len - 2)
		return err_set(err, ERR_FORMAT, 0,
			"Not a TPM2B_PUBLIC structure: its size does not fit (%zu bytes).",
			bytes.len);
	rc = Tss2_MU_TPM2B_PUBLIC_Unmarshal(bytes.data, bytes.len, &offset, &public);
	if (rc != TSS2_RC_SUCCESS)
		return err_set(err, ERR_FORMAT, rc, "Not a TPM2B_PUBLIC structure (%zu bytes).",
			bytes.len);
	if (offset != bytes.len)
		return err_set(err, ERR_FORMAT, 0,
			"%zu bytes too many in the TPM2B_PUBLIC structure.", bytes.len - offset);
	if (take_public(&public.publicArea, &out, err) < 0)
		return -1;
	area = (struct bytes){.data = bytes.data + 2, .len = bytes.len - 2};
	make_name(&area, 1, &out.name);
	*ret = out;
	return 0;
}

void tpmwire_qualified_name(
	uint32_t hierarchy, const struct tpmwire_name *name, struct tpmwire_name *ret)
{
	const uint8_t handle[] = {(uint8_t)(hierarchy >> 24), (uint8_t)(hierarchy >> 16),
		(uint8_t)(hierarchy >> 8), (uint8_t)hierarchy};
	const struct bytes parts[] = {
		{.data = handle, .len = sizeof(handle)}, {.data = name->data, .len = name->len}};

	make_name(parts, 2, ret);
}

bool tpmwire_name_equal(const struct tpmwire_name *a, const struct tpmwire_name *b)
{
	return bytes_equal((struct bytes){a->data, a->len}, (struct bytes){b->data, b->len});
}

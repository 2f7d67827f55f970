#include "appraise/binding.h"

#include <string.h>

/* Handles and commands: TPM 2.0 Part 2, 7.4 and 6.5.2 */
#define RH_OWNER       0x40000001u
#define RH_NULL        0x40000007u
#define RH_ENDORSEMENT 0x4000000Bu

/* TPMA_OBJECT, Part 2, 8.3 */
#define FIXED_TPM             0x00000002u
#define FIXED_PARENT          0x00000010u
#define SENSITIVE_DATA_ORIGIN 0x00000020u
#define USER_WITH_AUTH        0x00000040u
#define ADMIN_WITH_POLICY     0x00000080u
#define RESTRICTED            0x00010000u
#define DECRYPT               0x00020000u
#define SIGN                  0x00040000u

/* The exact attributes of the platform's attestation key. The platform has certified other keys
 * that an administrator put in its place (CVE-2025-49707); the attributes reveal those. */
#define AK_ATTRIBUTES 0x00050472u

/* Policy of keys that the host provisioned; keys of the paravisor have none. Observed in every
 * genuine request of a host-provisioned VM. */
static const uint8_t host_ak_policy[TPM_DIGEST_SIZE] = {0x9d, 0xff, 0xcb, 0xf3, 0x6c, 0x38, 0x3a,
	0xe6, 0x99, 0xfb, 0x98, 0x68, 0xdc, 0x6d, 0xcb, 0x89, 0xd7, 0x15, 0x38, 0x84, 0xbe, 0x28,
	0x03, 0x92, 0x2c, 0x12, 0x41, 0x58, 0xbf, 0xad, 0x22, 0xae};

/* The key is certified moments after the quote; a larger distance means that they belong to
 * different rounds. Both client families take less than a minute; ten leave room for a slow or
 * shared TPM. */
#define MAX_CLOCK_DELTA_MS (10u * 60 * 1000)

void binding_pcr_digest(const struct tpm_pcrs *pcrs, uint8_t ret[TPM_DIGEST_SIZE])
{
	struct bytes parts[TPM_PCR_COUNT];
	size_t count = 0;

	for (unsigned pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (pcrs->mask & 1u << pcr)
			parts[count++] =
				(struct bytes){.data = pcrs->digest[pcr], .len = TPM_DIGEST_SIZE};
	crypto_digest(CRYPTO_SHA256, parts, count, ret);
}

void binding_pcr_policy(const struct tpm_pcrs *pcrs, uint8_t ret[TPM_DIGEST_SIZE])
{
	static const uint8_t start[TPM_DIGEST_SIZE];
	const uint8_t selection[] = {0x00, 0x00, 0x01, 0x7F, /* TPM_CC_PolicyPCR */
		0x00, 0x00, 0x00, 0x01, 0x00, 0x0B, 0x03, (uint8_t)pcrs->mask,
		(uint8_t)(pcrs->mask >> 8), (uint8_t)(pcrs->mask >> 16)};
	uint8_t digest[TPM_DIGEST_SIZE];
	const struct bytes parts[] = {{.data = start, .len = sizeof(start)},
		{.data = selection, .len = sizeof(selection)},
		{.data = digest, .len = sizeof(digest)}};

	binding_pcr_digest(pcrs, digest);
	crypto_digest(CRYPTO_SHA256, parts, 3, ret);
}

static int check_template(const struct tpmwire_rsa_public *ak, struct err *err)
{
	static const uint8_t none[1];
	struct bytes policy = {.data = ak->policy_len ? ak->policy : none, .len = ak->policy_len};

	if (ak->attributes != AK_ATTRIBUTES)
		return err_set(err, ERR_AK_INVALID, 0,
			"Attestation key has the attributes 0x%08X instead of the platform's 0x%08X.",
			ak->attributes, AK_ATTRIBUTES);
	if (ak->policy_len && !bytes_equal(policy, (struct bytes){.data = host_ak_policy,
							   .len = sizeof(host_ak_policy)}))
		return err_set(err, ERR_AK_INVALID, 0,
			"Attestation key has a policy that is not the platform's.");
	if (ak->scheme != TPMWIRE_ALG_RSASSA || ak->scheme_hash != TPMWIRE_ALG_SHA256)
		return err_set(err, ERR_AK_INVALID, 0,
			"Attestation key signs by scheme 0x%04X with hash 0x%04X instead of RSASSA with SHA-256.",
			ak->scheme, ak->scheme_hash);
	if (ak->key_bits != 2048 || ak->key.exponent != 65537 || ak->symmetric != TPMWIRE_ALG_NULL)
		return err_set(err, ERR_AK_INVALID, 0,
			"Attestation key is not the platform's RSA-2048 signing key (%u bits, exponent %u).",
			ak->key_bits, ak->key.exponent);
	return 0;
}

static int parse_public(const struct tpm_public *public, const char *what, enum err_code code,
	struct tpmwire_rsa_public *ret, struct err *err)
{
	if (tpmwire_parse_public((struct bytes){public->data, public->len}, ret, err) == 0)
		return 0;
	err_recode(err, code);
	return err_wrap(err, "%s", what);
}

int binding_check_ak(const struct tpm_public *public, struct tpmwire_rsa_public *ret, struct err *err)
{
	struct tpmwire_rsa_public ak;

	if (parse_public(public, "Attestation key", ERR_AK_INVALID, &ak, err) < 0 ||
		check_template(&ak, err) < 0)
		return -1;
	*ret = ak;
	return 0;
}

int binding_check_cert(struct bytes der, const struct tpmwire_rsa_public *ak,
	struct crypto_cert_info *ret, struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct crypto_cert_info info;

	if (crypto_cert_parse(der, &cert, err) < 0) {
		err_recode(err, ERR_AK_CERT_INVALID);
		return err_wrap(err, "Attestation key's certificate cannot be read");
	}
	crypto_cert_info(cert, &info);
	if (!info.has_rsa_key || !crypto_rsa_equal(&info.key, &ak->key))
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"The certificate is for another key than the vTPM's attestation key.");
	if (!info.may_sign)
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"The attestation key's certificate does not allow signing.");
	if (info.is_ca)
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"The attestation key's certificate is that of a certificate authority.");
	*ret = info;
	return 0;
}

/* What quote and key certification share: type and signature by this attestation key, no qualifying
 * data. */
struct signed_structure {
	const char *what;
	enum err_code code;
	uint16_t type;
	const struct tpm_attest *bytes;
};

static int check_signed(const struct signed_structure *in, const struct tpmwire_rsa_public *ak,
	struct tpmwire_attest *ret, struct err *err)
{
	struct bytes attest = {.data = in->bytes->attest, .len = in->bytes->attest_len};
	struct bytes signature = {.data = in->bytes->signature, .len = in->bytes->signature_len};
	struct tpmwire_name signer;

	if (tpmwire_parse_attest(attest, ret, err) < 0) {
		err_recode(err, in->code);
		return err_wrap(err, "%s", in->what);
	}
	if (ret->type != in->type)
		return err_set(err, in->code, 0, "%s has the type 0x%04X instead of 0x%04X.",
			in->what, ret->type, in->type);
	if (crypto_rsa_verify_sha256(&ak->key, attest, signature, err) < 0)
		return err->code == ERR_NO_MEMORY
			       ? -1
			       : err_set(err, in->code, 0,
					 "%s is not signed by the attestation key.", in->what);
	tpmwire_qualified_name(RH_ENDORSEMENT, &ak->name, &signer);
	if (!tpmwire_name_equal(&signer, &ret->qualified_signer))
		return err_set(err, in->code, 0,
			"%s was signed by a key outside the endorsement hierarchy.", in->what);
	if (ret->extra_data_len)
		return err_set(err, in->code, 0, "%s carries %zu bytes of qualifying data.",
			in->what, ret->extra_data_len);
	return 0;
}

static int check_quote(const struct evidence *evidence, struct binding *out, struct err *err)
{
	const struct signed_structure quote = {
		"Quote", ERR_QUOTE_INVALID, TPMWIRE_QUOTE, &evidence->quote};
	uint8_t digest[TPM_DIGEST_SIZE];

	if (check_signed(&quote, &out->ak, &out->quote, err) < 0)
		return -1;
	if (out->quote.pcr_bank != TPMWIRE_ALG_SHA256)
		return err_set(err, ERR_QUOTE_INVALID, 0,
			"Quote covers the PCR bank 0x%04X instead of SHA-256.", out->quote.pcr_bank);
	if (out->quote.pcr_mask != evidence->pcrs.mask)
		return err_set(err, ERR_QUOTE_INVALID, 0,
			"Quote covers the PCRs 0x%06X instead of those given, 0x%06X.",
			out->quote.pcr_mask, evidence->pcrs.mask);
	if ((out->quote.pcr_mask & TPM_BOOT_PCR_MASK) != TPM_BOOT_PCR_MASK)
		return err_set(err, ERR_QUOTE_INVALID, 0, "Quote does not cover all of PCR 0 to 7.");
	binding_pcr_digest(&evidence->pcrs, digest);
	if (!bytes_equal((struct bytes){out->quote.pcr_digest, out->quote.pcr_digest_len},
		    (struct bytes){digest, sizeof(digest)}))
		return err_set(err, ERR_QUOTE_INVALID, 0,
			"Quote was made over other PCR values than those given.");
	return 0;
}

static int check_key(
	const struct evidence *evidence, const struct tpmwire_rsa_public *key, struct err *err)
{
	const uint32_t required = FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | DECRYPT;
	const uint32_t forbidden = USER_WITH_AUTH | ADMIN_WITH_POLICY | RESTRICTED | SIGN;
	uint8_t policy[TPM_DIGEST_SIZE];

	if ((key->attributes & required) != required || key->attributes & forbidden)
		return err_set(err, ERR_KEY_INVALID, 0,
			"Encryption key with the attributes 0x%08X is not bound to this TPM and its policy.",
			key->attributes);
	if (key->key_bits != 2048 || key->key.exponent != 65537)
		return err_set(err, ERR_KEY_INVALID, 0,
			"Encryption key is not RSA-2048 (%u bits, exponent %u).", key->key_bits,
			key->key.exponent);
	binding_pcr_policy(&evidence->pcrs, policy);
	if (!bytes_equal((struct bytes){key->policy, key->policy_len},
		    (struct bytes){policy, sizeof(policy)}))
		return err_set(err, ERR_KEY_INVALID, 0,
			"Encryption key's policy does not demand the PCR values that were quoted.");
	return 0;
}

static bool is_primary_of(uint32_t hierarchy, const struct tpmwire_attest *certify)
{
	struct tpmwire_name expected;

	tpmwire_qualified_name(hierarchy, &certify->name, &expected);
	return tpmwire_name_equal(&expected, &certify->qualified_name);
}

/* The TPM was not reset between the two. A key of an earlier boot would describe that boot. */
int binding_check_same_boot(
	const struct tpmwire_attest *quote, const struct tpmwire_attest *certify, struct err *err)
{
	if (certify->reset_count != quote->reset_count ||
		certify->restart_count != quote->restart_count ||
		certify->firmware_version != quote->firmware_version)
		return err_set(err, ERR_KEY_INVALID, 0,
			"Encryption key was certified in another boot of the TPM than the quote.");
	if (certify->clock_ms < quote->clock_ms ||
		certify->clock_ms - quote->clock_ms > MAX_CLOCK_DELTA_MS)
		return err_set(err, ERR_KEY_INVALID, 0,
			"Encryption key was not certified right after the quote (TPM clock %llu and %llu ms).",
			(unsigned long long)certify->clock_ms, (unsigned long long)quote->clock_ms);
	return 0;
}

static int check_certified(const struct evidence *evidence, enum binding_hierarchy allowed,
	struct binding *out, struct err *err)
{
	const struct signed_structure certify = {
		"Key certification", ERR_KEY_INVALID, TPMWIRE_CERTIFY, &evidence->key_certify};

	if (check_signed(&certify, &out->ak, &out->certify, err) < 0)
		return -1;
	if (!tpmwire_name_equal(&out->certify.name, &out->key.name))
		return err_set(err, ERR_KEY_INVALID, 0, "Key certification is for another key.");
	if (!is_primary_of(RH_NULL, &out->certify) &&
		!(allowed == BINDING_NULL_OR_OWNER && is_primary_of(RH_OWNER, &out->certify)))
		return err_set(err, ERR_KEY_INVALID, 0,
			"Encryption key is not a primary of the TPM's hierarchy %s.",
			allowed == BINDING_NULL_OR_OWNER ? "NULL or OWNER" : "NULL");
	return 0;
}

/* Reports the encryption key's first fault. Without a valid quote, the PCR values and the boot that
 * the key must match are unknown, so those checks are skipped. */
static int check_encryption_key(const struct evidence *evidence, enum binding_hierarchy allowed,
	bool is_quoted, struct binding *out, struct err *err)
{
	if (parse_public(&evidence->key_public, "Encryption key", ERR_KEY_INVALID, &out->key, err) <
			0 ||
		(is_quoted && check_key(evidence, &out->key, err) < 0) ||
		check_certified(evidence, allowed, out, err) < 0)
		return -1;
	return is_quoted ? binding_check_same_boot(&out->quote, &out->certify, err) : 0;
}

bool binding_check(const struct evidence *evidence, enum binding_hierarchy allowed,
	struct binding *ret, struct findings *found)
{
	struct binding out;
	struct err err;
	bool is_quoted;

	memset(&out, 0, sizeof(out));
	if (binding_check_ak(&evidence->ak_public, &out.ak, &err) < 0 ||
		binding_check_cert(buf_bytes(&evidence->ak_cert), &out.ak, &out.cert, &err) < 0) {
		findings_add(found, &err);
		return false;
	}
	is_quoted = check_quote(evidence, &out, &err) == 0;
	if (!is_quoted)
		findings_add(found, &err);
	if (check_encryption_key(evidence, allowed, is_quoted, &out, &err) < 0) {
		findings_add(found, &err);
		return false;
	}
	if (is_quoted)
		*ret = out;
	return is_quoted;
}

/* binding.h - does this quote come from this TPM's attestation key, and is the encryption key bound
 * to that key and to the PCRs? Checks bytes only (steps 2 to 4 of the attestation verifier). The VM
 * checks its own evidence with it, and so does the provider. */
#ifndef APPRAISE_BINDING_H
#define APPRAISE_BINDING_H

#include "appraise/evidence.h"
#include "appraise/findings.h"
#include "tpm/tpmwire.h"

/* SHA256(digest of the concatenated PCRs) and PolicyPCR's closed form: SHA256(0^32 ||
 * TPM_CC_PolicyPCR || selection || pcrDigest) (TPM 2.0 Part 3, 23.7). */
void binding_pcr_digest(const struct tpm_pcrs *pcrs, uint8_t ret[TPM_DIGEST_SIZE]);
void binding_pcr_policy(const struct tpm_pcrs *pcrs, uint8_t ret[TPM_DIGEST_SIZE]);

/* What the check proved. */
struct binding {
	struct tpmwire_rsa_public ak, key;
	struct tpmwire_attest quote, certify;
	struct crypto_cert_info cert;
};

enum binding_hierarchy {
	BINDING_NULL_ONLY, /* the encryption key must be a primary of the NULL hierarchy */
	BINDING_NULL_OR_OWNER, /* OWNER is allowed too: other clients use it */
};

/* Checks everything that needs no trust anchor: AK template, the certificate holds the AK, both
 * signatures, the quote covers exactly the given PCR values, key certification, policy, names,
 * hierarchies, and that both were made in the same boot of the TPM. Returns false if there are
 * findings. Findings that only follow from another are left out: a bad attestation key or
 * certificate hides the rest; otherwise the quote and the encryption key are both judged.
 * ERR_AK_INVALID, ERR_AK_CERT_INVALID, ERR_QUOTE_INVALID or ERR_KEY_INVALID; the message names the
 * check. */
bool binding_check(const struct evidence *evidence, enum binding_hierarchy allowed,
	struct binding *ret, struct findings *found);

/* Single parts of binding_check. The first: the key has exactly the platform's template
 * (ERR_AK_INVALID). The second: the certificate (DER) holds this key and allows signing
 * (ERR_AK_CERT_INVALID). */
int binding_check_ak(
	const struct tpm_public *public, struct tpmwire_rsa_public *ret, struct err *err) err_check;
int binding_check_cert(struct bytes der, const struct tpmwire_rsa_public *ak,
	struct crypto_cert_info *ret, struct err *err) err_check;

/* The TPM ran from quote to certification without a restart or a long pause. This part of
 * binding_check can fail without an attack, for example when the machine slept in between.
 * ERR_KEY_INVALID. */
int binding_check_same_boot(const struct tpmwire_attest *quote,
	const struct tpmwire_attest *certify, struct err *err) err_check;

#endif

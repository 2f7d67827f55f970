/* binding.h - does this quote come from this TPM's attestation key, and is the encryption key bound
 * to it and to the PCRs? Pure checks of bytes (attestation verifier's steps 2 to 4); used by the VM
 * on its own evidence and by the provider. */
#ifndef APPRAISE_BINDING_H
#define APPRAISE_BINDING_H

#include "appraise/evidence.h"
#include "appraise/findings.h"
#include "edge/tpmwire.h"

/* SHA256(digest of the concatenated PCRs) and PolicyPCR's closed form: SHA256(0^32 ||
 * TPM_CC_PolicyPCR || selection || pcrDigest) (TPM 2.0 Part 3, 23.7). */
void binding_pcr_digest(const struct tpm_pcrs *pcrs, uint8_t ret[TPM_DIGEST_SIZE]);
void binding_pcr_policy(const struct tpm_pcrs *pcrs, uint8_t ret[TPM_DIGEST_SIZE]);

/* What was proved, for the caller's use. */
struct binding {
	struct tpmwire_rsa_public ak, key;
	struct tpmwire_attest quote, certify;
	struct crypto_cert_info cert;
};

enum binding_hierarchy {
	BINDING_NULL_ONLY, /* the encryption key must be a primary of the NULL hierarchy */
	BINDING_NULL_OR_OWNER, /* also OWNER, which other clients use                        */
};

/* Everything that needs no trust anchor: AK template, certificate holds the AK's key, both
 * signatures, quote over exactly the given PCR values, key certification, policy, names,
 * hierarchies, same boot of the TPM. False if there are findings, as far as one does not follow
 * from another: the attestation key or its certificate; else the quote, and the encryption key.
 * ERR_AK_INVALID, ERR_AK_CERT_INVALID, ERR_QUOTE_INVALID or ERR_KEY_INVALID, and the message names
 * the check. */
bool binding_check(const struct evidence *evidence, enum binding_hierarchy allowed,
	struct binding *ret, struct findings *found);

/* Parts of it, for who looks at one thing after the other: the key is the platform's template to
 * the bit (ERR_AK_INVALID); the certificate (DER) is for this key and made for signing
 * (ERR_AK_CERT_INVALID). */
int binding_check_ak(
	const struct tpm_public *public, struct tpmwire_rsa_public *ret, struct err *err) err_check;
int binding_check_cert(struct bytes der, const struct tpmwire_rsa_public *ak,
	struct crypto_cert_info *ret, struct err *err) err_check;

/* The TPM went on running from quote to certification, without restart or long pause: the part of
 * binding_check that can fail though nobody did wrong (the machine slept in between).
 * ERR_KEY_INVALID. */
int binding_check_same_boot(const struct tpmwire_attest *quote,
	const struct tpmwire_attest *certify, struct err *err) err_check;

#endif

/* tpm.h - the machine's TPM 2.0 through tpm2-tss. Only the files tpm*.c send commands to it.
 *
 * It uses SAPI (tss2-sys), not ESAPI: one call is one TPM command, so an attestation costs exactly
 * the commands of the protocol, and password and policy sessions without salt need none of ESAPI's
 * session cryptography. Not thread-safe: one struct tpm per thread. Calls block: a command takes up
 * to 2 s on a loaded virtual TPM. After 30 s (tpmlink.h) it fails with ERR_TPM_SILENT, and every
 * later command of the same struct tpm fails so at once. Every size is bounded; wire structures are
 * returned as the TPM sent them (big endian). Source: TPM 2.0 Library, Part 2 (structures) and Part
 * 3 (commands), revision 1.59; handles and indices as Azure Trusted Launch provisions them.
 */
#ifndef TPM_TPM_H
#define TPM_TPM_H

#include "base/buf.h"

#define TPM_AK_HANDLE        0x81000003u /* persistent attestation key */
#define TPM_AK_CERT_NV_INDEX 0x01C101D0u /* its X.509 certificate, DER */
#define TPM_PCR_COUNT        24
#define TPM_BOOT_PCR_MASK    0xFFu /* PCRs 0 to 7: firmware to boot loader */
#define TPM_DIGEST_SIZE      32 /* SHA-256, the only bank that is used */

#define TPM_MAX_WIRE 1024 /* bytes of a TPM2B_PUBLIC or TPMS_ATTEST */
#define TPM_MAX_CERT 8192 /* bytes of a certificate in NV (4096 on today's platforms) */

struct tpm; /* owns TCTI and SAPI context; tpm_close flushes every handle */

/* The TCTI of the machine's own TPM: the kernel's resource manager, or, for kernels without one
 * (before 4.12), the TPM itself. Devices are looked up below root_fd. */
const char *tpm_machine_tcti(int root_fd);
/* tcti: "device:/dev/tpmrm0", "swtpm:path=FILE", "swtpm:host=HOST,port=PORT". ERR_TPM_OPEN;
 * ERR_NO_VTPM if a device does not exist; ERR_USAGE for another form. */
int tpm_open(const char *tcti, struct tpm **ret, struct err *err) err_check;
void tpm_close(struct tpm *tpm);
static inline void tpm_cleanup(struct tpm **tpm)
{
	tpm_close(*tpm);
}

/* The TPM's manufacturer and firmware (TPM_PT_MANUFACTURER, TPM_PT_FIRMWARE_VERSION_1 and 2, Part
 * 2, 6.13). */
struct tpm_identity {
	char manufacturer[5]; /* printable, e.g. "MSFT", "IBM" */
	uint32_t firmware[2]; /* in the manufacturer's own format */
};
/* Sends one command, which also shows that the TPM answers. */
int tpm_read_identity(struct tpm *tpm, struct tpm_identity *ret, struct err *err) err_check;

/* SHA-256 PCR values; digest[i] is valid if mask has bit i. */
struct tpm_pcrs {
	uint32_t mask;
	uint8_t digest[TPM_PCR_COUNT][TPM_DIGEST_SIZE];
};

/* The result of a signing command: TPMS_ATTEST as marshalled, and the bare RSASSA-SHA256
 * signature. */
struct tpm_attest {
	uint8_t attest[TPM_MAX_WIRE];
	size_t attest_len; /* 113 for a quote of one bank, 141 for a certification */
	uint8_t signature[512];
	size_t signature_len; /* 256 for RSA-2048 */
};

/* TPM2B_PUBLIC with its 2-byte size, as TPM2_ReadPublic and TPM2_CreatePrimary return it. */
struct tpm_public {
	uint8_t data[TPM_MAX_WIRE];
	size_t len;
};

/* Reads the attestation key's certificate: the DER without the padding of the index, in as few
 * commands as the TPM allows. ERR_NO_AK_CERT (index not defined), ERR_TPM_HIERARCHY,
 * ERR_AK_CERT_PENDING (never written, or only 00 or FF bytes), ERR_AK_CERT_INVALID (not DER, or cut
 * off). */
int tpm_read_ak_cert(struct tpm *tpm, struct buf *ret, struct err *err) err_check;
/* Puts this certificate (DER) there, and reads it back. An index that can hold it is written where
 * it is, with zeros behind the certificate; else it is removed and made anew, of just this size.
 * Whatever ends it in between leaves the old certificate, the new one, or none that can be read:
 * ERR_NO_AK_CERT or ERR_AK_CERT_PENDING, until it is called again. So keep the certificate until it
 * returns 0. ERR_AK_CERT_NOT_RENEWED: the index is the platform's, and the VM cannot write it, or
 * not so much. ERR_TPM_FAILED with the TPM's code, e.g. for an owner's password. */
int tpm_write_ak_cert(struct tpm *tpm, struct bytes der, struct err *err) err_check;
/* ERR_NO_AK if no key is at the handle; ERR_TPM_HIERARCHY if that may be because a hierarchy is
 * switched off. */
int tpm_read_ak_public(struct tpm *tpm, struct tpm_public *ret, struct err *err) err_check;
/* ERR_TPM_BANK: the TPM has no bank of SHA-256. */
int tpm_read_pcrs(struct tpm *tpm, uint32_t mask, struct tpm_pcrs *ret, struct err *err) err_check;
/* Quotes the PCRs of `mask`, SHA-256 bank, with the attestation key and empty qualifyingData. */
int tpm_quote(struct tpm *tpm, uint32_t mask, struct tpm_attest *ret, struct err *err) err_check;

/* Creates the encryption key, an RSA-2048 primary of the NULL hierarchy that only the PolicyPCR
 * digest `policy` can use. It stays loaded until tpm_flush_key or tpm_close. */
int tpm_create_key(struct tpm *tpm, const uint8_t policy[TPM_DIGEST_SIZE], struct tpm_public *ret,
	struct err *err) err_check;
/* TPM2_Certify of that key by the attestation key. */
int tpm_certify_key(struct tpm *tpm, struct tpm_attest *ret, struct err *err) err_check;
/* Decrypts RSAES-PKCS1-v1_5 with that key under PolicyPCR(mask), and appends to ret.
 * ERR_PCR_CHANGED if the PCRs no longer satisfy the policy, ERR_INNER_KEY if the ciphertext is not
 * for this key. */
int tpm_decrypt(struct tpm *tpm, uint32_t mask, struct bytes ciphertext, struct buf *ret,
	struct err *err) err_check;
int tpm_flush_key(struct tpm *tpm, struct err *err) err_check;

#endif

/* evidence.h - everything that one attestation proves with: plain bytes, collected on the VM or
 * parsed out of a request. */
#ifndef APPRAISE_EVIDENCE_H
#define APPRAISE_EVIDENCE_H

#include "boot/eventlog.h"
#include "tpm/tpm.h"

#define EVIDENCE_TEXT_SIZE  64
#define EVIDENCE_MAX_EVENTS (1u << 18) /* more than fit into EVENTLOG_MAX_BYTES */

struct evidence {
	struct buf ak_cert; /* X.509 in DER, without padding */
	struct tpm_public ak_public; /* TPM2B_PUBLIC of the attestation key               */
	struct tpm_attest quote; /* over PCRs 0-7                                     */
	struct tpm_pcrs pcrs; /* the values that the quote covers */
	struct tpm_public key_public; /* TPM2B_PUBLIC of the encryption key               */
	struct tpm_attest key_certify;
	struct buf event_log; /* raw; empty if it could not be read                */
	char os_distro[EVIDENCE_TEXT_SIZE]; /* os-release NAME                            */
	int os_major, os_minor; /* os-release VERSION_ID; 1 and 0 if unknown         */
	/* For a redacted log only: bit n % 8 of byte n / 8 is set if event n's data was removed and
	 * only its digest is left. Such an event proves its digest and nothing else. */
	struct buf redacted;
};

bool evidence_is_redacted(const struct evidence *evidence, uint32_t event);
int evidence_mark_redacted(struct evidence *evidence, uint32_t event, struct err *err) err_check;

/* Empty evidence; a macro, because the struct is large. */
#define EVIDENCE_EMPTY                                                                             \
	((struct evidence){                                                                        \
		.ak_cert = buf_with_max(TPM_MAX_CERT),                                             \
		.event_log = buf_with_max(EVENTLOG_MAX_BYTES),                                     \
		.os_major = 1,                                                                     \
		.redacted = buf_with_max(EVIDENCE_MAX_EVENTS / 8),                                 \
	})
void evidence_done(struct evidence *evidence);
static inline void evidence_cleanup(struct evidence *evidence)
{
	evidence_done(evidence);
}

#endif

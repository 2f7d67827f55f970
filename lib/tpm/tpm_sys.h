/* tpm_sys.h - what the files tpm*.c share of a TPM. The only file that includes tpm2-tss's SAPI. */
#ifndef TPM_TPM_SYS_H
#define TPM_TPM_SYS_H

#include <tss2/tss2_rc.h>
#include <tss2/tss2_sys.h>
#include "tpm/tpm.h"
#include "tpm/tpmlink.h"

#define TPM_NO_HANDLE 0u

struct tpm {
	TSS2_TCTI_CONTEXT *tcti;
	TSS2_SYS_CONTEXT *sys;
	TPM2_HANDLE key; /* loaded encryption key, or TPM_NO_HANDLE */
	TPM2_HANDLE session; /* policy session, or TPM_NO_HANDLE */
	bool is_silent; /* a command was not answered */
};

static const TSS2L_SYS_AUTH_COMMAND tpm_empty_password = {
	.count = 1, .auths = {{.sessionHandle = TPM2_RS_PW}}};

#define tpm_silent(err, rc, what)                                                                  \
	err_set(err, ERR_TPM_SILENT, rc, "%s: the TPM did not answer within %d s.", what,          \
		TPMLINK_COMMAND_MS / 1000)
#define tpm_failed(err, rc, what)                                                                  \
	((rc) == TSS2_TCTI_RC_TRY_AGAIN                                                            \
			? tpm_silent(err, rc, what)                                                \
			: err_set(err, ERR_TPM_FAILED, rc, "%s: %s.", what, Tss2_RC_Decode(rc)))

/* The TPM's own code without the number of the handle, parameter or session (Part 2, 6.6.2). The
 * kernel's resource manager passes the TPM's codes on in a layer of its own. Codes of the software
 * above the TPM become 0, which no caller compares with. */
TSS2_RC tpm_plain_rc(TSS2_RC rc);
/* Whether to send the command again; waits before it returns true. After these warnings the TPM has
 * done nothing yet (Part 2, 6.6.3). */
bool tpm_is_busy(TSS2_RC rc, unsigned *tries);
/* Sends one command of `tpm`; rc is its result. After a command without an answer no other is sent,
 * since tpm2-tss still waits for that answer. */
#define tpm_run(rc, command)                                                                       \
	do {                                                                                       \
		unsigned tries_ = 0;                                                               \
		do                                                                                 \
			(rc) = tpm->is_silent ? TSS2_TCTI_RC_TRY_AGAIN : (command);                \
		while (tpm_is_busy(rc, &tries_));                                                  \
		tpm->is_silent |= (rc) == TSS2_TCTI_RC_TRY_AGAIN;                                  \
	} while (0)

/* Reads `count` properties from `first` on (Part 2, 6.13); what the TPM does not have is 0. */
TSS2_RC tpm_read_properties(struct tpm *tpm, uint32_t first, uint32_t count, uint32_t *ret);
/* -1 always. *err is that something is absent, and becomes ERR_TPM_HIERARCHY if a hierarchy is
 * switched off: what it holds is then as if it were absent (Part 1, 13.3). Each is on again after
 * TPM2_Startup(CLEAR) (Part 2, 8.6, TPMA_STARTUP_CLEAR). */
int tpm_explain_absence(struct tpm *tpm, struct err *err) err_check;

#endif

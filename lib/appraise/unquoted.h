/* unquoted.h - compares the PCRs behind the quoted ones (8 to 15) with what the log leads to.
 *
 * They are read, not quoted: nothing signs them, and an attacker who controls the kernel can forge
 * them. They also change after the boot. So a PCR that grew is never a deviation; only a log that
 * shows events that the TPM did not measure is one.
 *
 * Who extends what, and whether the log has it (systemd 257 tpm2-pcr.h and
 * systemd-pcrphase.service(8), UAPI Linux TPM PCR Registry):
 * - 8, 9, 14: GRUB, the kernel's EFI stub and shim, before the log ends. No ordinary distribution
 * extends them later: in 20 logs of real Linux machines with their TPM's values all three match.
 * But some owners' attestation clients do (PCR 8 of an Azure confidential VM: extended, not in its
 * log). A difference deserves attention even where the log has no event of the PCR: removing all of
 * a PCR's events from the log does not undo the measurements.
 * - 10: IMA, never in the log: not compared.
 * - 11: systemd-stub in the log, then systemd's phases of the boot, not in the log.
 * - 12, 13: systemd-stub in the log, then programs that close them (snap-bootstrap extends 12).
 * - 15: systemd's machine and file system identity, not in the log.
 *
 * That a PCR is empty is knowledge, too: 8, 9, 11 to 14 are compared without an event in the log,
 * so that the first event there is a change.
 */
#ifndef APPRAISE_UNQUOTED_H
#define APPRAISE_UNQUOTED_H

#include "boot/eventlog.h"
#include "tpm/tpm.h"

#define UNQUOTED_MASK 0xFB00u /* 8 to 15 without 10: as many as one TPM2_PCR_Read returns */

/* Masks of PCRs. Each PCR of `compared` is in exactly one of the other masks. */
struct unquoted_pcrs {
	/* PCRs that were read, except 15 if the log does not extend it */
	uint32_t compared;
	/* equal to what the log leads to, or to the start value if it has no event */
	uint32_t as_logged;
	/* 11: what the log leads to, extended by systemd's phases of the boot */
	uint32_t by_phases;
	uint32_t grown; /* 11 to 13, 15: another value, which is ordinary */
	uint32_t beyond; /* 8, 9, 14: another value, which deserves attention */
	/* 8, 9, 14: PCRs that stop at an earlier event of the log */
	uint32_t unmeasured;
};

/* led_to: from replay_sha256. Returns 0, or -1 with ERR_LOG_NOT_MEASURED if there are `unmeasured`
 * PCRs, which is a deviation; else -1 with ERR_PCR_BEYOND_LOG if there are `beyond` PCRs, which is
 * a remark and does not make the machine Unhealthy. *ret is always filled. */
int unquoted_compare(const struct eventlog *log, const struct tpm_pcrs *led_to,
	const struct tpm_pcrs *read, struct unquoted_pcrs *ret, struct err *err) err_check;

/* PCRs that the log led to during the boot: its events of these are what was measured. */
static inline uint32_t unquoted_proven(const struct unquoted_pcrs *pcrs)
{
	return pcrs->as_logged | pcrs->by_phases;
}

#define UNQUOTED_TEXT_SIZE 96
/* Formats the PCRs of a mask: "8, 9, 14". */
void unquoted_text(uint32_t mask, char ret[UNQUOTED_TEXT_SIZE]);

#endif

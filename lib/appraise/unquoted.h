/* unquoted.h - the PCRs behind the quoted ones (8 to 15) beside what the log leads to.
 *
 * They are read, not quoted: nothing signs them, and whoever rules the kernel can lie about them.
 * Nor do they rest when the boot ends. So this never calls a machine tampered with for a PCR that
 * grew; only a log that shows what the TPM did not measure is a deviation.
 *
 * Who extends what, and is it in the log (systemd 257 tpm2-pcr.h and systemd-pcrphase.service(8),
 * UAPI Linux TPM PCR Registry):
 * - 8, 9, 14: GRUB, the kernel's EFI stub and shim, before the log ends. Nothing of an ordinary
 * distribution extends them later: in 20 logs of real Linux machines with their TPM's values all
 * three agree. But attestation clients of some owners do (PCR 8 of an Azure confidential VM:
 * extended, not in its log). A difference deserves a look, also where the log tells nothing:
 *   whoever takes all of a PCR's events out of the log does not get rid of what they were.
 * - 10: IMA, never in the log: not looked at.
 * - 11: systemd-stub in the log, then systemd's phases of the boot, not in the log.
 * - 12, 13: systemd-stub in the log, then whoever closes them (snap-bootstrap extends 12).
 * - 15: systemd's machine and file system identity, not in the log.
 */
#ifndef APPRAISE_UNQUOTED_H
#define APPRAISE_UNQUOTED_H

#include "boot/eventlog.h"
#include "edge/tpm.h"

#define UNQUOTED_MASK 0xFB00u /* 8 to 15 without 10: as many as one TPM2_PCR_Read gives */

/* Masks of PCRs. Each compared one is in exactly one of the others. */
struct unquoted_pcrs {
	uint32_t compared; /* read, and the log extends them or they are 8, 9, 14 */
	uint32_t as_logged; /* hold what the log leads to; the start value where it has no event */
	uint32_t by_phases; /* 11: what the log leads to, then systemd's phases of the boot */
	uint32_t grown; /* 11 to 13, 15: something else, which is ordinary */
	uint32_t beyond; /* 8, 9, 14: something else, which deserves a look */
	/* 8, 9, 14: what the log led to at an earlier event: the TPM did not measure the rest */
	uint32_t unmeasured;
};

/* led_to: of replay_sha256. 0, or -1 with ERR_LOG_NOT_MEASURED if there are `unmeasured`, which is
 * a deviation; else with ERR_PCR_BEYOND_LOG if there are `beyond`, which is a remark and no reason
 * to call the machine Unhealthy. *ret is filled in any case. */
int unquoted_compare(const struct eventlog *log, const struct tpm_pcrs *led_to,
	const struct tpm_pcrs *read, struct unquoted_pcrs *ret, struct err *err) err_check;

#define UNQUOTED_TEXT_SIZE 96
/* A mask's PCRs: "8, 9, 14" */
void unquoted_text(uint32_t mask, char ret[UNQUOTED_TEXT_SIZE]);

#endif

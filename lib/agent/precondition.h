/* precondition.h - checks what an attestation needs, without a TPM command or a packet, so that
 * every `enable` can afford it. What only the TPM holds (attestation key, certificate) is checked
 * by the first round. */
#ifndef AGENT_PRECONDITION_H
#define AGENT_PRECONDITION_H

#include "base/err.h"

/* machine: as in struct utsname. ERR_PLATFORM. */
int precondition_check_platform(const char *machine, struct err *err) err_check;

/* All of the checks below. A permanent cause is reported before one that may pass by itself
 * (err_info(code)->retry). Each check can also fail with ERR_IO. */
int precondition_check(int root_fd, const char *tcti, struct err *err) err_check;

int precondition_check_uefi(int root_fd, struct err *err) err_check; /* ERR_NO_UEFI */
/* tcti: if not "", the TPM is reached without the machine's devices, and the check succeeds.
 * ERR_NO_VTPM. */
int precondition_check_vtpm(int root_fd, const char *tcti, struct err *err) err_check;
/* ERR_SECURE_BOOT_OFF only if the firmware's variable is 0; an unreadable one counts as unknown. */
int precondition_check_secure_boot(int root_fd, struct err *err) err_check;
/* ERR_NO_EVENT_LOG, ERR_EVENT_LOG_EMPTY, ERR_EVENT_LOG_UNREADABLE. */
int precondition_check_event_log(int root_fd, struct err *err) err_check;

/* The current value of a one-byte variable of the firmware, from efivarfs: "SecureBoot",
 * "SetupMode" (UEFI 2.10 section 3.3). */
enum precondition_flag { PRECONDITION_FLAG_UNKNOWN, PRECONDITION_FLAG_0, PRECONDITION_FLAG_1 };
enum precondition_flag precondition_read_flag(int root_fd, const char *name);

#endif

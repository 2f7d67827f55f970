/* precondition.h - what must be there before an attestation can succeed, told without a TPM command
 * or a packet: cheap enough for every `enable`. What only the TPM knows (attestation key,
 * certificate) is found out by the first round. */
#ifndef AGENT_PRECONDITION_H
#define AGENT_PRECONDITION_H

#include "base/err.h"

/* machine: as uname tells it. ERR_PLATFORM. */
int precondition_check_platform(const char *machine, struct err *err) err_check;

/* All of the following. The first cause that cannot go away by itself wins over one that can
 * (err_info(code)->retry). */
int precondition_check(int root_fd, const char *tcti, struct err *err) err_check;

int precondition_check_uefi(int root_fd, struct err *err) err_check; /* ERR_NO_UEFI */
/* tcti other than "": another way to the TPM than the machine's devices. ERR_NO_VTPM. */
int precondition_check_vtpm(int root_fd, const char *tcti, struct err *err) err_check;
/* Only if its variable says off; unreadable is unknown. ERR_SECURE_BOOT_OFF. */
int precondition_check_secure_boot(int root_fd, struct err *err) err_check;
/* ERR_NO_EVENT_LOG, ERR_EVENT_LOG_EMPTY, ERR_EVENT_LOG_UNREADABLE. */
int precondition_check_event_log(int root_fd, struct err *err) err_check;

/* A variable of the firmware that is one byte, as efivarfs shows it now: "SecureBoot", "SetupMode"
 * (UEFI 2.10 section 3.3). */
enum precondition_flag { PRECONDITION_FLAG_UNKNOWN, PRECONDITION_FLAG_0, PRECONDITION_FLAG_1 };
enum precondition_flag precondition_read_flag(int root_fd, const char *name);

#endif

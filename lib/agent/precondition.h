/* precondition.h - what must be there before an attestation can succeed, told without a TPM command or a packet: cheap enough for
 * every `enable`. What only the TPM knows (attestation key, certificate) is found out by the first round. */
#ifndef AGENT_PRECONDITION_H
#define AGENT_PRECONDITION_H

#include "base/err.h"

/* machine: as uname tells it. ERR_PLATFORM. */
int precondition_check_platform(const char *machine, struct err *err) err_check;

/* UEFI, virtual TPM (unless tcti names another way to it), Secure Boot (only if its variable says off; unreadable is unknown), event
 * log. The first cause that cannot go away by itself wins over one that can (err_info(code)->retry).
 * ERR_NO_UEFI, ERR_NO_VTPM, ERR_SECURE_BOOT_OFF, ERR_NO_EVENT_LOG, ERR_EVENT_LOG_EMPTY, ERR_EVENT_LOG_UNREADABLE. */
int precondition_check(int root_fd, const char *tcti, struct err *err) err_check;

#endif

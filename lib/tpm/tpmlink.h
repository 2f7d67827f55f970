/* tpmlink.h - the transport to a TPM, with a deadline. Only tpmlink.c opens a transport (TCTI) of
 * tpm2-tss.
 *
 * No transport of tpm2-tss (3.2 and 4.1) has a reliable deadline: the device's may block in
 * write(2) or in its first probe until the kernel gives the command up (5 minutes for some), and
 * the software TPM's blocks in read(2). So a thread does the blocking calls, and the caller waits
 * for it with a deadline. The thread exists from open to close and sleeps between commands. If it
 * does not return in time, it is cancelled and abandoned: it frees its memory when the kernel call
 * returns. */
#ifndef TPM_TPMLINK_H
#define TPM_TPMLINK_H

#include <tss2/tss2_tcti.h>

/* a command takes 2 s on a loaded virtual TPM, and a VM may pause while it is migrated */
#define TPMLINK_COMMAND_MS 30000

enum tpmlink_kind { TPMLINK_DEVICE, TPMLINK_SWTPM };

/* Opens a transport with the interface of every TCTI. If opening or an answer takes too long, the
 * result is TSS2_TCTI_RC_TRY_AGAIN, and so is that of every later command, at once: a late answer
 * would belong to an earlier command. conf: the configuration of this kind's TCTI; it is copied.
 * TSS2_TCTI_RC_MEMORY: no memory or no thread. */
TSS2_RC tpmlink_open(enum tpmlink_kind kind, const char *conf, TSS2_TCTI_CONTEXT **ret);
void tpmlink_close(TSS2_TCTI_CONTEXT *link); /* accepts NULL */

#endif

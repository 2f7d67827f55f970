/* tpmlink.h - the way to a TPM, with a deadline. The only file that opens a transport (TCTI) of
 * tpm2-tss.
 *
 * Neither transport knows a deadline that can be relied on: the device's may block in write(2) or
 * in its first probe until the kernel gives the command up (5 minutes for some), that of the
 * software TPM blocks in read(2) (tpm2-tss 3.2 and 4.1). So a thread of its own does the blocking,
 * and the caller waits for it as long as it wants to. It exists from open to close; it waits for
 * work, and nothing wakes it. One that does not come back is cancelled and left to itself: it frees
 * what it holds when the kernel lets it go. */
#ifndef EDGE_TPMLINK_H
#define EDGE_TPMLINK_H

#include <tss2/tss2_tcti.h>

#define TPMLINK_COMMAND_MS                                                                         \
	30000 /* a command takes 2 s on a loaded virtual TPM; a VM may stand still while it is     \
		 migrated */

enum tpmlink_kind { TPMLINK_DEVICE, TPMLINK_SWTPM };

/* A transport like any other. An answer, or the opening, that does not come in time is
 * TSS2_TCTI_RC_TRY_AGAIN, and so is every later command, at once: what the TPM may still answer
 * belongs to the one before. conf: as the kind's TCTI takes it; it is copied. TSS2_TCTI_RC_MEMORY:
 * no memory or no thread. */
TSS2_RC tpmlink_open(enum tpmlink_kind kind, const char *conf, TSS2_TCTI_CONTEXT **ret);
void tpmlink_close(TSS2_TCTI_CONTEXT *link); /* NULL is fine */

#endif

/* redact.h - removes from a bundle what identifies a VM or its owner, so that the bundle can still
 * be verified.
 *
 * Removed: VM id, host name, boot id, client payload, the token's number, a private provider's
 * address, the text of reasons that the bundle itself does not show, all that the TPM did not sign
 * (events and values of PCRs beyond the quote, other banks; this includes kernel command lines),
 * every UUID in texts and in the data of events, the GUIDs of disks and partitions. Of a quoted
 * event only the data changes: its digest stays, and so do the PCRs. Kept, because verification
 * needs it: attestation key, its certificate, its signatures, and these digests (guessable.h). */
#ifndef BUNDLE_REDACT_H
#define BUNDLE_REDACT_H

#include "bundle/bundle.h"

/* A VM's id is replaced by "sha256:" and the digest that the firmware measures for it, so that ids
 * can still be compared. */
#define REDACT_HASH_PREFIX "sha256:"
/* Replaces the text of a reason. */
#define REDACT_REASON    "What it is about was taken out."
#define REDACT_HASH_SIZE (sizeof(REDACT_HASH_PREFIX) + 64)

/* Redacts a bundle that is not redacted yet. A bundle with its token cannot be redacted, because
 * the token is signed as a whole. ERR_FORMAT, ERR_NO_MEMORY. */
int redact_bundle(struct bundle *bundle, struct err *err) err_check;

/* Computes the replacement of a VM id. */
void redact_vm_id(const char *vm_id, char ret[REDACT_HASH_SIZE]);
/* Is this the replacement of the id that the firmware measured into PCR 6? */
bool redact_is_of_log(const char *hash, const struct eventlog *log);

#endif

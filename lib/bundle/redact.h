/* redact.h - what identifies a VM or its owner, taken out of a bundle where it still verifies
 * without it.
 *
 * Goes: VM id, host name, boot id, client payload, the token's number, a provider of one's own,
 * reasons' words that the bundle does not show itself, all that the TPM did not sign (events and
 * values of PCRs beyond the quote, other banks: kernel command lines among them), every UUID in
 * texts and in the data of events, the GUIDs of disks and partitions. Of a quoted event only the
 * data changes: its digest stays, and with it the PCRs. Stays, because nothing verifies without it:
 * attestation key, its certificate, its signatures, and these digests (guessable.h). */
#ifndef BUNDLE_REDACT_H
#define BUNDLE_REDACT_H

#include "bundle/bundle.h"

/* What may stand for a VM's id: "sha256:" and the digest that the firmware measures for it, so that
 * it is still comparable. */
#define REDACT_HASH_PREFIX "sha256:"
/* Instead of a reason's words. */
#define REDACT_REASON    "What it is about was taken out."
#define REDACT_HASH_SIZE (sizeof(REDACT_HASH_PREFIX) + 64)

/* Once. A bundle with its token cannot be redacted: the token is signed as a whole. ERR_FORMAT. */
int redact_bundle(struct bundle *bundle, struct err *err) err_check;

/* VM id -> what stands for it. */
void redact_vm_id(const char *vm_id, char ret[REDACT_HASH_SIZE]);
/* Is this the VM whose id the firmware measured into PCR 6? */
bool redact_is_of_log(const char *hash, const struct eventlog *log);

#endif

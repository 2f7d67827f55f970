/* redact.h - what identifies a VM or its owner, taken out of a bundle where it still verifies without it.
 *
 * Goes: VM id, host name, boot id, the client payload's members but the nonce, a provider of one's own, every UUID in texts and in the data
 * of events, the GUIDs of disks and partitions, and all data of events beyond the quoted PCRs (kernel command lines among them). Of an
 * event only the data changes: its digest stays, and with it the PCRs.
 * Stays, because nothing verifies without it: attestation key, its certificate, its signatures, and digests; who knows a VM's id
 * recognises it by the digest that the firmware measured.
 */
#ifndef MONITOR_REDACT_H
#define MONITOR_REDACT_H

#include "monitor/bundle.h"

/* What may stand for a VM's id: "sha256:" and the digest that the firmware measures for it, so that it is still comparable. */
#define REDACT_HASH_PREFIX "sha256:"
#define REDACT_HASH_SIZE   (sizeof(REDACT_HASH_PREFIX) + 64)

/* A bundle with its token cannot be redacted: the token is signed as a whole. ERR_FORMAT. */
int redact_bundle(struct bundle *bundle, struct err *err) err_check;

/* VM id -> what stands for it. */
void redact_vm_id(const char *vm_id, char ret[REDACT_HASH_SIZE]);
/* Is this the VM whose id the firmware measured into PCR 6? */
bool redact_is_of_log(const char *hash, const struct eventlog *log);

#endif

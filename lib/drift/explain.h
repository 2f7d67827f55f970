/* explain.h - why a part of this boot is another one than before, as far as the VM's own disks can
 * tell.
 *
 * - programs and kernels: a package installed exactly these bytes; on a system without dpkg and
 * rpm: it was there before the restart. Nothing else counts: whoever changes a program changes it
 * on the disk.
 * - other files: a package; or it was there before the restart; or it is on the disk now, unchanged
 * since the machine started
 * - command line, initrds: the boot configuration on the disk asks for them, which likewise was
 * there before
 * - PK, KEK, db, dbx: the variable's contents were there before the restart: only a signed update
 * changes them
 *
 * The sources are disks that root can write: an explanation tells an update from a riddle, and does
 * not tell whose update it was.
 */
#ifndef DRIFT_EXPLAIN_H
#define DRIFT_EXPLAIN_H

#include "appraise/secureboot.h"
#include "disk/next_boot.h"
#include "drift/drift.h"

struct explain_sources {
	struct next_boot_round round; /* this VM, this boot */
	/* this boot's, as PCR 7 proves it; NULL: its variables stay unexplained */
	const struct secureboot *secureboot;
};

/* component: of this boot; pending: after a look in this boot. With EXPLANATION_NONE the text says
 * what speaks against an explanation,
 * "" if nothing was found. Reads package records; takes up to some seconds. */
void explain_component(const struct explain_sources *sources, const struct next_boot *pending,
	const struct component *component, struct explanation *ret);

/* All that this boot has and the accepted one does not, unless it is explained already: for struct
 * drift_verdict_inputs. context: struct explain_sources. */
void explain_drift(void *context, struct drift *drift);

#endif

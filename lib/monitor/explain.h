/* explain.h - why a part of this boot is another one than before, as far as the VM's own disks can tell.
 *
 *   programs and kernels  a package installed exactly these bytes; on a system without dpkg and rpm: it was there before the restart.
 *                         Nothing else counts: whoever changes a program changes it on the disk.
 *   other files           a package; or it was there before the restart; or it is on the disk now
 *   command line, initrds the boot configuration on the disk asks for them, since when it was written
 *   PK, KEK, db, dbx      the variable's contents were there before the restart: only a signed update changes them
 *
 * The sources are disks that root can write: an explanation tells an update from a riddle, and does not tell whose update it was.
 */
#ifndef MONITOR_EXPLAIN_H
#define MONITOR_EXPLAIN_H

#include "agent/pending.h"
#include "appraise/drift.h"

struct explain_sources {
	int root_fd;
	const struct pending *pending; /* after a look in this boot */
	const struct eventlog
		*eventlog; /* this boot's, for the Secure Boot variables; NULL: those stay unexplained */
};

/* component: of this boot. With EXPLANATION_NONE the text says what speaks against an explanation, "" if nothing was found. Reads package
 * records; takes up to some seconds. */
void explain_component(
	const struct explain_sources *sources, const struct component *component, struct explanation *ret);
/* All that is in this boot and not in the accepted one. */
void explain_drift(const struct explain_sources *sources, struct drift *drift);

#endif

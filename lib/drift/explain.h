/* explain.h - why a part of this boot changed, as far as the VM's own disks show it.
 *
 * - programs and kernels: a package installed exactly these bytes; on a system without dpkg and
 * rpm: the file was there before the restart. That the same file is on the disk now proves nothing:
 * an attacker would have put it there.
 * - other files: a package installed them; or they were there before the restart; or they are on
 * the disk now, unchanged since the machine started
 * - command line, initrds: the boot configuration on the disk contains them, and was likewise there
 * before; or nothing differs from an accepted command line but the /usr partition and its hash,
 * which the kernel holds (usrline.h)
 * - PK, KEK, db, dbx: the variable's contents were there before the restart: only a signed update
 * changes them
 *
 * Root can write these disks: an explanation distinguishes an update from an unexplained change,
 * and does not prove who made the update. A file explains only the role that it is measured in.
 */
#ifndef DRIFT_EXPLAIN_H
#define DRIFT_EXPLAIN_H

#include "appraise/secureboot.h"
#include "disk/next_boot.h"
#include "drift/drift.h"

struct explain_sources {
	struct next_boot_round round; /* this VM, this boot */
	/* of this boot, as PCR 7 proves it; NULL: its variables stay unexplained */
	const struct secureboot *secureboot;
	const struct components *boot; /* NULL: the hash in its command line, and that it has no
					  initrds, stay unexplained */
};

/* component: of this boot; pending: after a look in this boot. With EXPLANATION_NONE the text is
 * what speaks against an explanation, or "". Reads package records, which may take seconds, until
 * that takes too long once: package_timeout, zeroed before the first of several calls. */
void explain_component(const struct explain_sources *sources, const struct next_boot *pending,
	const struct component *component, struct err *package_timeout, struct explanation *ret);

/* Explains every component that this boot has and the accepted one lacks, and initrds that it
 * lacks, unless it is explained already. */
void explain_drift(const struct explain_sources *sources, struct drift *drift);

#endif

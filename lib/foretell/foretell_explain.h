/* foretell_explain.h - how the next attestation will explain what changes: for each program that
 * this boot did not start by an accepted boot, or by what drift/explain.h finds on the disks now;
 * and which of the variables of PCR 7 are others. */
#ifndef FORETELL_FORETELL_EXPLAIN_H
#define FORETELL_FORETELL_EXPLAIN_H

#include "disk/next_boot.h"
#include "foretell/foretell.h"

struct foretell_explain_inputs {
	/* this VM, this boot; state_fd -1: the extension is not enabled */
	const struct next_boot_round *round;
	const struct next_boot *pending; /* after a look */
	struct bytes event_log; /* of this boot */
};

/* Fills foretell->changes and foretell->explanation. Nothing, if it does not boot, or without the
 * log. Reads package records, which may take seconds. */
void foretell_explain(const struct foretell_explain_inputs *inputs, struct foretell *foretell);

#endif

/* foretell_record.h - keeps what was foretold over the restart (disk/foretold_record.h). */
#ifndef FORETELL_FORETELL_RECORD_H
#define FORETELL_FORETELL_RECORD_H

#include "disk/next_boot.h"
#include "foretell/foretell.h"

struct foretell_record_inputs {
	const struct next_boot_round *round; /* this VM, this boot */
	const struct next_boot *pending; /* after a look */
	struct bytes event_log; /* of this boot */
	const struct foretell *foretell;
};

/* Searches the packages of the programs that this boot did not start. Without an answer that can be
 * compared, nothing is written: what was recorded before does not fit the next boot by its PCRs.
 * ERR_IO, ERR_STATE_UNREADABLE, ERR_NO_MEMORY. */
int foretell_record(const struct foretell_record_inputs *inputs, struct err *err) err_check;

#endif

/* foretell_record.h - keeps what was foretold over the restart (disk/foretold_record.h). */
#ifndef FORETELL_FORETELL_RECORD_H
#define FORETELL_FORETELL_RECORD_H

#include "disk/next_boot.h"
#include "foretell/foretell.h"

/* foretell: after foretell_explain(). Without an answer that can be compared, nothing is written:
 * what was recorded before does not fit the next boot by its PCRs. ERR_IO, ERR_STATE_UNREADABLE,
 * ERR_NO_MEMORY. */
int foretell_record(const struct next_boot_round *round, const struct foretell *foretell,
	struct err *err) err_check;

#endif

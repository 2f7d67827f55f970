/* foretell_record.h - keeps what was foretold over the restart (disk/foretold_record.h). */
#ifndef FORETELL_FORETELL_RECORD_H
#define FORETELL_FORETELL_RECORD_H

#include "disk/next_boot.h"
#include "foretell/foretell.h"

/* foretell: after foretell_explain(). packages: packages_stamp() before it; if that is another one
 * by now, the search may have seen either state, and nothing is written. Nor is it without an
 * answer that can be compared: what was recorded before does not fit the next boot by its PCRs.
 * ERR_IO, ERR_STATE_UNREADABLE, ERR_NO_MEMORY. */
int foretell_record(const struct next_boot_round *round, const struct foretell *foretell,
	const uint8_t packages[CRYPTO_SHA256_SIZE], struct err *err) err_check;

#endif

/* dbx_level.h - which of the published revocation lists a dbx holds. The data is hostile.
 *
 * A dbx holds a list if it has all of its entries; more entries do no harm. Updates of dbx only add
 * entries, so it may hold several lists. Source of the lists: dbx_published.h. */
#ifndef APPRAISE_DBX_LEVEL_H
#define APPRAISE_DBX_LEVEL_H

#include "base/bytes.h"

/* Zeroed: no published list has any of its entries, so nothing can be concluded. */
struct dbx_level {
	bool is_known;
	/* of the lists that hold most of its entries: "x64", "arm64"; static, like the dates */
	const char *architecture;
	const char *held; /* date of the latest list that it holds: "2025-10-15"; NULL: it holds
			     none */
	const char *latest; /* date of the latest list that is known to this program */
	size_t missing; /* entries of the latest list that it lacks */
};

void dbx_level_read(struct bytes variable_data, struct dbx_level *ret);

#endif

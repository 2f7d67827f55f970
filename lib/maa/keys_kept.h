/* keys_kept.h - a provider's key set that is used again, as long as the provider's cache headers
 * allow (net/freshness.h). It is kept in memory only. */
#ifndef MAA_KEYS_KEPT_H
#define MAA_KEYS_KEPT_H

#include "base/buf.h"
#include "base/clock.h"
#include "net/url.h"

struct keys_kept {
	struct http_origin origin; /* host "": nothing is kept */
	struct buf text; /* owned; as received over TLS from the origin */
	struct clock_time at; /* when it was received */
	uint32_t fresh_s; /* from then on */
};

void keys_kept_done(struct keys_kept *kept);
/* The set that may be used for this origin now; {NULL, 0} if none. It is dropped when its time is
 * over by either clock, or a clock is earlier than at its receipt. */
struct bytes keys_kept_for(
	struct keys_kept *kept, const struct http_origin *origin, const struct clock_time *now);
/* Keeps a set in place of the earlier one, unless fresh_s is 0. Without memory nothing is kept. */
void keys_keep(struct keys_kept *kept, const struct http_origin *origin, struct bytes text,
	const struct clock_time *now, uint32_t fresh_s);

#endif

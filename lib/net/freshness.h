/* freshness.h - for how long an answer may be used again, by its headers (RFC 9111 section 4.2).
 * Pure. */
#ifndef NET_FRESHNESS_H
#define NET_FRESHNESS_H

#include <stdint.h>

#define FRESHNESS_MAX_S 86400

/* Seconds, at most FRESHNESS_MAX_S; 0: not at all, or not stated. cache_control: the header's
 * value, NULL if absent; age: likewise. lifetime_s: Expires minus Date, which counts without
 * max-age; 0 or less: none. What cannot be read shortens the time to 0. */
uint32_t freshness_s(const char *cache_control, const char *age, int64_t lifetime_s);

#endif

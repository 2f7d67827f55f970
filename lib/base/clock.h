/* clock.h - reads the clocks. Judgements take the time as a value, so that tests can set it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now_s(void); /* Unix time, seconds */
int64_t clock_now_ns(void); /* the same in nanoseconds; enough until 2262 */
int64_t clock_monotonic_ms(void); /* since boot, for intervals */

/* Both clocks at one moment: the wall clock can be set to any time, the boot clock only runs on. */
struct clock_time {
	int64_t wall_s; /* Unix time */
	int64_t boot_s; /* CLOCK_BOOTTIME: since boot; it also advances while the VM is suspended */
};
struct clock_time clock_read(void);

#define CLOCK_TEXT_SIZE 21
/* "2026-01-31T12:00:00Z" (RFC 3339); years are clamped to 0 to 9999. */
void clock_text(int64_t unix_s, char ret[CLOCK_TEXT_SIZE]);
/* Unix time of exactly such a text, which is a date that there is; false for any other. */
bool clock_parse(const char *text, int64_t *ret);
/* Unix time of a text that begins with "Sun, 06 Nov 1994 08:49:37" (RFC 9110 section 5.6.7), which
 * is GMT whatever follows; false for any other text. */
bool clock_parse_http(const char *text, int64_t *ret);

#endif

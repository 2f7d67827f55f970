/* clock.h - the two clocks, read by programs only; everything below takes the time as a value. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now_s(void);        /* Unix time, seconds */
int64_t clock_now_ns(void);       /* the same in nanoseconds; enough until 2262 */
int64_t clock_monotonic_ms(void); /* since boot, for intervals */

#define CLOCK_TEXT_SIZE 21
/* "2026-01-31T12:00:00Z"; years 0 to 9999, others are clamped. */
void clock_text(int64_t unix_s, char ret[CLOCK_TEXT_SIZE]);

#endif

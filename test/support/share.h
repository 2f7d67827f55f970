/* share.h - how much of what a fuzz target made was still good: a target whose inputs are all
 * refused would find nothing. Told when the program ends, behind "told: " (scripts/fuzz repeats
 * it); too little is a failure. */
#ifndef TEST_SUPPORT_SHARE_H
#define TEST_SUPPORT_SHARE_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHARE_ENOUGH 100 /* of them, to tell a share */

static struct {
	const char *what, *good_is; /* "edited logs", "still verified" */
	uint64_t made, good, least; /* least: percent */
} share;

static inline void share_tell(void)
{
	uint64_t percent = share.made ? 100 * share.good / share.made : 0;

	(void)fprintf(stderr, "told: %" PRIu64 " %s, %" PRIu64 " (%" PRIu64 " %%) %s\n", share.made,
		share.what, share.good, percent, share.good_is);
	if (share.made < SHARE_ENOUGH || percent >= share.least)
		return;
	(void)fprintf(stderr, "Too few: at least %" PRIu64 " %% are needed.\n", share.least);
	_exit(1);
}

static inline void share_begin(const char *what, const char *good_is, uint64_t least)
{
	share.what = what;
	share.good_is = good_is;
	share.least = least;
	(void)atexit(share_tell);
}

#endif

/* kinds.h - how many variations of one kind of situation (test/README.md) a table has judged: good
 * ones, and attacks that look like them. test/run adds up what the tests print. */
#ifndef TEST_SUPPORT_KINDS_H
#define TEST_SUPPORT_KINDS_H

#include <stdbool.h>
#include <stdio.h>

struct judged {
	size_t good, attacks;
};

static inline void judged_add(struct judged *judged, bool is_good)
{
	judged->good += is_good;
	judged->attacks += !is_good;
}

static inline void judged_print(int kind, struct judged judged)
{
	(void)printf("kind %d: %zu good, %zu attacks\n", kind, judged.good, judged.attacks);
}

#endif

/* quiet.h - when changes of files have settled: some time without any, at most so often, and not
 * later than that even if they go on. Times are milliseconds of clock_monotonic_ms(). */
#ifndef BASE_QUIET_H
#define BASE_QUIET_H

#include <stdint.h>
#include "base/err.h"

#define QUIET_TIMES ((struct quiet_times){.quiet_ms = 60000, .rest_ms = 300000})

struct quiet_times {
	int64_t quiet_ms; /* without a change */
	int64_t rest_ms; /* between two looks, and the longest delay of one */
};

struct quiet {
	struct quiet_times times;
	int fd; /* of base/watch.h; -1: nothing is watched */
	int64_t looked_ms; /* when the files were looked at last */
	bool is_changed; /* since then */
	int64_t first_ms, check_ms; /* if changed: the first change, and when to check again */
};

/* The descriptor to wait for; -1 while changes are waited out, so that an update of many files
 * wakes the service once a minute and not once a file. */
int quiet_wait_fd(const struct quiet *quiet);
/* Until quiet_check is due; -1: not before quiet_wait_fd is readable. */
int quiet_left_ms(const struct quiet *quiet, int64_t now_ms);
/* *ret_due: the files are to be looked at now. ERR_IO. */
int quiet_check(struct quiet *quiet, int64_t now_ms, bool *ret_due, struct err *err) err_check;

#endif

/* hang.h - reports a round that does not end. The status is prepared before the round, because a
 * process that hangs cannot be relied on. */
#ifndef SERVICE_HANG_H
#define SERVICE_HANG_H

#include "agent/status.h"
#include "base/watchdog.h"
#include "memory/record.h"

struct hang {
	int folder_fd; /* of the status */
	char name[STATUS_FILE_NAME_SIZE];
	struct buf status; /* the text of the status file */
	char line[256]; /* for the journal */
	struct watchdog_acts acts; /* of the caller */
	struct watchdog *watchdog;
};

struct hang_inputs {
	int root_fd;
	const struct record *service;
	int64_t now_s; /* Unix time */
	uint32_t limit_s; /* how long the round may take */
	struct watchdog_acts acts; /* both end the process */
};

/* Begins to watch a round. If the round does not end in time, a thread of its own (base/watchdog.h)
 * writes a line to stderr, replaces the status by ERR_HUNG and calls `late`. ret must stay at its
 * address until hang_done. ERR_IO, ERR_NO_MEMORY. */
int hang_watch(const struct hang_inputs *inputs, struct hang *ret, struct err *err) err_check;
/* To be called when the round is over. Accepts a zeroed value. */
void hang_done(struct hang *hang);
static inline void hang_cleanup(struct hang *hang)
{
	hang_done(hang);
}

#endif

/* hang.h - what a service reports when its own work does not end: a status that is made beforehand,
 * since then nothing can be relied on. */
#ifndef SERVICE_HANG_H
#define SERVICE_HANG_H

#include "agent/status.h"
#include "base/watchdog.h"
#include "service/record.h"

struct hang {
	int folder_fd; /* of the status */
	char name[STATUS_FILE_NAME_SIZE];
	struct buf status; /* the file's text */
	char line[256]; /* for the journal */
	watchdog_act *end;
	void *context;
	struct watchdog *watchdog;
};

struct hang_inputs {
	int root_fd;
	const struct record *service;
	int64_t now_s; /* Unix time */
	uint32_t limit_s; /* how long the round may take */
	watchdog_act *end; /* ends the process */
	void *context; /* of `end` */
};

/* Begins to watch a round. If it is not over in time, the status becomes ERR_HUNG in place of
 * whatever stands, a line goes to stderr, and then `end` is called, in a thread of its own
 * (base/watchdog.h). ret stays where it is until hang_done. */
int hang_watch(const struct hang_inputs *inputs, struct hang *ret, struct err *err) err_check;
/* The round is over. Also for a zeroed one. */
void hang_done(struct hang *hang);
static inline void hang_cleanup(struct hang *hang)
{
	hang_done(hang);
}

#endif

/* An event log from its bytes to the facts that are read from it. */
#include <stdlib.h>
#include "appraise/components.h"
#include "appraise/eventstory.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(components) struct components components = components_empty();
	struct eventlog log;
	struct eventlog_walk walk;
	struct eventlog_event event;
	struct replay replay;
	struct secureboot facts;
	struct err err;
	uint32_t count = 0;

	if (eventlog_open((struct bytes){data, size}, &log, &err) < 0)
		return 0;
	walk = eventlog_walk(&log);
	while (eventlog_next(&log, &walk, &event)) {
		struct eventstory story;

		eventstory_tell(&log, &walk, &event, &story);
		count++;
	}
	if (count != log.event_count) /* what opened must be readable to its end */
		abort();
	replay_run(&log, &replay);
	(void)!replay_check_data(&log, 0xFFFFFF, &err);
	(void)!secureboot_read(&log, &facts, &err);
	(void)!components_read(&log, 0xFFFFFF, &components, &err);
	return 0;
}

/* An event log from its bytes to the facts that are read from it. */
#include <stdlib.h>
#include "components/components.h"
#include "appraise/authority.h"
#include "appraise/eventstory.h"
#include "appraise/unquoted.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "boot/bootphase.h"
#include "boot/cclog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the log leads to is as it leads; any other value is explained in one sentence or another. */
static void compare(const struct eventlog *log)
{
	auto_cleanup(findings) struct findings found = {0};
	struct tpm_pcrs led_to, other;
	struct unquoted_pcrs unquoted;
	struct err err;

	if (replay_sha256(log, &led_to, &err) < 0)
		return;
	if (replay_compare(log, &led_to, &led_to, &found) ||
		unquoted_compare(log, &led_to, &led_to, &unquoted, &err) < 0)
		abort();
	other = led_to;
	other.mask = 0xFFFFFF;
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		other.digest[pcr][0] ^= pcr % 2;
	if (replay_compare(log, &led_to, &other, &found) != 0xAAAAAA || found.count != 12)
		abort();
}

static void tell(
	const struct eventlog *log, const struct eventlog_walk *walk, const struct event *event)
{
	struct event as_pcr = cclog_as_pcr(event);
	struct bootphase_place place;
	struct eventstory story;
	struct err err;

	(void)!eventstory_describe(log, walk, event, &story, &err);
	(void)bootphase_of(event, &place);
	(void)bootphase_of(&as_pcr, &place);
	(void)replay_data_of(log, &as_pcr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(components) struct components components = components_empty();
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct replay replay;
	struct secureboot facts;
	struct authorities authorities;
	struct err err;
	uint32_t count = 0;

	if (eventlog_open((struct bytes){data, size}, &log, &err) < 0)
		return 0;
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event)) {
		tell(&log, &walk, &event);
		count++;
	}
	if (count != log.event_count) /* what opened must be readable to its end */
		abort();
	replay_run(&log, &replay);
	compare(&log);
	(void)cclog_is(&log);
	(void)!authority_read(&log, &authorities, &err);
	(void)!replay_check_data(&log, 0xFFFFFF, &err);
	(void)!secureboot_read(&log, &facts, &err);
	(void)!components_read(&log, 0xFFFFFF, &components, &err);
	return 0;
}

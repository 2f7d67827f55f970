#include "foretell/foretell_record.h"

#include <string.h>
#include "base/text.h"
#include "disk/foretold_record.h"
#include "disk/packages.h"
#include "drift/explain.h"

#define PROGRAM_PCR 4

/* Did this boot start it? */
static bool is_known(struct bytes event_log, const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	const struct bytes digest = {sha256, CRYPTO_SHA256_SIZE};
	struct eventlog_walk walk;
	struct eventlog log;
	struct event event;
	struct err ignored;

	if (eventlog_open(event_log, &log, &ignored) < 0)
		return false;
	walk = eventlog_walk(&log);
	while (event_next(&log, &walk, &event))
		if (event.pcr == PROGRAM_PCR && bytes_equal(event.measured, digest))
			return true;
	return false;
}

/* As the comparison will see it after the restart: the last program is the kernel. */
static void explain(
	const struct foretell_record_inputs *inputs, size_t index, struct foretold_record *record)
{
	const struct explain_sources sources = {.round = *inputs->round};
	const struct chain *chain = &inputs->foretell->chain;
	const struct program *program = chain->items[index].program;
	struct component component = {
		.kind = index + 1 == chain->count ? COMPONENT_KERNEL : COMPONENT_APPLICATION,
		.pcr = PROGRAM_PCR};
	struct explanation explanation;

	memcpy(component.sha256, program->sha256, sizeof(component.sha256));
	(void)text_format(component.name, sizeof(component.name), "%s", chain->items[index].path);
	explain_component(&sources, inputs->pending, &component, &explanation);
	if (explanation.how != EXPLANATION_PACKAGE || record->count == FORETOLD_RECORD_MAX)
		return;
	memcpy(record->explained[record->count].sha256, program->sha256, CRYPTO_SHA256_SIZE);
	(void)text_format(record->explained[record->count++].text, FORETOLD_RECORD_TEXT, "%s",
		explanation.text);
}

int foretell_record(const struct foretell_record_inputs *inputs, struct err *err)
{
	const struct foretold *foretold = &inputs->foretell->foretold;
	struct foretold_record record = {.seen_s = inputs->round->now_s};

	if (!foretold->programs.is_foretold || !foretold->secure_boot.is_foretold)
		return 0;
	(void)text_format(record.boot_id, sizeof(record.boot_id), "%s", inputs->round->boot_id);
	memcpy(record.programs, foretold->programs.next, sizeof(record.programs));
	memcpy(record.secure_boot, foretold->secure_boot.next, sizeof(record.secure_boot));
	for (size_t i = 0; i < inputs->foretell->chain.count; i++)
		if (!is_known(inputs->event_log, inputs->foretell->chain.items[i].program->sha256))
			explain(inputs, i, &record);
	if (packages_stamp(inputs->round->root_fd, record.packages, err) < 0)
		return -1;
	return foretold_record_save(inputs->round->state_fd, &record, err);
}

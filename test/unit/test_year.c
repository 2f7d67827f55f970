/* The boots of test/year/boots.txt: a year of updates and attacks as `make year` recorded it
 * (test/year/record.py tells the lines). Each is judged as the service judges it; what the disks
 * explained is remembered from the record. */
#include "check.h"
#include "../support/logmaker.h"
#include <stdio.h>
#include "appraise/machine_view.h"
#include "appraise/replay.h"
#include "base/codec.h"
#include "drift/baseline.h"
#include "drift/drift_verdict.h"

#define MAX_EVENTS 8192
#define MAX_PARTS  4096
#define BOOT_ID    "boot"

struct recorded_event {
	uint32_t pcr, type;
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	struct buf data;
};

struct boot {
	char codes[96], what[160];
	struct buf measured, shown; /* logs; shown is empty if it is the same */
};

struct year {
	size_t event_count, part_count;
	struct recorded_event *events;
	struct baseline_explained *parts;
	struct boot boot;
	struct baseline *baseline;
	size_t updates, attacks;
};

static void read_digest(const char *hex, uint8_t ret[CRYPTO_SHA256_SIZE])
{
	struct err err;

	check_ok(hex_decode(bytes_of_text(hex), ret, CRYPTO_SHA256_SIZE, &err), &err);
}

/* OFFSET+SIZE of the base, or hex. */
static void put_piece(struct buf *data, const char *piece, struct bytes base)
{
	size_t offset, size, len = strlen(piece);
	struct err err;

	if (sscanf(piece, "%zu+%zu", &offset, &size) == 2) {
		assert_true(offset + size <= base.len);
		put(data, base.data + offset, size);
		return;
	}
	for (size_t i = 0; i < len; i += 2) {
		uint8_t byte;

		check_ok(hex_decode((struct bytes){(const uint8_t *)piece + i, 2}, &byte, 1, &err),
			&err);
		put(data, &byte, 1);
	}
}

static void read_event(struct year *year, char *line)
{
	struct recorded_event *event = &year->events[year->event_count];
	char sha256[2 * CRYPTO_SHA256_SIZE + 1], *rest;
	size_t base;
	int read;

	assert_true(year->event_count < MAX_EVENTS);
	assert_int_equal(
		sscanf(line, "%u %u %64s %zu%n", &event->pcr, &event->type, sha256, &base, &read), 4);
	read_digest(sha256, event->sha256);
	event->data = buf_with_max(1 << 20);
	for (char *piece = strtok_r(line + read, " ", &rest); piece;
		piece = strtok_r(NULL, " ", &rest))
		put_piece(&event->data, piece, buf_bytes(&year->events[base].data));
	year->event_count++;
}

static void read_part(struct year *year, const char *line)
{
	struct baseline_explained *part = &year->parts[year->part_count++];
	char kind[64], sha256[2 * CRYPTO_SHA256_SIZE + 1];

	assert_true(year->part_count <= MAX_PARTS);
	assert_int_equal(sscanf(line, "%63s %64s", kind, sha256), 2);
	*part = (struct baseline_explained){.explanation.how = EXPLANATION_FILE};
	assert_true(component_kind_of_name(kind, &part->kind));
	read_digest(sha256, part->sha256);
}

/* "0-3 7 9-12": takes the next numbers off *line; false at its end. */
static bool next_range(const char **line, size_t *ret_first, size_t *ret_last)
{
	int read;

	if (sscanf(*line, "%zu%n", ret_first, &read) != 1)
		return false;
	*line += read;
	*ret_last = *ret_first;
	if (**line == '-' && sscanf(*line, "-%zu%n", ret_last, &read) == 1)
		*line += read;
	return true;
}

static void put_recorded(struct buf *log, const struct recorded_event *event)
{
	put_number(log, event->pcr, 4);
	put_number(log, event->type, 4);
	put_number(log, 1, 4);
	put_number(log, EVENTLOG_SHA256, 2);
	put(log, event->sha256, sizeof(event->sha256));
	put_number(log, event->data.len, 4);
	put(log, event->data.data, event->data.len);
}

static struct buf read_log(const struct year *year, const char *line)
{
	struct buf log = buf_with_max(1 << 20);
	size_t first, last;

	put_header(&log, &(struct logmaker_bank){EVENTLOG_SHA256, CRYPTO_SHA256_SIZE}, 1);
	while (next_range(&line, &first, &last))
		for (; first <= last; first++)
			put_recorded(&log, &year->events[first]);
	return log;
}

static void read_explained(const struct year *year, const char *line)
{
	struct baseline *baseline = year->baseline;
	size_t first, last;

	while (next_range(&line, &first, &last))
		for (; first <= last; first++)
			baseline->explained[baseline->explained_count++] = year->parts[first];
}

/* As appraise_evidence does it behind the quote, which holds the PCRs that the TPM measured. */
static void appraise_log(struct bytes measured, struct bytes shown, struct appraisal *ret)
{
	struct machine_view view = {0};
	struct eventlog log;
	struct err err;

	check_ok(eventlog_open(measured, &log, &err), &err);
	check_ok(replay_sha256(&log, &view.pcrs, &err), &err);
	check_ok(eventlog_open(shown, &ret->log, &err), &err);
	check_ok(replay_sha256(&ret->log, &ret->led_to, &err), &err);
	ret->binding.quote.pcr_mask = view.pcrs.mask = TPM_BOOT_PCR_MASK;
	ret->is_replayed = replay_compare(&ret->log, &ret->led_to, &view.pcrs, &ret->findings) == 0;
	if (ret->is_replayed && replay_check_data(&ret->log, TPM_BOOT_PCR_MASK, &err) < 0)
		findings_add(&ret->findings, &err);
	else if (ret->is_replayed)
		ret->has_secureboot = secureboot_read(&ret->log, &ret->secureboot, &err) == 0;
	if (ret->secureboot.is_shim_lenient)
		finding(&ret->findings, ERR_SHIM_LENIENT, "shim verifies nothing.");
	view.pcrs.mask = 0xFFFF & ~TPM_BOOT_PCR_MASK;
	machine_view_compare(&view, ret);
	ret->verdict = verdict_of_findings(&ret->findings);
}

static void judge_change(struct year *year, const struct appraisal *appraisal, struct verdict *ret)
{
	const struct rules rules = rules_default();
	const struct comparison_inputs inputs = {.appraisal = appraisal,
		.root_fd = -1,
		.state_fd = -1,
		.rules = &rules,
		.boot_id = BOOT_ID};
	auto_cleanup(components) struct components boot = components_empty();
	auto_cleanup(drift) struct drift drift = {0};
	struct drift_judgement judgement = {.is_acceptable = true};
	struct baseline_variant as = {.how = BASELINE_EXPLAINED};
	struct err err;

	check_ok(drift_verdict_components(appraisal, &boot, &err), &err);
	if (year->baseline->count)
		check_ok(drift_verdict_compare(
				 &inputs, year->baseline, &boot, &drift, &judgement, &err),
			&err);
	*ret = year->baseline->count ? judgement.verdict : appraisal->verdict;
	if (strcmp(year->boot.codes, "ok") != 0)
		return;
	if (!judgement.is_acceptable)
		fail_msg("%s: %s", year->boot.what, judgement.text);
	if (year->baseline->count && drift.count == 0)
		(void)baseline_use(year->baseline, drift.variant);
	else
		check_ok(baseline_accept(year->baseline, &boot, &as, &err), &err);
}

static bool is_listed(const char *codes, const char *name)
{
	size_t len = strlen(name);

	for (; *codes; codes += strcspn(codes, ","), codes += *codes == ',')
		if (strcspn(codes, ",") == len && strncmp(codes, name, len) == 0)
			return true;
	return false;
}

static void judge_boot(struct year *year)
{
	struct boot *boot = &year->boot;
	struct bytes measured = buf_bytes(&boot->measured), shown = buf_bytes(&boot->shown);
	struct appraisal *appraisal = NULL;
	struct verdict verdict;
	struct err err;

	if (measured.len == 0)
		return;
	check_ok(appraisal_new(&appraisal, &err), &err);
	appraise_log(measured, shown.len ? shown : measured, appraisal);
	verdict = appraisal->verdict;
	if (verdict.health == HEALTH_HEALTHY)
		judge_change(year, appraisal, &verdict);
	if (strcmp(boot->codes, "ok") == 0) {
		year->updates++;
		if (verdict.health != HEALTH_HEALTHY)
			fail_msg("false alarm: %s: %s", boot->what, verdict.reason.msg);
	} else {
		year->attacks++;
		if (verdict.health != HEALTH_UNHEALTHY ||
			!is_listed(boot->codes, err_info(verdict.reason.code)->name))
			fail_msg("missed: %s: %s %s", boot->what,
				err_info(verdict.reason.code)->name, verdict.reason.msg);
	}
	appraisal_free(appraisal);
	buf_done(&boot->measured);
	buf_done(&boot->shown);
}

static void read_boot(struct year *year, const char *line)
{
	judge_boot(year); /* the one before */
	assert_int_equal(sscanf(line, "%95s %159[^\n]", year->boot.codes, year->boot.what), 2);
	year->baseline->explained_count = 0;
}

static void read_line(struct year *year, char *line)
{
	if (strncmp(line, "event ", 6) == 0)
		read_event(year, line + 6);
	else if (strncmp(line, "part ", 5) == 0)
		read_part(year, line + 5);
	else if (strncmp(line, "boot ", 5) == 0)
		read_boot(year, line + 5);
	else if (strncmp(line, "measured ", 9) == 0)
		year->boot.measured = read_log(year, line + 9);
	else if (strncmp(line, "shown ", 6) == 0)
		year->boot.shown = read_log(year, line + 6);
	else if (strncmp(line, "explained ", 10) == 0)
		read_explained(year, line + 10);
	else
		fail_msg("A line of the record: %s", line);
}

static void no_update_is_a_false_alarm_and_each_attack_is_found(void **state)
{
	struct year year = {.events = calloc(MAX_EVENTS, sizeof(*year.events)),
		.parts = calloc(MAX_PARTS, sizeof(*year.parts))};
	FILE *file = fopen("test/year/boots.txt", "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	struct err err;

	(void)state;
	assert_true(file && year.events && year.parts);
	check_ok(baseline_new(&year.baseline, &err), &err);
	(void)snprintf(year.baseline->explained_boot_id, sizeof(year.baseline->explained_boot_id),
		BOOT_ID);
	while ((len = getline(&line, &size, file)) > 0) {
		line[len - 1] = '\0';
		read_line(&year, line);
	}
	judge_boot(&year);
	assert_true(year.updates > 300 && year.attacks > 600);
	for (size_t i = 0; i < year.event_count; i++)
		buf_done(&year.events[i].data);
	free(year.events);
	free(year.parts);
	free(line);
	baseline_ptr_cleanup(&year.baseline);
	(void)fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_update_is_a_false_alarm_and_each_attack_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "doctor/doctor_checks.h"

#define MAX_NEEDS 3

#define MACHINE   "Machine"
#define BOOT      "This boot"
#define EXTENSION "Extension"
#define NETWORK   "Network"

static const struct row {
	const char *part, *check;
	doctor_check *run;
	doctor_check *needs[MAX_NEEDS];
} rows[] = {
#define ROW(part, word, check, ...) {part, word, check, {__VA_ARGS__}},
	DOCTOR_CHECKS(ROW)
#undef ROW
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROW_COUNT <= DOCTOR_MAX_FINDINGS, "every check has a finding");

static void set_message(
	struct doctor_finding *finding, enum doctor_state state, const char *format, va_list args)
{
	char raw[2 * ERR_MSG_SIZE];

	(void)vsnprintf(raw, sizeof(raw), format, args);
	text_clean(finding->message, sizeof(finding->message), bytes_of_text(raw));
	finding->state = state;
}

void doctor_ok(struct doctor_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_message(finding, DOCTOR_OK, format, args);
	va_end(args);
}

void doctor_warn(struct doctor_finding *finding, enum err_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_message(finding, DOCTOR_WARNING, format, args);
	va_end(args);
	finding->code = code;
}

void doctor_skip(struct doctor_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_message(finding, DOCTOR_SKIPPED, format, args);
	va_end(args);
}

int doctor_skip_on_bios(const struct doctor *doctor, struct doctor_finding *finding,
	enum err_code code, const struct err *err)
{
	if (!doctor->is_bios || err->code != code)
		return -1;
	doctor_skip(finding, "Not there, as this VM was not started by UEFI: see 'firmware'.");
	return 0;
}

/* The first needed check without a usable result; NULL if there is none. */
static const struct doctor_finding *find_obstacle(
	const struct doctor_report *report, doctor_check *const needs[MAX_NEEDS])
{
	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];

		for (size_t k = 0; k < MAX_NEEDS && needs[k]; k++)
			if (rows[i].run == needs[k] &&
				(finding->state >= DOCTOR_ERROR || finding->code == ERR_NOT_ENABLED))
				return finding;
	}
	return NULL;
}

static void make_finding(struct doctor *doctor, const struct row *row,
	const struct doctor_report *before, struct doctor_finding *ret)
{
	const struct doctor_finding *obstacle = find_obstacle(before, row->needs);
	struct err err;

	*ret = (struct doctor_finding){
		.part = row->part, .check = row->check, .details = json_new_object()};
	if (obstacle) {
		doctor_skip(ret, "Not looked at: it needs '%s'.", obstacle->check);
	} else if (row->run(doctor, ret, &err) < 0) {
		ret->state = DOCTOR_ERROR;
		ret->code = err.code;
		memcpy(ret->message, err.msg, sizeof(ret->message));
	}
}

/* The service may need the TPM meanwhile. */
static void close_tpm(struct doctor *doctor)
{
	tpm_close(doctor->tpm);
	doctor->tpm = NULL;
}

static void doctor_cleanup(struct doctor **pointer)
{
	struct doctor *doctor = *pointer;

	if (!doctor)
		return;
	close_tpm(doctor);
	fd_cleanup(&doctor->state_fd);
	buf_done(&doctor->log_bytes);
	appraisal_free(doctor->appraisal);
	evidence_done(&doctor->evidence);
	settings_done(&doctor->settings);
	way_cleanup(&doctor->way);
	explicit_bzero(&doctor->service, sizeof(doctor->service));
	free(doctor);
}

int doctor_run(const struct doctor_inputs *inputs, struct doctor_report *ret, struct err *err)
{
	auto_cleanup(doctor) struct doctor *doctor = malloc(sizeof(*doctor));

	if (!doctor)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the checks.");
	*doctor = (struct doctor){.inputs = inputs,
		.state_fd = -1,
		.log_bytes = buf_with_max(EVENTLOG_MAX_BYTES),
		.evidence = EVIDENCE_EMPTY};
	*ret = (struct doctor_report){0};
	/* first, because its record also holds the ways to the TPM and the metadata service */
	doctor->is_enabled = enabled_find(inputs->root_fd, &doctor->state_fd, &doctor->service,
				     &doctor->not_enabled) == 0;
	if (!doctor->is_enabled && inputs->variables)
		record_take_proxy(inputs->variables, &doctor->service);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (strcmp(rows[i].part, EXTENSION) == 0)
			close_tpm(doctor);
		make_finding(doctor, &rows[i], ret, &ret->findings[i]);
		ret->count++;
	}
	return 0;
}

void doctor_report_cleanup(struct doctor_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		json_free(report->findings[i].details);
	*report = (struct doctor_report){0};
}

const char *doctor_state_name(enum doctor_state state)
{
	static const char *const names[] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_WARNING] = "warning",
		[DOCTOR_ERROR] = "error",
		[DOCTOR_SKIPPED] = "skipped",
	};

	return names[state];
}

static enum doctor_outcome outcome_of(const struct doctor_finding *finding)
{
	if (finding->state == DOCTOR_WARNING)
		return DOCTOR_WARNED;
	if (finding->state != DOCTOR_ERROR)
		return DOCTOR_ALL_WELL;
	return err_info(finding->code)->is_against_vm ? DOCTOR_INTEGRITY : DOCTOR_BROKEN;
}

const struct doctor_finding *doctor_worst(const struct doctor_report *report)
{
	static const enum doctor_outcome worst_first[] = {
		DOCTOR_INTEGRITY, DOCTOR_BROKEN, DOCTOR_WARNED};

	for (size_t k = 0; k < sizeof(worst_first) / sizeof(worst_first[0]); k++)
		for (size_t i = 0; i < report->count; i++)
			if (outcome_of(&report->findings[i]) == worst_first[k])
				return &report->findings[i];
	return NULL;
}

enum doctor_outcome doctor_outcome(const struct doctor_report *report)
{
	const struct doctor_finding *worst = doctor_worst(report);

	return worst ? outcome_of(worst) : DOCTOR_ALL_WELL;
}

void doctor_add_findings(json *parent, const struct doctor_report *report)
{
	json *list = json_add_array(parent, "findings");

	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];
		json *entry = json_add_object(list, NULL);

		json_add_text(entry, "check", finding->check);
		json_add_text(entry, "part", finding->part);
		json_add_text(entry, "state", doctor_state_name(finding->state));
		json_add_reason(entry, finding->code, finding->message);
		json_add_copy(entry, "details", finding->details);
	}
}

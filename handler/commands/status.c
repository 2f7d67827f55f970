/* guest-attest status: shows what the service reported last. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "memory/chronicle.h"
#include "service/result.h"
#include "commands.h"

#define LONGEST_PERIOD_S 86400 /* if the settings cannot be read */

#define FACT_INDENT 16 /* column behind a name */
#define ITEM_INDENT 27

struct options {
	const char *root;
	bool is_json;
};

struct view {
	struct record service;
	pid_t pid; /* 0 if the service does not run */
	int64_t started_s;
	struct result result;
	struct chronicle *chronicle; /* empty if it cannot be read */
};

static void view_cleanup(struct view **view)
{
	if (*view)
		free((*view)->chronicle);
	free(*view);
}

static int read_view(const char *root, struct view *ret, struct err *err)
{
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(fd) int state_fd = -1;
	auto_cleanup(settings) struct settings settings = {0};
	struct result_inputs inputs = {.service = &ret->service, .now = clock_read()};
	struct err unreadable;

	if (open_root(root, &root_fd, err) < 0 ||
		enabled_find(root_fd, &state_fd, &ret->service, err) < 0)
		return -1;
	if (enabled_find_process(state_fd, &ret->pid, &ret->started_s, err) < 0)
		return -1;
	inputs.root_fd = root_fd;
	inputs.state_fd = state_fd;
	inputs.period_s = LONGEST_PERIOD_S;
	if (enabled_read_settings(root_fd, &ret->service.environment, &settings, &unreadable) == 0)
		inputs.period_s = settings.period_s;
	else
		inputs.unreadable = unreadable;
	if (chronicle_new(&ret->chronicle, err) < 0)
		return -1;
	(void)!chronicle_load(state_fd, ret->chronicle, &unreadable); /* then it is empty */
	return result_read(&inputs, &ret->result, err);
}

/* Since when the health is what it is; 0: unknown, or it no longer counts. */
static int64_t since_of(const struct view *view)
{
	const struct chronicle_entry *change = chronicle_last_change(view->chronicle);

	return change && strcmp(change->what, health_name(view->result.health)) == 0 ? change->at_s
										     : 0;
}

/* Formats a time; "" for 0 (never). */
static const char *time_text(int64_t unix_s, char ret[CLOCK_TEXT_SIZE])
{
	ret[0] = '\0';
	if (unix_s)
		clock_text(unix_s, ret);
	return ret;
}

static void add_substatuses(json *parent, const struct status *status)
{
	json *items = json_add_array(parent, "substatuses");

	for (size_t i = 0; i < status->item_count; i++) {
		const struct status_item *item = &status->items[i];
		json *entry = json_add_object(items, NULL);

		json_add_text(entry, "substatus", item->name);
		json_add_text(entry, "status", status_state_name(item->state));
		json_add_reason(entry, (enum err_code)item->code, item->message);
	}
}

static void add_incidents(json *parent, const struct chronicle *chronicle)
{
	json *list = json_add_array(parent, "incidents");

	for (size_t i = 0; i < chronicle->open_count; i++) {
		const struct chronicle_entry *incident = &chronicle->open[i];
		json *entry = json_add_object(list, NULL);

		json_add_int(entry, "id", incident->number);
		json_add_time(entry, "at", incident->at_s);
		json_add_reason(entry, (enum err_code)incident->code, incident->text);
	}
}

static int print_view_json(const struct view *view, struct err *err)
{
	const struct result *result = &view->result;
	auto_cleanup(json) json *document =
		document_new((enum err_code)result->status.code, result->status.message);
	json *service;

	json_add_text(document, "health", health_name(result->health));
	json_add_text(document, "status", status_state_name(result->status.state));
	json_add_time(document, "reportedAt", result->written_s);
	json_add_time(document, "since", since_of(view));
	json_add_time(document, "lastHealthyAt", result->history.healthy_s);
	json_add_time(document, "failingSince", result->history.failing_since_s);
	json_add_int(document, "failures", result->history.failures);
	if (result->doubt.code)
		json_add_reason(
			json_add_object(document, "doubt"), result->doubt.code, result->doubt.msg);
	else
		json_add_null(document, "doubt");
	add_incidents(document, view->chronicle);
	service = json_add_object(document, "service");
	json_add_bool(service, "isRunning", view->pid != 0);
	if (view->pid)
		json_add_int(service, "process", view->pid);
	else
		json_add_null(service, "process");
	json_add_time(service, "since", view->started_s);
	json_add_text(service, "version", view->service.program_version);
	add_substatuses(document, &result->status);
	return print_document(document, err);
}

static void print_view(const struct view *view)
{
	const struct result *result = &view->result;
	char time[CLOCK_TEXT_SIZE], incident[CHRONICLE_FAULT_SIZE];

	print_format("%s\n", health_name(result->health));
	if (result->doubt.code) {
		print_reason(result->doubt.code, result->doubt.msg);
		print_format("\n");
	}
	print_format("  reported      %s: %s\n", time_text(result->written_s, time),
		status_state_name(result->status.state));
	print_format("%*s", FACT_INDENT, "");
	print_hanging(FACT_INDENT, result->status.message);
	if (since_of(view))
		print_format("  since         %s\n", time_text(since_of(view), time));
	for (size_t i = 0; i < view->chronicle->open_count; i++) {
		chronicle_incident_text(&view->chronicle->open[i], incident);
		print_format("  incident      %s is not acknowledged\n", incident);
	}
	print_format("  last Healthy  %s\n",
		result->history.healthy_s ? time_text(result->history.healthy_s, time) : "never");
	if (result->history.failures)
		print_format("  failing       %u times since %s\n", result->history.failures,
			time_text(result->history.failing_since_s, time));
	if (view->pid)
		print_format("  service       version %s runs since %s, process %ld\n",
			view->service.program_version, time_text(view->started_s, time),
			(long)view->pid);
	else
		print_format("  service       does not run\n");
	print_format("\n");
	for (size_t i = 0; i < result->status.item_count; i++) {
		const struct status_item *item = &result->status.items[i];

		print_format("  %-8s %-15s ", status_state_name(item->state), item->name);
		print_hanging(ITEM_INDENT, item->message);
	}
}

int print_status(const char *root, bool is_json, int *ret_exit_code, struct err *err)
{
	auto_cleanup(view) struct view *view = calloc(1, sizeof(*view));

	if (!view)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the status.");
	if (read_view(root, view, err) < 0)
		return -1;
	*ret_exit_code = health_exit_code(view->result.health);
	return is_json ? print_view_json(view, err) : (print_view(view), 0);
}

static int show(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;

	return print_status(options->root, options->is_json, ret_exit_code, err);
}

static const struct option_row rows[] = {
	OPTION(struct options, root, "root", "DIR",
		"look at the machine whose root directory this is (default: /)"),
	OPTION(struct options, is_json, "json", NULL, "print the same as JSON"),
	{0},
};

const struct command status_command = {
	.name = "status",
	.summary = "what the extension said last, and whether it still counts",
	.words = "[OPTION...]",
	.about = "Shows what the extension said last about this VM, as the portal does, and whether it still counts. It uses no network and no TPM.",
	.notes = "Exit code: 0 Healthy, 1 Unhealthy, 2 unknown or not enabled, 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = show,
	.has_health = true,
};

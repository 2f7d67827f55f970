/* guest-attest status: what the extension said last. */
#include "base/clock.h"
#include "base/text.h"
#include "service/result.h"
#include "commands.h"

#define LONGEST_PERIOD_S 86400 /* where the settings cannot be read */

#define FACT_INDENT 16 /* of what stands behind a name */
#define ITEM_INDENT 27

struct options {
	const char *root;
	bool is_json;
};

struct view {
	struct record service;
	pid_t pid; /* 0: the service does not run */
	int64_t started_s;
	struct result result;
};

static int look(const char *root, struct view *ret, struct err *err)
{
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(fd) int state_fd = -1;
	auto_cleanup(settings) struct settings settings = {0};
	struct result_inputs inputs = {.service = &ret->service, .now = clock_read()};
	struct err ignored;

	if (open_root(root, &root_fd, err) < 0 ||
		enabled_find(root_fd, &state_fd, &ret->service, err) < 0)
		return -1;
	if (enabled_find_process(state_fd, &ret->pid, &ret->started_s, err) < 0)
		return -1;
	inputs.root_fd = root_fd;
	inputs.state_fd = state_fd;
	inputs.period_s = LONGEST_PERIOD_S;
	if (enabled_read_settings(root_fd, &ret->service.environment, &settings, &ignored) == 0)
		inputs.period_s = settings.period_s;
	return result_read(&inputs, &ret->result, err);
}

/* "" for never. */
static const char *time_text(int64_t unix_s, char ret[CLOCK_TEXT_SIZE])
{
	ret[0] = '\0';
	if (unix_s)
		clock_text(unix_s, ret);
	return ret;
}

static void add_reason(json *parent, int code, const char *message)
{
	json_add_int(parent, "code", code);
	json_add_text(parent, "name", code ? err_info((enum err_code)code)->name : "");
	json_add_text(parent, "message", message);
}

static void add_service(json *parent, const struct view *view)
{
	char time[CLOCK_TEXT_SIZE];

	json_add_bool(parent, "isRunning", view->pid != 0);
	json_add_int(parent, "process", view->pid);
	json_add_text(parent, "since", time_text(view->started_s, time));
	json_add_text(parent, "version", view->service.program_version);
}

static json *make_json(const struct view *view)
{
	const struct result *result = &view->result;
	json *root = json_new_object();
	char time[CLOCK_TEXT_SIZE];
	json *items;

	json_add_text(root, "health", health_name(result->health));
	json_add_text(root, "status", status_state_name(result->status.state));
	add_reason(root, result->status.code, result->status.message);
	json_add_text(root, "reportedAt", time_text(result->written_s, time));
	json_add_text(root, "lastHealthyAt", time_text(result->history.healthy_s, time));
	json_add_text(root, "failingSince", time_text(result->history.failing_since_s, time));
	json_add_int(root, "failures", result->history.failures);
	if (result->doubt.code)
		add_reason(
			json_add_object(root, "doubt"), (int)result->doubt.code, result->doubt.msg);
	else
		json_add_null(root, "doubt");
	add_service(json_add_object(root, "service"), view);
	items = json_add_array(root, "substatuses");
	for (size_t i = 0; i < result->status.item_count; i++) {
		const struct status_item *item = &result->status.items[i];
		json *entry = json_add_object(items, NULL);

		json_add_text(entry, "substatus", item->name);
		json_add_text(entry, "status", status_state_name(item->state));
		add_reason(entry, item->code, item->message);
	}
	return root;
}

static int print_view_json(const struct view *view, struct err *err)
{
	auto_cleanup(json) json *root = make_json(view);

	if (print_json(root, JSON_INDENTED, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

static void print_doubt(const struct err *doubt)
{
	char text[ERR_MSG_SIZE + 80];

	(void)text_format(text, sizeof(text), "%s (%s)", doubt->msg, err_info(doubt->code)->name);
	print_format("  ");
	print_hanging(2, text);
	print_format("  ");
	print_hanging(2, err_info(doubt->code)->remedy);
	print_format("\n");
}

static void print_view(const struct view *view)
{
	const struct result *result = &view->result;
	char time[CLOCK_TEXT_SIZE];

	print_format("%s\n", health_name(result->health));
	if (result->doubt.code)
		print_doubt(&result->doubt);
	print_format("  reported      %s: %s\n", time_text(result->written_s, time),
		status_state_name(result->status.state));
	print_format("%*s", FACT_INDENT, "");
	print_hanging(FACT_INDENT, result->status.message);
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

static int print_unknown(const struct options *options, const struct err *failure)
{
	auto_cleanup(json) json *root = json_new_object();
	struct err err;

	if (!options->is_json) {
		(void)print_err(failure);
		return health_exit_code(HEALTH_UNKNOWN);
	}
	json_add_text(root, "health", health_name(HEALTH_UNKNOWN));
	add_err(root, failure);
	if (print_json(root, JSON_INDENTED, &err) < 0)
		(void)print_err(&err);
	print_format("\n");
	return health_exit_code(HEALTH_UNKNOWN);
}

static int show(const void *given)
{
	const struct options *options = given;
	auto_cleanup(free) struct view *view = calloc(1, sizeof(*view));
	struct err err;

	if (!view) {
		err_fill(&err, ERR_NO_MEMORY, 0, "No memory for the status.");
		return print_unknown(options, &err);
	}
	if (look(options->root, view, &err) < 0)
		return print_unknown(options, &err);
	if (!options->is_json)
		print_view(view);
	else if (print_view_json(view, &err) < 0)
		return print_unknown(options, &err);
	return health_exit_code(view->result.health);
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
};

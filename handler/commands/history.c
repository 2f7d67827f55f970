/* guest-attest history: every change of this VM's health, and what was acknowledged. */
#include <stdlib.h>
#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "memory/chronicle.h"
#include "memory/enabled.h"
#include "service/attest_now.h"
#include "commands.h"

#define LINE_INDENT 40

struct options {
	struct option_texts words; /* nothing, or "ack" and an incident's number */
	const char *reason, *head, *root;
	bool is_json;
};

struct view {
	int root_fd, state_fd;
	struct record service;
	struct chronicle *chronicle;
};

static void view_cleanup(struct view *view)
{
	fd_cleanup(&view->root_fd);
	fd_cleanup(&view->state_fd);
	free(view->chronicle);
}

static int load(struct view *view, struct err *err)
{
	enum state_found found = chronicle_load(view->state_fd, view->chronicle, err);

	return found == STATE_LOADED || found == STATE_ABSENT ? 0 : -1;
}

/* ---- the list ---- */

static bool is_open(const struct chronicle *chronicle, const struct chronicle_entry *entry)
{
	for (size_t i = 0; i < chronicle->open_count; i++)
		if (chronicle->open[i].number == entry->number)
			return true;
	return false;
}

static void print_list(const struct options *options, const struct chronicle *chronicle)
{
	char fault[CHRONICLE_FAULT_SIZE], head[CHRONICLE_HEX_SIZE];

	for (size_t i = 0; i < chronicle->count; i++) {
		const struct chronicle_entry *entry = &chronicle->entries[i];
		char time[CLOCK_TEXT_SIZE], incident[32] = "", line[2 * CHRONICLE_TEXT_SIZE];

		clock_text(entry->at_s, time);
		if (entry->incident)
			(void)text_format(incident, sizeof(incident), "incident %lld, ",
				(long long)entry->incident);
		(void)text_format(line, sizeof(line), "%s%s%s%s%s", incident,
			entry->code ? err_info((enum err_code)entry->code)->name : "",
			entry->code && entry->text[0] ? ": " : "", entry->text,
			is_open(chronicle, entry) ? " (incident, not acknowledged)" : "");
		print_format("%4lld  %s  %-12s ", (long long)entry->number, time, entry->what);
		print_hanging(LINE_INDENT, line);
	}
	for (size_t i = 0; chronicle_fault(chronicle, options->head, i, fault); i++)
		print_format("%s\n", fault);
	chronicle_head(chronicle, head);
	if (head[0])
		print_format("head: %s\n", head);
	else
		print_format("No attestation is recorded yet.\n");
}

static void add_entry(
	json *list, const struct chronicle *chronicle, const struct chronicle_entry *entry)
{
	json *object = json_add_object(list, NULL);
	char hash[CHRONICLE_HEX_SIZE];

	hex_encode((struct bytes){entry->hash, sizeof(entry->hash)}, hash);
	json_add_int(object, "number", entry->number);
	json_add_time(object, "at", entry->at_s);
	json_add_text(object, "what", entry->what);
	json_add_reason(object, (enum err_code)entry->code, entry->text);
	if (entry->incident)
		json_add_int(object, "incident", entry->incident);
	else
		json_add_null(object, "incident");
	json_add_bool(object, "isOpen", is_open(chronicle, entry));
	json_add_text(object, "hash", hash);
}

static int print_list_json(
	const struct options *options, const struct chronicle *chronicle, struct err *err)
{
	char fault[CHRONICLE_FAULT_SIZE], head[CHRONICLE_HEX_SIZE];
	bool is_altered = chronicle_fault(chronicle, options->head, 0, fault);
	auto_cleanup(json) json *document =
		document_new(is_altered ? ERR_HISTORY_ALTERED : ERR_OK, is_altered ? fault : NULL);
	json *list;

	chronicle_head(chronicle, head);
	json_add_known_text(document, "head", head);
	list = json_add_array(document, "entries");
	for (size_t i = 0; i < chronicle->count; i++)
		add_entry(list, chronicle, &chronicle->entries[i]);
	list = json_add_array(document, "faults");
	for (size_t i = 0; chronicle_fault(chronicle, options->head, i, fault); i++)
		json_add_text(list, NULL, fault);
	return print_document(document, err);
}

/* ---- ack ---- */

static bool read_incident(const struct options *options, uint32_t *ret)
{
	return options->words.count == 2 && strcmp(options->words.items[0], "ack") == 0 &&
	       text_number(bytes_of_text(options->words.items[1]), UINT32_MAX, ret);
}

/* The service notes changes meanwhile. */
static int add_acknowledgement(const struct options *options, struct view *view, struct err *err)
{
	auto_cleanup(fd) int lock_fd = -1;
	uint32_t incident;

	if (!read_incident(options, &incident) ||
		chronicle_lock(view->state_fd, &lock_fd, err) < 0 || load(view, err) < 0 ||
		chronicle_acknowledge(
			view->chronicle, incident, options->reason, clock_now_s(), err) < 0)
		return -1;
	return chronicle_save(view->state_fd, view->chronicle, err);
}

static int acknowledge(const struct options *options, struct view *view, struct err *err)
{
	if (add_acknowledgement(options, view, err) < 0)
		return -1;
	if (attest_now_run(view->state_fd, err) < 0)
		print_aside("The status shows it after the next attestation. %s\n", err->msg);
	return 0;
}

static int run(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(view) struct view view = {.root_fd = -1, .state_fd = -1};
	char fault[CHRONICLE_FAULT_SIZE];

	if (open_root(options->root, &view.root_fd, err) < 0 ||
		enabled_find(view.root_fd, &view.state_fd, &view.service, err) < 0 ||
		chronicle_new(&view.chronicle, err) < 0 ||
		(options->words.count ? acknowledge(options, &view, err) : load(&view, err)) < 0)
		return -1;
	if (chronicle_fault(view.chronicle, options->head, 0, fault))
		*ret_exit_code = EXIT_BAD;
	return options->is_json ? print_list_json(options, view.chronicle, err)
				: (print_list(options, view.chronicle), 0);
}

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;
	uint32_t incident;

	if (options->words.count && !read_incident(options, &incident))
		return err_set(err, ERR_USAGE, 0,
			"nothing, or 'ack' and an incident's number can be given");
	if (options->words.count && (!options->reason || !options->reason[0]))
		return err_set(err, ERR_USAGE, 0, "'ack' needs --reason");
	if (!options->words.count && options->reason)
		return err_set(err, ERR_USAGE, 0, "--reason is for 'ack'");
	return 0;
}

static const struct option_row rows[] = {
	OPTION_WORD(struct options, words, "ack ID", ""),
	OPTION(struct options, reason, "reason", "TEXT", "why the incident is closed"),
	OPTION(struct options, head, "head", "HEX",
		"a hash that the status showed: is its entry in this history"),
	OPTION(struct options, root, "root", "DIR",
		"the machine whose root directory this is (default: /)"),
	OPTION(struct options, is_json, "json", NULL, "print the result as JSON"),
	{0},
};

const struct command history_command = {
	.name = "history",
	.summary = "every change of this VM's health, and its incidents",
	.words = "[ack ID] [OPTION...]",
	.about = "Shows every change of this VM's health, the last 200, and says where the list was cut or edited. Each entry holds the hash of the one before; the newest hash stands in the status (History), so that --head can compare what left the VM with what is here.\n"
		 "\n"
		 "ack: an incident, which is a change to Unhealthy, is closed; the status no longer names it. The running service attests at once",
	.notes = "Exit code: 0 done; 1 the history was altered; 2 could not find out; 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.check = check_options,
	.run = run,
};

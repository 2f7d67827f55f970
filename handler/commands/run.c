/* run.c - from a program's arguments to a command with its options. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"
#include "base/watchdog.h"
#include "commands.h"

#define PROGRAM    "guest-attest"
#define USAGE_MAX  16384
#define NAME_SIZE  64 /* of "program command" */
#define PATIENCE_S 1 /* without a sign of life */

static const struct command *const all[] = {
	&attest_command,
	&status_command,
	&now_command,
	&history_command,
	&doctor_command,
	&baseline_command,
	&evidence_command,
	&verify_command,
	&report_command,
	&files_command,
	&next_command,
	&log_command,
	&explain_command,
};

#define COMMAND_COUNT (sizeof(all) / sizeof(all[0]))

/* The next command that this build has; NULL at the end. */
static const struct command *take_command(size_t *at)
{
	while (*at < COMMAND_COUNT)
		if (all[(*at)++])
			return all[*at - 1];
	return NULL;
}

#define each_command(command) for (size_t at_ = 0; ((command) = take_command(&at_));)

static int print_help(void)
{
	const struct command *command;

	print_format("Usage: " PROGRAM " COMMAND [OPTION...]\n\nCommands:\n");
	each_command (command)
		print_format("  %-10s %s\n", command->name, command->summary);
	print_format("\n'" PROGRAM " COMMAND --help' shows a command's options, '" PROGRAM
		     " --version' prints the version.\n");
	return 0;
}

static int print_usage(const struct command *command, const char *program)
{
	auto_cleanup(buf) struct buf text = buf_with_max(USAGE_MAX);
	struct err err;

	if (options_usage(&(struct options_usage){.program = program,
				  .words = command->words,
				  .about = command->about,
				  .notes = command->notes,
				  .rows = command->rows},
		    &text, &err) < 0)
		return print_err(&err);
	print_format("%s", (const char *)text.data);
	return 0;
}

/* Names the command that has this option, since the user probably meant that one. */
static void suggest_command(const char *stranger, struct err *err)
{
	const struct err before = *err;
	const struct command *command;

	if (!*stranger)
		return;
	each_command (command)
		if (options_have(command->rows, stranger)) {
			err_fill(err, ERR_USAGE, 0, "%s here (it is one of '" PROGRAM " %s')",
				before.msg, command->name);
			return;
		}
}

/* options: zeroed. ERR_USAGE. */
static enum options_found read_options(
	const struct command *command, int argc, char **argv, void *options, struct err *err)
{
	char stranger[OPTIONS_STRANGER_SIZE];
	enum options_found found = options_parse(command->rows, argc, argv, options, stranger, err);

	if (found == OPTIONS_WRONG)
		suggest_command(stranger, err);
	if (found == OPTIONS_READ && command->check && command->check(options, err) < 0)
		return OPTIONS_WRONG;
	return found;
}

/* JSON is printed even if the other arguments are wrong. */
static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static void warn_unless_root(const struct command *command, const void *options)
{
	if (geteuid() != 0 && !(command->is_for_anybody && command->is_for_anybody(options)))
		print_aside(PROGRAM
			": not root: what only root may read is missing below (sudo " PROGRAM
			" %s). Without root: explain, log FILE, verify FILE, report --from BUNDLE.\n",
			command->name);
}

static void show_life(void *context)
{
	static const char text[] = PROGRAM ": still at work ...\n";

	(void)context;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		return;
}

/* Runs the command; a person at a terminal sees that it works. */
static int run_visibly(
	const struct command *command, const void *options, int *ret_exit_code, struct err *err)
{
	auto_cleanup(watchdog) struct watchdog *watchdog = NULL;

	if (isatty(STDERR_FILENO)) /* without a thread for it, the command works in silence */
		(void)!watchdog_arm(
			PATIENCE_S, &(struct watchdog_acts){.late = show_life}, &watchdog, err);
	return command->run(options, ret_exit_code, err);
}

static int run(const struct command *command, int argc, char **argv)
{
	auto_cleanup(free) void *options = calloc(1, command->size);
	bool is_json = wants_json(argc, argv);
	char program[NAME_SIZE];
	int exit_code = EXIT_GOOD;
	struct err err;

	(void)text_format(program, sizeof(program), PROGRAM " %s", command->name);
	if (!options) {
		err_fill(&err, ERR_NO_MEMORY, 0, "No memory for the options.");
		return command_fail(command, &err, is_json);
	}
	switch (read_options(command, argc, argv, options, &err)) {
	case OPTIONS_HELP:
		return print_usage(command, program);
	case OPTIONS_WRONG:
		return is_json ? command_fail(command, &err, true) : print_usage_error(program, &err);
	case OPTIONS_READ:
		break;
	}
	if (!is_json)
		warn_unless_root(command, options);
	if (run_visibly(command, options, &exit_code, &err) == 0)
		return exit_code;
	return command_fail(command, &err, is_json && options_have(command->rows, "json"));
}

static int refuse_command(const char *name, bool is_json)
{
	const struct command *command;
	const char *meant = NULL;
	struct err err;

	each_command (command)
		if (!meant && text_is_near(name, command->name))
			meant = command->name;
	if (!*name)
		err_fill(&err, ERR_USAGE, 0, "a command is missing");
	else
		err_fill(&err, ERR_USAGE, 0, "there is no command '%s'%s%s%s", name,
			meant ? " (did you mean '" : "", meant ? meant : "", meant ? "'?)" : "");
	return is_json ? command_fail(NULL, &err, true) : print_usage_error(PROGRAM, &err);
}

int commands_main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *command;

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
		return print_end(print_help());
	if (strcmp(name, "--version") == 0) {
		print_format(PROGRAM " %s\n", VERSION);
		return print_end(0);
	}
	each_command (command)
		if (strcmp(name, command->name) == 0)
			return print_end(run(command, argc - 1, argv + 1));
	return print_end(refuse_command(name, wants_json(argc, argv)));
}

/* monitor - the service. enable starts it, and its unit at boot; what it must know is in
 * service.json. */
#include <limits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/text.h"
#include "service/loop.h"
#include "setup/removal.h"
#include "shared/options.h"
#include "shared/roles.h"

struct monitor_options {
	const char *root, *limit, *settle, *clean_up;
	bool is_alone, is_stopped;
};

static const struct option_row rows[] = {
	OPTION(struct monitor_options, root, "root", "DIR", "work below DIR instead of /"),
	OPTION(struct monitor_options, is_alone, "alone", NULL,
		"there is no systemd: nobody starts the service anew if it ends by mistake"),
	OPTION(struct monitor_options, limit, "limit", "SECONDS",
		"how long a round may take before it counts as hung (default: 300)"),
	OPTION(struct monitor_options, settle, "settle", "SECONDS",
		"how long the package must be deleted before the service gives up (default: 300)"),
	OPTION(struct monitor_options, is_stopped, "stopped", NULL,
		"instead: report that the service was stopped, as it does itself at SIGTERM"),
	OPTION(struct monitor_options, clean_up, "clean-up", "HOME",
		"instead: remove what a service left that gave up because the package HOME was deleted"),
	{0},
};

static uint32_t seconds_of(const char *option, uint32_t otherwise)
{
	return option ? (uint32_t)strtoul(option, NULL, 10) : otherwise;
}

static int run(const struct monitor_options *options, char **argv, struct err *err)
{
	char option[] = "--root", root[PATH_MAX], stopped[] = "--stopped";
	struct loop_call call = {.root = options->root,
		.argv = argv,
		.stop_argv = (char *[]){argv[0], option, root, stopped, NULL},
		.limit_s = seconds_of(options->limit, LOOP_ROUND_LIMIT_S),
		.settle_s = seconds_of(options->settle, LOOP_SETTLE_S),
		.is_alone = options->is_alone,
		.version = VERSION};

	if (options->clean_up)
		return removal_clean_up(options->root, options->clean_up, err);
	if (!call.limit_s || !call.settle_s)
		return err_set(err, ERR_USAGE, 0, "--limit and --settle take seconds, one at least");
	(void)umask(077);
	/* no core files, because memory holds session keys */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)text_format(root, sizeof(root), "%s", options->root);
	return options->is_stopped ? loop_stop(&call, err) : loop_run(&call, err);
}

int monitor_main(int argc, char **argv)
{
	struct monitor_options options = {.root = "/"};
	struct err err;

	switch (options_parse(rows, argc, argv, &options, NULL, &err)) {
	case OPTIONS_HELP:
		return program_print_usage(&(struct options_usage){.program = argv[0],
			.words = "[OPTION...]",
			.about = "The service of the VM extension. What it must know, enable wrote into service.json.",
			.rows = rows});
	case OPTIONS_WRONG:
		return program_refuse(argv[0], &err);
	case OPTIONS_READ:
		break;
	}
	if (run(&options, argv, &err) == 0)
		return 0;
	if (err.code == ERR_USAGE)
		return program_refuse(argv[0], &err);
	log_err(LOG_LEVEL_ERROR, &err);
	return err_info(err.code)->exit_code;
}

#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define USAGE_MAX        8192
#define EXIT_OUTPUT_LOST 2

void path_to_folder(char *path)
{
	char *last = strrchr(path, '/');

	if (last)
		last[last == path] = '\0';
}

/* The kernel passes every program the path by which it was started (getauxval(3)), so /proc is not
 * needed. The agent's working directory is the package's folder, but that is not promised. */
static bool find_own_folder(char ret[PATH_MAX])
{
	const char *started_as =
		/* NOLINT(performance-no-int-to-ptr) */
		(const char *)(uintptr_t)getauxval(AT_EXECFN);

	errno = ENOENT;
	if (!started_as || !realpath(started_as, ret))
		return false;
	path_to_folder(ret);
	return true;
}

static const struct option_row rows[] = {
	OPTION(struct handler_options, root, "root", "DIR", "work below DIR instead of /"),
	OPTION(struct handler_options, home, "home", "DIR",
		"the package's folder (default: the one above this program's)"),
	OPTION(struct handler_options, tcti, "tcti", "CONF",
		"the way to the TPM, e.g. swtpm:path=FILE (default: the machine's device)"),
	OPTION(struct handler_options, metadata, "metadata", "URL",
		"who knows this VM's region, http://ADDRESS (default: the cloud's service)"),
	OPTION(struct handler_options, is_version, "version", NULL, "print the version"),
	{0},
};

static int print_whole(const char *text)
{
	return printf("%s", text) >= 0 && fflush(stdout) == 0 ? 0 : EXIT_OUTPUT_LOST;
}

int program_print_usage(const struct options_usage *usage)
{
	auto_cleanup(buf) struct buf text = buf_with_max(USAGE_MAX);
	struct err err;

	return options_usage(usage, &text, &err) < 0 ? EXIT_OUTPUT_LOST
						     : print_whole((const char *)text.data);
}

int program_refuse(const char *program, const struct err *err)
{
	(void)fprintf(stderr, "%s: %s; see '%s --help'\n", program, err->msg, program);
	return err_info(ERR_USAGE)->exit_code;
}

bool handler_options_parse(int argc, char **argv, struct handler_options *ret, int *ret_exit_code)
{
	struct err err;

	*ret = (struct handler_options){.root = "/", .tcti = "", .metadata = ""};
	*ret_exit_code = 0;
	switch (options_parse(rows, argc, argv, ret, NULL, &err)) {
	case OPTIONS_HELP:
		*ret_exit_code = program_print_usage(&(struct options_usage){.program = argv[0],
			.words = "[OPTION...]",
			.about = "A command of the VM extension, called by the guest agent without options.",
			.rows = rows});
		return true;
	case OPTIONS_WRONG:
		*ret_exit_code = program_refuse(argv[0], &err);
		return true;
	case OPTIONS_READ:
		break;
	}
	if (ret->is_version) {
		*ret_exit_code = print_whole(VERSION "\n");
		return true;
	}
	if (!find_own_folder(ret->programs))
		ret->programs_errno = errno;
	return false;
}

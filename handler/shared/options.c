#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include "base/err.h"

/* BASE/bin/enable -> BASE. The agent's working directory is BASE too, but only by habit. The kernel
 * hands every program the path by which it was started (getauxval(3)): that needs no /proc. */
static bool find_own_home(char ret[PATH_MAX])
{
	const char *started_as =
		/* NOLINT(performance-no-int-to-ptr) */
		(const char *)(uintptr_t)getauxval(AT_EXECFN);

	errno = ENOENT;
	if (!started_as || !realpath(started_as, ret))
		return false;
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(ret, '/');

		if (!slash)
			return false;
		*slash = '\0';
	}
	if (!ret[0])
		memcpy(ret, "/", 2);
	return true;
}

static void print_help(const char *program)
{
	(void)printf(
		"Usage: %s [--root DIR] [--home DIR] [--tcti CONF] [--metadata URL]\n"
		"A command of the VM extension, called by the guest agent without options.\n"
		"  --root DIR   work below DIR instead of /\n"
		"  --home DIR   the package's folder, default: the one above this program's\n"
		"  --tcti CONF  way to the TPM, e.g. swtpm:path=FILE, default: the machine's device\n"
		"  --metadata URL  who knows this VM's region, http://ADDRESS, default: the cloud's service\n",
		program);
}

bool options_parse(int argc, char **argv, struct options *ret, int *ret_exit_code)
{
	static const struct option known[] = {
		{"root", required_argument, NULL, 'r'},
		{"home", required_argument, NULL, 'm'},
		{"tcti", required_argument, NULL, 't'},
		{"metadata", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	int option;

	*ret = (struct options){.root = "/", .tcti = "", .metadata = ""};
	*ret_exit_code = 0;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'r')
			ret->root = optarg;
		else if (option == 'm')
			ret->home = optarg;
		else if (option == 't')
			ret->tcti = optarg;
		else if (option == 'd')
			ret->metadata = optarg;
		else if (option == 'v')
			return printf("%s\n", VERSION) >= 0;
		else {
			print_help(argv[0]);
			*ret_exit_code = option == 'h' ? 0 : err_info(ERR_USAGE)->exit_code;
			return true;
		}
	}
	if (optind == argc) {
		if (!ret->home && find_own_home(ret->own_home))
			ret->home = ret->own_home;
		ret->home_errno = errno;
		return false;
	}
	print_help(argv[0]);
	*ret_exit_code = err_info(ERR_USAGE)->exit_code;
	return true;
}

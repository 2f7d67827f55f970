/* guest-attest now: makes the running service attest at once, and shows the result. */
#include "service/attest_now.h"
#include "memory/enabled.h"
#include "commands.h"

struct options {
	const char *root;
	bool is_json;
};

static int run(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(fd) int state_fd = -1;
	struct record service;

	if (open_root(options->root, &root_fd, err) < 0 ||
		enabled_find(root_fd, &state_fd, &service, err) < 0 ||
		attest_now_run(state_fd, err) < 0)
		return -1;
	return print_status(options->root, options->is_json, ret_exit_code, err);
}

static const struct option_row rows[] = {
	OPTION(struct options, root, "root", "DIR",
		"the machine whose root directory this is (default: /)"),
	OPTION(struct options, is_json, "json", NULL, "print the result as JSON"),
	{0},
};

const struct command now_command = {
	.name = "now",
	.summary = "the service attests at once, and shows the result",
	.words = "[OPTION...]",
	.about = "Makes the running service attest at once, for example after a firewall was opened, and shows what it reports then, as 'guest-attest status' does. The portal shows it with the guest agent's next report. It takes some seconds, or a minute and a half if the network is silent.",
	.notes = "Exit code: 0 Healthy, 1 Unhealthy, 2 unknown, or the service does not run; 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = run,
	.has_health = true,
};

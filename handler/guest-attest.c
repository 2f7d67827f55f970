/* guest-attest - the operator's command: everything the service does, by hand and readable. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include "commands/commands.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about;
} commands[] = {
	{"attest", command_attest, "prove this VM's boot to an attestation provider, once"},
	{"status", command_status, "what the extension said last, and whether it still counts"},
	{"doctor", command_doctor, "find out why this VM does not attest, and what to do about it"},
	{"baseline", command_baseline,
		"the boots that count as good, and what is different in this one"},
	{"evidence", command_evidence, "collect the evidence of this VM's boot, for others to verify"},
	{"verify", command_verify, "check saved evidence, on any machine"},
	{"report", command_report, "what an attestation came to, as one HTML page"},
	{"files", command_files,
		"show the boot files on the disks, and which package vouches for them"},
	{"log", command_log, "show a TCG event log, or the PCR values that it leads to"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	print_format("Usage: guest-attest COMMAND [OPTION...]\n\nCommands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		print_format("  %-10s %s\n", commands[i].name, commands[i].about);
	print_format(
		"\n'guest-attest COMMAND --help' tells more. 'guest-attest --version' prints the version.\n");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	/* session keys pass through memory: no core files */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_help();
		return print_end(0);
	}
	if (strcmp(name, "--version") == 0) {
		print_format("guest-attest %s\n", VERSION);
		return print_end(0);
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(name, commands[i].name) == 0)
			return print_end(commands[i].run(argc - 1, argv + 1));
	return print_usage_error(
		"guest-attest", *name ? "there is no command '%s'" : "a command is missing", name);
}

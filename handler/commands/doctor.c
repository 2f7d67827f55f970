/* guest-attest doctor: checks every link of the chain from the firmware to the provider, and prints
 * a remedy for each fault. */
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/text.h"
#include "doctor/doctor.h"
#include "commands.h"

#define INDENT 33 /* column of the messages */

struct options {
	const char *endpoint, *metadata, *ca_file, *extra_ca_file, *proxy, *tcti, *root;
	bool is_json;
};

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;

	return check_endpoint(options->endpoint, err) < 0 ||
			       check_metadata(options->metadata, err) < 0
		       ? -1
		       : check_proxy(options->proxy, err);
}

static int print_findings_json(const struct doctor_report *report, struct err *err)
{
	const struct doctor_finding *worst = doctor_worst(report);
	auto_cleanup(json) json *document =
		worst ? document_new(worst->code, worst->message) : document_new(ERR_OK, NULL);

	doctor_add_findings(document, report);
	return print_document(document, err);
}

static void print_findings(const struct doctor_report *report)
{
	size_t counts[DOCTOR_SKIPPED + 1] = {0};
	const char *part = "";
	char text[ERR_MSG_SIZE + 80];

	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];
		const struct err_info *info = err_info(finding->code);

		if (part != finding->part)
			print_format("%s%s\n", i ? "\n" : "", finding->part);
		part = finding->part;
		counts[finding->state]++;
		(void)text_format(text, sizeof(text), finding->code == ERR_OK ? "%s" : "%s (%s, %d)",
			finding->message, info->name, (int)finding->code);
		print_format("  %-8s %-21s ", doctor_state_name(finding->state), finding->check);
		print_hanging(INDENT, text);
		if (finding->code == ERR_OK)
			continue;
		print_format("%*s", INDENT, "");
		print_hanging(INDENT, info->remedy);
	}
	print_format("\n%zu %s, %zu %s, %zu %s skipped, %zu in order.\n", counts[DOCTOR_ERROR],
		counts[DOCTOR_ERROR] == 1 ? "error" : "errors", counts[DOCTOR_WARNING],
		counts[DOCTOR_WARNING] == 1 ? "warning" : "warnings", counts[DOCTOR_SKIPPED],
		counts[DOCTOR_SKIPPED] == 1 ? "check" : "checks", counts[DOCTOR_OK]);
}

static enum doctor_clock clock_state(void)
{
	struct timex clock = {0}; /* no modes: it only reads the state */
	int state = adjtimex(&clock);

	return state < 0             ? DOCTOR_CLOCK_UNKNOWN
	       : state == TIME_ERROR ? DOCTOR_CLOCK_FREE
				     : DOCTOR_CLOCK_SYNCHRONISED;
}

static int run(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(doctor_report) struct doctor_report report = {0};
	auto_cleanup(fd) int root_fd = -1;
	struct utsname machine;
	const struct clock_time now = clock_read();

	if (open_root(options->root, &root_fd, err) < 0)
		return -1;
	(void)uname(&machine);
	if (doctor_run(&(struct doctor_inputs){.root_fd = root_fd,
			       .machine = machine.machine,
			       .tcti = options->tcti,
			       .endpoint = options->endpoint,
			       .metadata = options->metadata,
			       .ca_file = options->ca_file,
			       .extra_ca_file = options->extra_ca_file,
			       .proxy = options->proxy,
			       .variables = environ,
			       .clock = clock_state(),
			       .now_s = now.wall_s,
			       .boot_s = now.boot_s,
			       .now_ms = clock_monotonic_ms()},
		    &report, err) < 0)
		return -1;
	*ret_exit_code = doctor_outcome(&report);
	return options->is_json ? print_findings_json(&report, err) : (print_findings(&report), 0);
}

static const struct option_row rows[] = {
	OPTION(struct options, endpoint, "endpoint", "URL",
		"the provider, https://host or https://host:port (default: the extension's)"),
	OPTION(struct options, metadata, "metadata", "URL",
		"who knows the region, http://ADDRESS (default: the extension's, else the cloud's service)"),
	OPTION(struct options, ca_file, "ca-file", "PEM",
		"trust these certificate authorities (default: the extension's, else the system's)"),
	OPTION(struct options, extra_ca_file, "extra-ca-file", "PEM",
		"trust these besides (default: the extension's)"),
	OPTION(struct options, proxy, "proxy", "URL",
		"the way there, http://HOST:PORT or none (default: the extension's)"),
	OPTION(struct options, tcti, "tcti", "CONF",
		"the TPM: device:FILE, swtpm:path=FILE, swtpm:host=HOST,port=PORT (default: the extension's, else the machine's device)"),
	OPTION(struct options, root, "root", "DIR",
		"look at the machine whose root directory this is (default: /)"),
	OPTION(struct options, is_json, "json", NULL, "print the findings as JSON"),
	{0},
};

const struct command doctor_command = {
	.name = "doctor",
	.summary = "find out why this VM does not attest, and what to do about it",
	.words = "[OPTION...]",
	.about = "Looks at everything that an attestation needs, in order: machine, boot, extension, network. Shows what is wrong and what to do about it. Changes nothing, and sends no evidence.",
	.notes = "Exit code: 0 all is well, 1 something speaks against the VM's integrity, 2 something is missing, wrong or out of reach, 3 nothing but warnings, 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.check = check_options,
	.run = run,
};

/* guest-attest doctor: looks at every link of the chain from the firmware to the provider, and says
 * what to do about what is wrong. */
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/text.h"
#include "doctor/doctor.h"
#include "commands.h"

#define COMMAND "guest-attest doctor"

#define INDENT 33 /* of the messages */

static const char usage[] =
	"Usage: guest-attest doctor [OPTION...]\n"
	"\n"
	"Looks at everything that an attestation needs, in order: machine, boot, extension, network. Says what is\n"
	"wrong and what to do about it. Changes nothing, and sends no evidence.\n"
	"\n"
	"  --endpoint URL       the provider, https://host or https://host:port (default: the extension's)\n"
	"  --metadata URL       who knows the region, http://ADDRESS (default: the extension's, else the\n"
	"                       cloud's service)\n"
	"  --ca-file PEM        trust these certificate authorities (default: the extension's, else the\n"
	"                       system's)\n"
	"  --extra-ca-file PEM  trust these besides (default: the extension's)\n"
	"  --proxy URL          the way there, http://HOST:PORT or none (default: the extension's)\n"
	"  --tcti CONF          the TPM: device:FILE, swtpm:path=FILE, swtpm:host=HOST,port=PORT\n"
	"                       (default: the extension's, else the machine's device)\n"
	"  --root DIR           look at the machine whose root directory this is (default: /)\n"
	"  --json               print the findings as JSON\n"
	"  --help               this text\n"
	"\n"
	"Exit code: 0 all is well, 1 something speaks against the VM's integrity, 2 something is missing, wrong or out\n"
	"of reach, 3 nothing but warnings, 64 wrong usage.\n";

struct options {
	const char *endpoint, *metadata, *ca_file, *extra_ca_file, *proxy, *tcti, *root;
	bool is_json, is_help;
};

static const char *parse_options(int argc, char **argv, struct options *ret, const char **ret_word)
{
	const struct command_option known[] = {
		{"help", NULL, &ret->is_help},
		{"endpoint", &ret->endpoint, NULL},
		{"metadata", &ret->metadata, NULL},
		{"ca-file", &ret->ca_file, NULL},
		{"extra-ca-file", &ret->extra_ca_file, NULL},
		{"proxy", &ret->proxy, NULL},
		{"tcti", &ret->tcti, NULL},
		{"root", &ret->root, NULL},
		{"json", NULL, &ret->is_json},
		{0},
	};

	return parse_command_options(argc, argv, known, ret_word);
}

static const char *check_options(const struct options *options)
{
	const char *complaint = check_endpoint(options->endpoint);

	if (!complaint)
		complaint = check_metadata(options->metadata);
	return complaint ? complaint : check_proxy(options->proxy);
}

static int print_findings_json(const struct doctor_report *report, struct err *err)
{
	auto_cleanup(json) json *list = doctor_json(report);

	if (print_json(list, JSON_INDENTED, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

static void print_finding(const struct doctor_finding *finding)
{
	const struct err_info *info = err_info(finding->code);
	char text[ERR_MSG_SIZE + 80];

	(void)text_format(text, sizeof(text), finding->code == ERR_OK ? "%s" : "%s (%s, %d)",
		finding->message, info->name, (int)finding->code);
	print_format("  %-8s %-21s ", doctor_state_name(finding->state), finding->check);
	print_hanging(INDENT, text);
	if (finding->code == ERR_OK)
		return;
	print_format("%*s", INDENT, "");
	print_hanging(INDENT, info->remedy);
}

static void print_findings(const struct doctor_report *report)
{
	size_t counts[DOCTOR_SKIPPED + 1] = {0};
	const char *part = "";

	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];

		if (part != finding->part)
			print_format("%s%s\n", i ? "\n" : "", finding->part);
		part = finding->part;
		print_finding(finding);
		counts[finding->state]++;
	}
	print_format("\n%zu %s, %zu %s, %zu %s skipped, %zu in order.\n", counts[DOCTOR_ERROR],
		counts[DOCTOR_ERROR] == 1 ? "error" : "errors", counts[DOCTOR_WARNING],
		counts[DOCTOR_WARNING] == 1 ? "warning" : "warnings", counts[DOCTOR_SKIPPED],
		counts[DOCTOR_SKIPPED] == 1 ? "check" : "checks", counts[DOCTOR_OK]);
}

static enum doctor_clock clock_state(void)
{
	struct timex clock = {0}; /* no modes: it only tells */
	int state = adjtimex(&clock);

	return state < 0             ? DOCTOR_CLOCK_UNKNOWN
	       : state == TIME_ERROR ? DOCTOR_CLOCK_FREE
				     : DOCTOR_CLOCK_SYNCHRONISED;
}

static int examine(const struct options *options)
{
	auto_cleanup(doctor_report) struct doctor_report report = {0};
	auto_cleanup(fd) int root_fd = -1;
	struct utsname machine;
	const struct clock_time now = clock_read();
	struct err err;

	if (open_root(options->root, &root_fd, &err) < 0) {
		(void)print_err(&err);
		return DOCTOR_BROKEN;
	}
	(void)uname(&machine);
	doctor_run(&(struct doctor_inputs){.root_fd = root_fd,
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
		&report);
	if (!options->is_json)
		print_findings(&report);
	else if (print_findings_json(&report, &err) < 0) {
		(void)print_err(&err);
		return DOCTOR_BROKEN;
	}
	return doctor_outcome(&report);
}

int command_doctor(int argc, char **argv)
{
	struct options options = {0};
	const char *word = "";
	const char *complaint = parse_options(argc, argv, &options, &word);

	if (options.is_help) {
		print_format("%s", usage);
		return 0;
	}
	if (complaint)
		return print_usage_error(COMMAND, "'%s' %s", word, complaint);
	complaint = check_options(&options);
	if (complaint)
		return print_usage_error(COMMAND, "%s", complaint);
	return examine(&options);
}

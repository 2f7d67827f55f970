/* guest-attest evidence: collects what an attestation proves with, for others to verify; asks nobody. */
#include <string.h>
#include "base/file.h"
#include "commands.h"
#include "maa/request.h"
#include "monitor/collect.h"
#include "monitor/round.h"

#define COMMAND "guest-attest evidence"

#define EXIT_NOTHING 2

static const char usage[] =
	"Usage: guest-attest evidence --out FILE [OPTION...]\n"
	"\n"
	"Collects the evidence of this VM's boot without any provider, for 'guest-attest verify' on another "
	"machine.\n"
	"\n"
	"  --out FILE        where to put it, as JSON; '-' is standard output\n"
	"  --tcti CONF       the TPM: device:FILE, swtpm:path=FILE, swtpm:host=HOST,port=PORT\n"
	"                    (default: device:/dev/tpmrm0, else device:/dev/tpm0)\n"
	"  --event-log FILE  the boot's event log (default: the kernel's)\n"
	"  --nonce TEXT      is put into the evidence; the TPM does not sign it (default: none)\n"
	"  --help            this text\n"
	"\n"
	"Exit code: 0 collected, 2 could not collect, 64 wrong usage.\n";

struct options {
	const char *out, *tcti, *event_log, *nonce;
	bool is_help;
};

static const char *parse_options(int argc, char **argv, struct options *ret, const char **ret_word)
{
	const struct command_option known[] = {
		{"help", NULL, &ret->is_help},
		{"out", &ret->out, NULL},
		{"tcti", &ret->tcti, NULL},
		{"event-log", &ret->event_log, NULL},
		{"nonce", &ret->nonce, NULL},
		{0},
	};

	return parse_command_options(argc, argv, known, ret_word);
}

static const char *check_options(const struct options *options)
{
	if (!options->out || !options->out[0])
		return "--out is needed: the file for the evidence";
	return check_nonce(options->nonce);
}

static int collect(const struct options *options, struct buf *ret, struct err *err)
{
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	auto_cleanup(evidence) struct evidence evidence = evidence_empty();
	struct collect_sources sources = {.event_log = options->event_log};

	if (dir_open("/", &root_fd, err) < 0)
		return -1;
	sources.root_fd = root_fd;
	if (tpm_open(options->tcti ? options->tcti : tpm_machine_tcti(root_fd), &tpm, err) < 0 ||
		collect_evidence(tpm, &sources, &evidence, err) < 0)
		return -1;
	return request_build_info(&evidence, options->nonce, ret, err);
}

static int save(const char *path, const struct buf *info, struct err *err)
{
	if (strcmp(path, "-") != 0)
		return write_private(path, buf_bytes(info), err);
	print_format("%s\n", (const char *)info->data);
	return 0;
}

int command_evidence(int argc, char **argv)
{
	struct options options = {0};
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	const char *word = "";
	const char *complaint = parse_options(argc, argv, &options, &word);
	struct err err;

	if (options.is_help) {
		print_format("%s", usage);
		return 0;
	}
	if (complaint)
		return print_usage_error(COMMAND, "'%s' %s", word, complaint);
	complaint = check_options(&options);
	if (complaint)
		return print_usage_error(COMMAND, "%s", complaint);
	if (collect(&options, &info, &err) == 0 && save(options.out, &info, &err) == 0)
		return 0;
	(void)print_err(&err);
	return err.code == ERR_USAGE ? EXIT_USAGE : EXIT_NOTHING;
}

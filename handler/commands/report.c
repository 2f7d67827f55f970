/* guest-attest report: writes one attestation, or a bundle, as an HTML page for people. */
#include <fcntl.h>
#include <string.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "page/page.h"
#include "attestation_bundle.h"
#include "bundles.h"

struct options {
	struct attestation_options attestation;
	const char *html, *from, *now, *keys;
	struct option_texts ca;
};

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;
	const struct attestation_options *attestation = &options->attestation;
	int64_t now_s;

	if (!options->html || !options->html[0])
		return err_set(err, ERR_USAGE, 0, "--html is needed: the file for the page");
	if (options->from && (attestation_has_provider_options(attestation) || attestation->tcti ||
				     attestation->event_log || attestation->nonce ||
				     attestation->redact || options->attestation.root))
		return err_set(err, ERR_USAGE, 0,
			"with --from nothing is attested: only --html, --ca, --now and --keys go with it");
	if (!options->from && (options->now || options->keys))
		return err_set(err, ERR_USAGE, 0, "%s goes with --from only",
			options->now ? "--now" : "--keys");
	if (read_now(options->now, &now_s, err) < 0)
		return -1;
	return attestation_check_options(attestation, err);
}

static int write_page(const char *path, const struct page_inputs *inputs, struct err *err)
{
	auto_cleanup(buf) struct buf page = buf_with_max(PAGE_MAX_BYTES);

	if (page_write(inputs, &page, err) < 0)
		return -1;
	if (strcmp(path, "-") != 0)
		return write_private(path, buf_bytes(&page), err);
	print_format("%s", (const char *)page.data);
	return 0;
}

/* Prints the verdict in one line for callers that do not see the page. */
static void print_verdict_line(const char *path, const struct page_inputs *inputs)
{
	const struct page_headline headline = page_headline(inputs);
	char text[ERR_MSG_SIZE + 160], answer[ANSWER_SIZE], reason[ERR_MSG_SIZE + 80] = "";
	size_t len = strlen(headline.text);

	if (inputs->is_live)
		(void)text_format(answer, sizeof(answer), "%s", headline.word);
	else
		answer_text(inputs->check, answer);
	if (headline.code)
		(void)text_format(reason, sizeof(reason), ": %.*s (%s)",
			(int)(len && headline.text[len - 1] == '.' ? len - 1 : len), headline.text,
			err_info(headline.code)->name);
	(void)text_format(text, sizeof(text), "%s%s", answer, reason);
	if (strcmp(path, "-") == 0)
		print_aside("%s; written to standard output\n", text);
	else
		print_format("%s; written to %s\n", text, path);
}

/* Gets the bundle of a file, or of a round that is made now. */
static int get_bundle(const struct options *options, struct attestation *attestation,
	struct bundle *ret, struct err *err)
{
	struct attestation_options whole = options->attestation;

	if (options->from)
		return read_bundle(options->from, ret, err);
	if (attestation_run(&options->attestation, attestation, err) < 0)
		return -1;
	if (attestation->verdict.reason.code == ERR_USAGE) {
		*err = attestation->verdict.reason;
		return -1;
	}
	whole.redact = false; /* report() does it, after the comparison */
	whole.with_token = !options->attestation.redact;
	return attestation_bundle(&whole, attestation, ret, err);
}

/* On the VM a failed check of the reader's own --ca makes a good verdict bad. */
static int exit_code_of(const struct page_inputs *inputs)
{
	enum health health = inputs->bundle->verdict.health;

	if (!inputs->is_live)
		return answer_exit_code(inputs->check);
	return health == HEALTH_HEALTHY && inputs->check && inputs->check->findings.count
		       ? EXIT_BAD
		       : health_exit_code(health);
}

/* A bundle is judged for the time at which it says that it was made: its certificates live for
 * about a year. */
static int read_check_inputs(const struct options *options, const struct bundle *bundle,
	struct buf *keys, struct bundlecheck_inputs *ret, struct err *err)
{
	ret->now_s = clock_now_s();
	if (!options->from) { /* keys that were just fetched from the provider are the reader's own
			       */
		ret->keys = buf_bytes(&bundle->provider.keys);
		return 0;
	}
	if (read_keys(options->keys, keys, err) < 0)
		return -1;
	ret->keys = buf_bytes(keys);
	ret->is_now_given = options->now != NULL;
	ret->is_now_of_bundle = !options->now && bundle->is_whole;
	if (ret->is_now_of_bundle)
		ret->now_s = bundle->made_s;
	return read_now(options->now, &ret->now_s, err);
}

/* The comparison with the accepted boots. In a redacted page, changes that speak against the boot
 * still count, but are not named. */
static const struct comparison *comparison_of(const struct options *options, struct comparison *change)
{
	struct err *reason = &change->finding;

	if (!change->details)
		return NULL;
	if (options->attestation.redact && reason->code)
		err_fill(reason, reason->code, 0,
			"The boot differs from those that count as good; what is different was taken out.");
	return change;
}

/* Without evidence, the log is still shown, unproven. Empty if there is no log, or if the page is
 * redacted: nothing redacts a bare log. */
static void read_log(const struct options *options, struct buf *ret)
{
	auto_cleanup(fd) int root_fd = -1;
	const char *path = options->attestation.event_log;
	struct err ignored;

	*ret = buf_with_max(EVENTLOG_MAX_FILE);
	if (options->attestation.redact)
		return;
	if (!path && open_root(options->attestation.root, &root_fd, &ignored) < 0)
		return;
	if (file_read(path ? AT_FDCWD : root_fd, path ? path : COLLECT_EVENT_LOG, FILE_FOLLOW_LINKS,
		    ret, &ignored) < 0)
		buf_done(ret);
}

static int report(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(bundlecheck) struct bundlecheck *check = NULL;
	auto_cleanup(attestation) struct attestation attestation = {0};
	auto_cleanup(buf) struct buf log = {0}, keys = {0};
	struct bundlecheck_inputs checking = {.anchors = &anchors};
	struct page_inputs inputs = {.bundle = &bundle, .is_live = options->from == NULL};

	if (bundlecheck_new(&check, err) < 0 || read_anchors(&options->ca, &anchors, err) < 0 ||
		get_bundle(options, &attestation, &bundle, err) < 0 ||
		read_check_inputs(options, &bundle, &keys, &checking, err) < 0)
		return -1;
	inputs.now_s = clock_now_s();
	inputs.checked_s = checking.now_s;
	if (bundle.info.len) {
		if (check_evidence(&bundle, &checking, check, err) < 0)
			return -1;
		inputs.check = check;
	} else {
		read_log(options, &log);
		inputs.log = buf_bytes(&log);
	}
	inputs.comparison = comparison_of(options, &attestation.change);
	if (options->attestation.redact &&
		(attestation_redact(&bundle, err) < 0 ||
			/* anew; the verdict stays */
			(inputs.check && check_evidence(&bundle, &checking, check, err) < 0)))
		return -1;
	*ret_exit_code = exit_code_of(&inputs);
	if (write_page(options->html, &inputs, err) < 0)
		return -1;
	print_verdict_line(options->html, &inputs);
	return 0;
}

static bool is_from_bundle(const void *given)
{
	return ((const struct options *)given)->from != NULL;
}

static const struct option_row rows[] = {
	OPTION(struct options, html, "html", "FILE",
		"where to put the page; '-' is standard output. One line shows the verdict in short"),
	OPTION(struct options, from, "from", "BUNDLE",
		"the page of this bundle instead, anywhere: neither TPM nor network is needed"),
	OPTION(struct options, ca, "ca", "FILE",
		"who may vouch for the attestation key, as for verify; may be given 16 times"),
	OPTION(struct options, keys, "keys", "JWKS",
		"with --from: the provider's key set, as for verify"),
	NOW_OPTION(struct options,
		"with --from: the time at which certificates, and a token in it, must be valid (default: when the bundle was made, as it says; of a request: now)"),
	PROVIDER_OPTIONS(struct options),
	EVIDENCE_OPTIONS(struct options),
	NONCE_OPTION(struct options, "comes back in the token (default: random)"),
	OPTION(struct options, attestation.root, "root", "DIR",
		"the machine whose root directory this is (default: /)"),
	REDACT_OPTION(struct options, "without VM id, host name, disk ids and more"),
	{0},
};

const struct command report_command = {
	.name = "report",
	.summary = "what an attestation came to, as one HTML page",
	.words = "--html FILE [OPTION...]",
	.about = "Attests once and writes what it came to as one HTML page: verdict, boot, keys, what changed. The page holds no scripts and fetches nothing.",
	.notes = "Exit code: 0 Healthy (with --from: Genuine), 1 Unhealthy, or Refused, 2 could not find out or not written, 3 with --from and without --ca Unanchored: nothing shows whose TPM it is; 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.check = check_options,
	.is_for_anybody = is_from_bundle,
	.run = report,
};

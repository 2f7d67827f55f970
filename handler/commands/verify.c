/* guest-attest verify: shows what evidence proves, on any machine, without TPM or network, trusting
 * only the given authorities. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "maa/keys.h"
#include "bundles.h"
#include "commands.h"
#include "verify.h"

#define MAX_TIME_S 253402300799 /* the end of the year 9999 */

struct options {
	const char *file, *keys, *now;
	struct option_texts ca;
	bool is_json;
};

/* Reads --now, seconds since 1970; without the option, the present time. */
static bool read_now(const struct options *options, int64_t *ret)
{
	const char *text = options->now;
	char *end;

	*ret = clock_now_s();
	if (!text)
		return true;
	errno = 0;
	*ret = strtoll(text, &end, 10);
	return !errno && *text >= '0' && *text <= '9' && !*end && *ret <= MAX_TIME_S;
}

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;
	int64_t ignored;

	return read_now(options, &ignored)
		       ? 0
		       : err_set(err, ERR_USAGE, 0,
				 "'%s' is no time: --now takes seconds since 1970", options->now);
}

static int read_keys(const struct options *options, struct buf *ret, struct err *err)
{
	*ret = buf_with_max(KEYS_MAX_BYTES);
	if (!options->keys)
		return 0;
	if (read_input(options->keys, ret, err) < 0)
		return -1;
	return ret->len ? 0 : err_set(err, ERR_KEYS_INVALID, 0, "'%s' is empty.", options->keys);
}

static int check_evidence(const struct options *options, const struct bundle *bundle, int64_t now_s,
	struct bundlecheck *ret, struct err *err)
{
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(buf) struct buf keys = {0};

	if (read_anchors(&options->ca, &anchors, err) < 0 || read_keys(options, &keys, err) < 0)
		return -1;
	bundlecheck_run(bundle,
		&(struct bundlecheck_inputs){.anchors = &anchors,
			.keys = buf_bytes(&keys),
			.now_s = now_s,
			.is_now_given = options->now != NULL},
		ret);
	/* memory ran out, which is no fault of the evidence */
	if (findings_hold(&ret->findings, ERR_NO_MEMORY))
		return err_set(err, ERR_NO_MEMORY, 0, "No memory to check all of the evidence.");
	return 0;
}

static int verify(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	auto_cleanup(bundlecheck) struct bundlecheck *check = NULL;
	struct verify_result result = {.bundle = &bundle};

	(void)read_now(options, &result.now_s);
	if (bundlecheck_new(&check, err) < 0 || read_bundle(options->file, &bundle, err) < 0 ||
		check_evidence(options, &bundle, result.now_s, check, err) < 0)
		return -1;
	result.check = check;
	*ret_exit_code = check->findings.count      ? EXIT_BAD
			 : check->is_issuer_checked ? EXIT_GOOD
						    : EXIT_RESERVED;
	return options->is_json ? verify_print_json(&result, err) : (verify_print_text(&result), 0);
}

static const struct option_row rows[] = {
	OPTION_WORD(struct options, file, "FILE", ""),
	OPTION(struct options, ca, "ca", "PEM",
		"who may vouch for the attestation key: self-signed certificates are trusted, others link the key's certificate to them; may be given 16 times. Without it nothing shows that the key is in a platform's TPM, only that all parts fit together. A bundle's own links are used too, but no root of it is trusted"),
	OPTION(struct options, keys, "keys", "JWKS",
		"the provider's key set, fetched by yourself from its /certs: for a token in the bundle (default: the bundle's copy)"),
	OPTION(struct options, now, "now", "UNIX",
		"the time at which certificates, and a token in it, must be valid (default: now; for a token: when the bundle was made)"),
	OPTION(struct options, is_json, "json", NULL, "print the result as JSON"),
	{0},
};

const struct command verify_command = {
	.name = "verify",
	.summary = "check saved evidence, on any machine",
	.words = "FILE [OPTION...]",
	.about = "Checks the evidence of a boot, on any machine: needs neither the VM nor a TPM nor a network. FILE is what 'guest-attest evidence' or 'attest --save-evidence' wrote, a request's whole body, or the attestation information in it; '-' is standard input.",
	.notes = "Exit code: 0 Verified, 1 Refused, 2 the evidence or another file is unreadable, 3 nothing speaks against it, but without --ca it may be anybody's, 64 wrong usage.\nNothing in evidence proves when it was made.",
	.rows = rows,
	.size = sizeof(struct options),
	.check = check_options,
	.run = verify,
};

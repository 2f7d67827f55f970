/* verify.h - between the two halves of guest-attest verify: finding out (verify.c) and showing
 * (verify_print.c). */
#ifndef HANDLER_COMMANDS_VERIFY_H
#define HANDLER_COMMANDS_VERIFY_H

#include "bundle/bundlecheck.h"
#include "commands.h"

struct verify_result {
	const struct bundle *bundle;
	const struct bundlecheck *check;
	int64_t now_s;
};

/* verify.c. A bundle, a request's body or attestation information; '-' is standard input. */
int read_bundle(const char *path, struct bundle *ret, struct err *err) err_check;
/* The certificates of PEM files: who may vouch. If there are files, one of them must be trusted by
 * itself. ERR_CA_FILE. */
int read_anchors(const struct option_texts *paths, struct anchors *ret, struct err *err) err_check;

void verify_print_text(const struct verify_result *result);
int verify_print_json(const struct verify_result *result, struct err *err) err_check;

#endif

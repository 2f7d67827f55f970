/* verify.h - between the two halves of guest-attest verify: finding out (verify.c) and showing (verify_print.c). */
#ifndef HANDLER_COMMANDS_VERIFY_H
#define HANDLER_COMMANDS_VERIFY_H

#include "monitor/bundlecheck.h"

struct verify_result {
	const struct bundle *bundle;
	const struct bundlecheck *check;
	int64_t now_s;
};

/* verify.c. A bundle, a request's body or attestation information; '-' is standard input. */
int read_bundle(const char *path, struct bundle *ret, struct err *err) err_check;
/* Certificates of a PEM file join those that may vouch. ERR_CA_FILE. */
int read_ca(const char *path, struct anchors *ret, struct err *err) err_check;

void verify_print_text(const struct verify_result *result);
int verify_print_json(const struct verify_result *result, struct err *err) err_check;

#endif

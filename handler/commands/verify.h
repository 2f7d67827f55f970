/* verify.h - the result of guest-attest verify, made by verify.c and printed by verify_print.c. */
#ifndef HANDLER_COMMANDS_VERIFY_H
#define HANDLER_COMMANDS_VERIFY_H

#include "bundle/bundlecheck.h"
#include "commands.h"

struct verify_result {
	const struct bundle *bundle;
	const struct bundlecheck *check;
	int64_t now_s;
};

void verify_print_text(const struct verify_result *result);
int verify_print_json(const struct verify_result *result, struct err *err) err_check;

#endif

/* verify.h - between the two halves of guest-attest verify: finding out (verify.c) and showing (verify_print.c). */
#ifndef HANDLER_COMMANDS_VERIFY_H
#define HANDLER_COMMANDS_VERIFY_H

#include "appraise/verdict.h"
#include "maa/request.h"

#define VERIFY_MAX_REASONS 2

/* What was found out; the reasons are independent of each other. */
struct verify_result {
	struct request request;
	struct appraisal appraisal;
	bool has_cert;
	struct crypto_cert_info cert; /* as it stands in the evidence, whoever issued it */
	bool is_issuer_checked;
	int64_t now_s;
	size_t reason_count;
	struct err reasons[VERIFY_MAX_REASONS];
};

void verify_print_text(const struct verify_result *result);
int verify_print_json(const struct verify_result *result, struct err *err) err_check;

#endif

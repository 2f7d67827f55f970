/* options.h - the command line: what to listen on, whom to trust, which rules to relax. */
#ifndef PROVIDER_OPTIONS_H
#define PROVIDER_OPTIONS_H

#include "policy.h"

#define OPTIONS_MAX_FILES 16

struct options {
	const char *listen;
	const char *tls_cert, *tls_key;
	const char *ak_ca[OPTIONS_MAX_FILES];
	size_t ak_ca_count;
	const char *signing_key, *signing_cert; /* NULL: made at start */
	const char *issuer; /* NULL: the address that is listened on */
	int64_t now_s; /* negative: the clock's */
	int64_t token_life_s;
	struct policy policy;
	bool is_help;
};

/* ERR_USAGE. Texts point into argv. */
int options_parse(int argc, char **argv, struct options *ret, struct err *err) err_check;
const char *options_help(void);

#endif

/* attestation.h - options and one round, shared by the commands that attest. */
#ifndef HANDLER_COMMANDS_ATTESTATION_H
#define HANDLER_COMMANDS_ATTESTATION_H

#include "commands.h"
#include "service/verdicts.h"

struct attestation_options {
	const char *endpoint, *metadata, *ca_file, *extra_ca_file, *proxy, *tcti, *event_log,
		*nonce, *chain;
	const char *root; /* NULL for / */
	bool redact, with_token;
};

/* Option rows for a struct with a member `struct attestation_options attestation`. */
#define PROVIDER_OPTIONS(type)                                                                     \
	OPTION(type, attestation.endpoint, "endpoint", "URL",                                      \
		"the provider, https://host or https://host:port (default: the shared one of "     \
		"this VM's region)"),                                                              \
		OPTION(type, attestation.metadata, "metadata", "URL",                              \
			"who knows the region, http://ADDRESS (default: the cloud's service)"),    \
		OPTION(type, attestation.ca_file, "ca-file", "PEM",                                \
			"trust these certificate authorities instead of the system's"),            \
		OPTION(type, attestation.extra_ca_file, "extra-ca-file", "PEM",                    \
			"trust these besides the others"),                                         \
		OPTION(type, attestation.proxy, "proxy", "URL",                                    \
			"the way there, http://[USER:PASSWORD@]HOST:PORT, or none (default: the "  \
			"variables https_proxy, all_proxy and no_proxy, else the guest agent's)")
#define EVIDENCE_OPTIONS(type)                                                                     \
	OPTION(type, attestation.tcti, "tcti", "CONF",                                             \
		"the TPM: device:FILE, swtpm:path=FILE, swtpm:host=HOST,port=PORT (default: "      \
		"device:/dev/tpmrm0, else device:/dev/tpm0)"),                                     \
		OPTION(type, attestation.event_log, "event-log", "FILE",                           \
			"the boot's event log (default: the kernel's)")
#define NONCE_OPTION(type, about)  OPTION(type, attestation.nonce, "nonce", "TEXT", about)
#define REDACT_OPTION(type, about) OPTION(type, attestation.redact, "redact", NULL, about)
#define BUNDLE_OPTIONS(type)                                                                       \
	OPTION(type, attestation.chain, "chain", "PEM",                                            \
		"certificates that link the attestation key's to a root, for the bundle"),         \
		REDACT_OPTION(                                                                     \
			type, "without what identifies the VM (VM id, host name, disk ids, ...)"), \
		OPTION(type, attestation.with_token, "with-token", NULL,                           \
			"with the whole token and the provider's keys, so that its signature can " \
			"be checked; whoever has a token can show it while it lives. Not with "    \
			"--redact")

/* Is any option given that only an exchange with a provider needs? */
bool attestation_has_provider_options(const struct attestation_options *options);
/* ERR_USAGE. */
int attestation_check_options(const struct attestation_options *options, struct err *err) err_check;
/* One round, compared with the boots that the service knows, as an observer: it learns nothing. */
struct attestation {
	struct round_result *round;
	struct comparison change; /* zeroed if no comparison was due */
	struct verdict verdict; /* the combined verdict */
};

void attestation_cleanup(struct attestation *attestation);
/* Runs the round. Its errors are in the result. */
int attestation_run(const struct attestation_options *options, struct attestation *ret,
	struct err *err) err_check;
/* Likewise without a provider and without network. */
int attestation_check(const struct attestation_options *options, struct attestation *ret,
	struct err *err) err_check;
/* In attestation_bundle.c; NULL in a build without bundles. Takes the large members out of the
 * round. path: '-' is standard output. */
int attestation_save_round(const struct attestation_options *options, struct attestation *attestation,
	const char *path, struct err *err) __attribute__((weak)) err_check;

#endif

/* attestation.h - what the commands that attest have in common: options, one round, and its
 * bundle. */
#ifndef HANDLER_COMMANDS_ATTESTATION_H
#define HANDLER_COMMANDS_ATTESTATION_H

#include "bundle/bundle.h"
#include "commands.h"

#define ATTESTATION_USAGE                                                                                  \
	"  --endpoint URL        the provider, https://host or https://host:port\n"                        \
	"                        (default: the shared one of this VM's region)\n"                          \
	"  --metadata URL        who knows the region, http://ADDRESS (default: the cloud's service)\n"    \
	"  --ca-file PEM         trust these certificate authorities instead of the system's\n"            \
	"  --extra-ca-file PEM   trust these besides the others\n"                                         \
	"  --proxy URL           the way there, http://[USER:PASSWORD@]HOST:PORT, or none (default: the\n" \
	"                        variables https_proxy, all_proxy and no_proxy, else the guest agent's)\n"

#define EVIDENCE_USAGE                                                                               \
	"  --tcti CONF           the TPM: device:FILE, swtpm:path=FILE, swtpm:host=HOST,port=PORT\n" \
	"                        (default: device:/dev/tpmrm0, else device:/dev/tpm0)\n"             \
	"  --event-log FILE      the boot's event log (default: the kernel's)\n"

#define BUNDLE_USAGE                                                                                       \
	"  --chain PEM           certificates that link the attestation key's to a root, for the bundle\n" \
	"  --redact              without VM id, host name, disk ids and more: the README lists them\n"     \
	"  --with-token          with the whole token and the provider's keys, so that its signature can " \
	"be\n"                                                                                             \
	"                        checked; whoever has a token can show it while it lives. Not with "       \
	"--redact\n"

struct attestation_options {
	const char *endpoint, *metadata, *ca_file, *extra_ca_file, *proxy, *tcti, *event_log,
		*nonce, *chain;
	const char *root; /* NULL: / */
	bool redact, with_token;
};

/* Rows of a command_option list. */
#define EVIDENCE_OPTIONS(options)                                                                  \
	{"tcti", &(options)->tcti, NULL}, {"event-log", &(options)->event_log, NULL},              \
	{                                                                                          \
		"nonce", &(options)->nonce, NULL                                                   \
	}
#define PROVIDER_OPTIONS(options)                                                                  \
	{"endpoint", &(options)->endpoint, NULL}, {"metadata", &(options)->metadata, NULL},        \
		{"ca-file", &(options)->ca_file, NULL},                                            \
		{"extra-ca-file", &(options)->extra_ca_file, NULL},                                \
	{                                                                                          \
		"proxy", &(options)->proxy, NULL                                                   \
	}
#define BUNDLE_OPTIONS(options)                                                                    \
	{"chain", &(options)->chain, NULL}, {"redact", NULL, &(options)->redact},                  \
	{                                                                                          \
		"with-token", NULL, &(options)->with_token                                         \
	}

/* Was anything given that only an exchange with a provider needs? */
bool attestation_has_provider_options(const struct attestation_options *options);
/* NULL, or what is wrong. */
const char *attestation_check_options(const struct attestation_options *options);
/* One round; what goes wrong in it is in the result. */
int attestation_run(const struct attestation_options *options, struct round_result *ret,
	struct err *err) err_check;
/* Evidence alone, without any provider. */
int attestation_collect(
	const struct attestation_options *options, struct bundle *ret, struct err *err) err_check;
/* The round's bundle, redacted if asked for; takes what is large out of the round. */
int attestation_bundle(const struct attestation_options *options, struct round_result *round,
	struct bundle *ret, struct err *err) err_check;
/* Redacts, and says on standard error what can be guessed all the same. */
int attestation_redact(struct bundle *bundle, struct err *err) err_check;
/* '-' is standard output. */
int attestation_save(const char *path, const struct bundle *bundle, struct err *err) err_check;

#endif

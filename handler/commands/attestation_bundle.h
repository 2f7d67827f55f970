/* attestation_bundle.h - makes a bundle of an attestation. */
#ifndef HANDLER_COMMANDS_ATTESTATION_BUNDLE_H
#define HANDLER_COMMANDS_ATTESTATION_BUNDLE_H

#include "attestation.h"
#include "bundle/bundle.h"

/* Makes an attestation's bundle, redacted if the option is given; takes the large members out of
 * the round. */
int attestation_bundle(const struct attestation_options *options, struct attestation *attestation,
	struct bundle *ret, struct err *err) err_check;
/* Redacts a bundle, and lists on standard error what can still be guessed. */
int attestation_redact(struct bundle *bundle, struct err *err) err_check;
/* Writes the bundle; '-' is standard output. */
int attestation_save(const char *path, const struct bundle *bundle, struct err *err) err_check;

#endif

/* attestation_bundle.h - an attestation, or the evidence alone, as a bundle. */
#ifndef HANDLER_COMMANDS_ATTESTATION_BUNDLE_H
#define HANDLER_COMMANDS_ATTESTATION_BUNDLE_H

#include "attestation.h"
#include "bundle/bundle.h"

/* Evidence alone, without any provider. */
int attestation_collect(
	const struct attestation_options *options, struct bundle *ret, struct err *err) err_check;
/* An attestation's bundle, redacted if asked for; takes what is large out of the round. */
int attestation_bundle(const struct attestation_options *options, struct attestation *attestation,
	struct bundle *ret, struct err *err) err_check;
/* Redacts, and says on standard error what can be guessed all the same. */
int attestation_redact(struct bundle *bundle, struct err *err) err_check;
/* '-' is standard output. */
int attestation_save(const char *path, const struct bundle *bundle, struct err *err) err_check;

#endif

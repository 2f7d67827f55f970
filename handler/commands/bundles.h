/* bundles.h - reads the evidence and authorities that the user names, for the commands that check
 * them. */
#ifndef HANDLER_COMMANDS_BUNDLES_H
#define HANDLER_COMMANDS_BUNDLES_H

#include "base/options.h"
#include "bundle/bundlecheck.h"

/* Reads a bundle, a request's body or attestation information; '-' is standard input. */
int read_bundle(const char *path, struct bundle *ret, struct err *err) err_check;
/* Reads the certificates of PEM files: the authorities that may issue the attestation key's
 * certificate. If files are given, one certificate must be a root. ERR_CA_FILE. */
int read_anchors(const struct option_texts *paths, struct anchors *ret, struct err *err) err_check;

#endif

/* bundles.h - evidence and authorities that people name, for the commands that check it. */
#ifndef HANDLER_COMMANDS_BUNDLES_H
#define HANDLER_COMMANDS_BUNDLES_H

#include "base/options.h"
#include "bundle/bundlecheck.h"

/* A bundle, a request's body or attestation information; '-' is standard input. */
int read_bundle(const char *path, struct bundle *ret, struct err *err) err_check;
/* The certificates of PEM files: who may vouch. If there are files, one of them must be trusted by
 * itself. ERR_CA_FILE. */
int read_anchors(const struct option_texts *paths, struct anchors *ret, struct err *err) err_check;

#endif

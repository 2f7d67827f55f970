/* bundles.h - reads the evidence, authorities and keys that the user names, checks the evidence,
 * and puts the result in words, for the commands that do so. */
#ifndef HANDLER_COMMANDS_BUNDLES_H
#define HANDLER_COMMANDS_BUNDLES_H

#include "base/options.h"
#include "bundle/bundlecheck.h"

/* Reads a bundle, a request's body or attestation information; '-' is standard input. */
int read_bundle(const char *path, struct bundle *ret, struct err *err) err_check;
/* Reads the certificates of one file of PEM or DER; pem: empty, owned by the caller. ERR_CA_FILE.
 */
int read_anchor(const char *path, struct buf *pem, struct anchors *ret, struct err *err) err_check;
/* Reads the files' certificates: the authorities that may issue the attestation
 * key's certificate. If files are given, one certificate must be a root. ERR_CA_FILE. */
int read_anchors(const struct option_texts *paths, struct anchors *ret, struct err *err) err_check;
/* path NULL: no keys. ERR_KEYS_INVALID if the file is empty. */
int read_keys(const char *path, struct buf *ret, struct err *err) err_check;

/* --now, seconds since 1970. */
#define NOW_OPTION(type, help) OPTION(type, now, "now", "UNIX", help)
#define CA_HELP                                                                                    \
	"who may vouch for the attestation key: self-signed certificates are trusted, others link the key's certificate to them; PEM or DER, one or several in a file, may be given 16 times. Without it nothing shows that the key is in a platform's TPM, only that all parts fit together. A bundle's own links are used too, but no root of it is trusted"
/* text: NULL if the option is missing; *ret stays then. ERR_USAGE. */
int read_now(const char *text, int64_t *ret, struct err *err) err_check;

/* bundlecheck_run; ERR_NO_MEMORY if memory ran out, which is no fault of the evidence. */
int check_evidence(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *ret, struct err *err) err_check;
/* Both answers in a line, "Unhealthy; the evidence is Genuine". */
#define ANSWER_SIZE 96
void answer_text(const struct bundlecheck *check, char ret[ANSWER_SIZE]);
/* EXIT_BAD if one answer is bad; EXIT_RESERVED if nothing shows whose TPM it is. */
int answer_exit_code(const struct bundlecheck *check);

#endif

/* anchors.h - the certificate authorities (CAs) that may issue attestation key certificates, and
 * the check of one such certificate. It is the only check of evidence that needs a trusted party:
 * binding.h and replay.h need none. */
#ifndef APPRAISE_ANCHORS_H
#define APPRAISE_ANCHORS_H

#include "edge/crypto.h"

#define ANCHORS_MAX_BYTES (1u << 20)

/* Kept as PEM text and parsed for each request, because the library's certificates cannot be shared
 * between threads. */
struct anchors {
	struct buf roots, intermediates;
};

struct anchors anchors_empty(void);
void anchors_done(struct anchors *anchors);
static inline void anchors_cleanup(struct anchors *anchors)
{
	anchors_done(anchors);
}
/* Adds all certificates of a PEM text: self-issued ones become roots, others intermediates.
 * ERR_CA_FILE. */
int anchors_add(struct anchors *anchors, struct bytes pem, struct err *err) err_check;
/* False if no certificate can be verified: intermediates alone do not suffice. */
bool anchors_have_root(const struct anchors *anchors);
/* Checks that the certificate (DER) is meant for an attestation key, chains to a root, and is
 * within its dates at now_s. Needs a root. ERR_AK_CERT_INVALID with the reason in the message;
 * ERR_FORMAT if it does not parse. */
int anchors_check_ak_cert(
	const struct anchors *anchors, struct bytes der, int64_t now_s, struct err *err) err_check;

#endif

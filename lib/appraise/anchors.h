/* anchors.h - the CAs whose attestation key certificates count, and does this one count?
 * Everything else about evidence is checked without trust in anybody: binding.h, replay.h. */
#ifndef APPRAISE_ANCHORS_H
#define APPRAISE_ANCHORS_H

#include "edge/crypto.h"

#define ANCHORS_MAX_BYTES (1u << 20)

/* As PEM text: parsed anew for each request, since the library's certificates are not shared
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
/* All certificates of a PEM text: those that name themselves as issuer become roots, others
 * intermediates. ERR_CA_FILE. */
int anchors_add(struct anchors *anchors, struct bytes pem, struct err *err) err_check;
/* Is there anything to trust? Intermediates alone vouch for nothing. */
bool anchors_have_root(const struct anchors *anchors);
/* The attestation key's certificate (DER): made for such a key, chain to a root, dates at now_s.
 * Needs a root. ERR_AK_CERT_INVALID, and the message names the reason; ERR_FORMAT if it is no
 * certificate. */
int anchors_check_ak_cert(
	const struct anchors *anchors, struct bytes der, int64_t now_s, struct err *err) err_check;

#endif

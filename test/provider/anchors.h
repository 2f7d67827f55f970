/* anchors.h - the CAs whose attestation key certificates count. */
#ifndef PROVIDER_ANCHORS_H
#define PROVIDER_ANCHORS_H

#include "edge/crypto.h"

#define ANCHORS_MAX_BYTES (1u << 20)

/* As PEM text: parsed anew for each request, since the library's certificates are not shared between threads. */
struct anchors {
	struct buf roots, intermediates;
};

struct anchors anchors_empty(void);
void anchors_done(struct anchors *anchors);
/* All certificates of a PEM text: those that name themselves as issuer become roots, others intermediates. ERR_CA_FILE. */
int anchors_add(struct anchors *anchors, struct bytes pem, struct err *err) err_check;
/* Chain from leaf to a root, dates at now_s. ERR_AK_CERT_INVALID. */
int anchors_verify(const struct anchors *anchors, const struct crypto_cert *leaf, int64_t now_s,
	struct err *err) err_check;

#endif

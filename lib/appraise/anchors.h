/* anchors.h - the certificate authorities (CAs) that may issue attestation key certificates, and
 * the check of one such certificate. It is the only check of evidence that needs a trusted party:
 * binding.h and replay.h need none. */
#ifndef APPRAISE_ANCHORS_H
#define APPRAISE_ANCHORS_H

#include "appraise/findings.h"
#include "edge/crypto.h"

#define ANCHORS_MAX_BYTES (1u << 20)

/* Kept as PEM text and parsed for each request, because the library's certificates cannot be shared
 * between threads. */
struct anchors {
	struct buf roots, intermediates;
};

struct anchors anchors_empty(void);
void anchors_cleanup(struct anchors *anchors);
/* Adds all certificates of a PEM text: self-issued ones become roots, others intermediates.
 * ERR_CA_FILE. */
int anchors_add(struct anchors *anchors, struct bytes pem, struct err *err) err_check;
/* False if no certificate can be verified: intermediates alone do not suffice. */
bool anchors_have_root(const struct anchors *anchors);
/* Judges whether the certificate (DER) chains to a root within its dates at now_s, and then whether
 * it is meant for an attestation key. Needs a root. Each reason against it is a finding: what the
 * chain shows first, since a certificate of unknown origin shows nothing by its usages.
 * ERR_AK_CERT_INVALID with the reason in the message; ERR_FORMAT if it does not parse;
 * ERR_NO_MEMORY. */
void anchors_judge_ak_cert(
	const struct anchors *anchors, struct bytes der, int64_t now_s, struct findings *found);

#endif

/* certext.h - reads a certificate's extensions (RFC 5280 section 4.2), and holds the one rule which
 * of them may be critical. Results are views into the bytes.
 *
 * A critical extension that is not judged makes a certificate unusable (RFC 5280 section 4.2).
 * mbedtls judges key usages, alternative names and basic constraints; certname.h judges name
 * constraints. Policies are accepted without a judgement, as in OpenSSL, since no policy is
 * required here. So are the addresses of revocation lists, which are not read. */
#ifndef EDGE_CERTEXT_H
#define EDGE_CERTEXT_H

#include "base/buf.h"

#define CERTEXT_OID_SIZE 64

/* The last number of an OID below id-ce, 2.5.29. */
enum certext_id {
	CERTEXT_KEY_ID = 14,
	CERTEXT_ALTERNATIVE_NAMES = 17,
	CERTEXT_NAME_CONSTRAINTS = 30
};

/* Whether an extension of this OID (contents of the OBJECT IDENTIFIER) may be critical. */
bool certext_may_be_critical(struct bytes oid);
/* Writes it as "2.5.29.30"; numbers that do not fit are left out. */
void certext_oid_text(struct bytes oid, char ret[CERTEXT_OID_SIZE]);

/* extensions: the SEQUENCE, header included; empty if there are none. ERR_FORMAT: malformed, one
 * extension twice, or a critical one that is not judged; the message is a part of a sentence and
 * names it. */
int certext_check(struct bytes extensions, struct err *err) err_check;
/* The contents of an extension's OCTET STRING; empty if it is absent, or follows a malformed one
 * (certext_check finds those). */
struct bytes certext_find(struct bytes extensions, enum certext_id id);
/* The first http address in authorityInfoAccess at which the issuer's certificate is said to be
 * (RFC 5280 section 4.2.2.1); empty if there is none. */
struct bytes certext_issuer_address(struct bytes extensions);
/* The subjectKeyIdentifier's bytes (RFC 5280 section 4.2.1.2); empty if there is none. */
struct bytes certext_key_id(struct bytes extensions);

#endif

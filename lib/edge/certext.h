/* certext.h - a certificate's extensions (RFC 5280 section 4.2), and the one rule which of them may
 * be critical. Bytes in, views out.
 *
 * Whoever meets a critical extension that it does not judge must refuse the certificate (RFC 5280
 * section 4.2). mbedtls judges key usages, alternative names and basic constraints; certname.h
 * judges name constraints. Policies are accepted without a judgement, as OpenSSL does: nobody here
 * asks for one. The same goes for where revocation lists are, which nobody here reads. */
#ifndef EDGE_CERTEXT_H
#define EDGE_CERTEXT_H

#include "base/buf.h"

#define CERTEXT_OID_SIZE 64

/* The last number of id-ce, 2.5.29 */
enum certext_id {
	CERTEXT_KEY_ID = 14,
	CERTEXT_ALTERNATIVE_NAMES = 17,
	CERTEXT_NAME_CONSTRAINTS = 30
};

/* May an extension of this OID (contents of the OBJECT IDENTIFIER) be critical? */
bool certext_may_be_critical(struct bytes oid);
/* "2.5.29.30", in digits. */
void certext_oid_text(struct bytes oid, char ret[CERTEXT_OID_SIZE]);

/* extensions: the SEQUENCE, header included; empty if there are none. 0, or ERR_FORMAT: malformed,
 * one extension twice, or a critical one that nobody judges; the message is a part of a sentence
 * and names it. */
int certext_check(struct bytes extensions, struct err *err) err_check;
/* The contents of an extension's OCTET STRING; empty if it is not there or the list is malformed
 * (certext_check). */
struct bytes certext_find(struct bytes extensions, enum certext_id id);
/* The subjectKeyIdentifier's bytes (RFC 5280 section 4.2.1.2); empty if there is none. */
struct bytes certext_key_id(struct bytes extensions);

#endif

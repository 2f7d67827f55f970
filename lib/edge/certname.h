/* certname.h - compares a certificate's names with a host (RFC 9525), and with the names that an
 * authority may certify (RFC 5280 section 4.2.1.10).
 *
 * For a host only subjectAltName counts. An address is matched by iPAddress only, and a name by
 * dNSName only. The left-most label of a dNSName may be "*": it stands for exactly one label, and
 * at least two more labels must follow. */
#ifndef EDGE_CERTNAME_H
#define EDGE_CERTNAME_H

#include "base/buf.h"

#define CERTNAME_HOST_SIZE 256

struct certname_host {
	uint8_t address[16];
	size_t address_len; /* 4 or 16; 0 for a name */
	char name[CERTNAME_HOST_SIZE];
};

/* host: as in struct http_origin, IPv6 in brackets; a final dot is removed. */
void certname_host_of(const char *host, struct certname_host *ret);

/* The parts of a certificate that are judged. */
struct certname_cert {
	struct bytes extensions; /* as for certext.h */
	struct bytes subject; /* Name, DER, header included */
};

/* Whether one of its alternative names matches the host. */
bool certname_is_for(const struct certname_cert *cert, const struct certname_host *host);

/* Checks the names of `cert` against the name constraints of `authority`, which issued it or one of
 * its issuers. host: the host of the connection, checked too, since a wildcard may stand for it;
 * NULL: there is none. ERR_CERT_CONSTRAINED: a name is not allowed. ERR_CERT_EXTENSION: undecided,
 * e.g. a constraint on a kind of names that is not judged here. The message is a part of a
 * sentence:
 * "'a.example' is ...". */
int certname_check_constraints(const struct certname_cert *authority,
	const struct certname_cert *cert, const struct certname_host *host,
	struct err *err) err_check;

#endif

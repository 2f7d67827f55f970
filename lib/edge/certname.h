/* certname.h - for whom a certificate is: a host (RFC 9525), and the names that an authority may
 * certify (RFC 5280 section 4.2.1.10). Bytes in, answers out.
 *
 * Only subjectAltName counts. An address is matched by iPAddress alone, a name by dNSName alone,
 * whose left-most label may be "*": it stands for exactly one label, and two more labels at least
 * must follow. */
#ifndef EDGE_CERTNAME_H
#define EDGE_CERTNAME_H

#include "base/buf.h"

#define CERTNAME_HOST_SIZE 256

struct certname_host {
	uint8_t address[16];
	size_t address_len; /* 4, 16, or 0: it is a name */
	char name[CERTNAME_HOST_SIZE];
};

/* host: as in struct http_origin, IPv6 in brackets; a final dot is left out. */
void certname_host_of(const char *host, struct certname_host *ret);

/* What of a certificate is judged. */
struct certname_cert {
	struct bytes extensions; /* as for certext.h */
	struct bytes subject; /* Name, DER, header included */
};

bool certname_is_for(const struct certname_cert *cert, const struct certname_host *host);

/* Do the name constraints of `authority` allow the names of `cert`, which it or one below it
 * certified? host: the one that is asked for, which a wildcard of the certificate stands for; NULL:
 * there is none. ERR_CERT_CONSTRAINED: no. ERR_CERT_EXTENSION: it cannot be told, as for names of a
 * kind that is not judged here but constrained. The message is a part of a sentence: "'a.example'
 * is ...". */
int certname_check_constraints(const struct certname_cert *authority,
	const struct certname_cert *cert, const struct certname_host *host,
	struct err *err) err_check;

#endif

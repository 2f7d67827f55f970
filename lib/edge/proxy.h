/* proxy.h - a proxy that leads to HTTPS servers: what its address looks like, and whom it is not for.
 *
 * Only plain HTTP proxies with CONNECT (RFC 9110 section 9.3.6): TLS is then between this VM and the server.
 */
#ifndef EDGE_PROXY_H
#define EDGE_PROXY_H

#include "edge/http.h"

#define PROXY_PORT        3128 /* where an address names none */
#define PROXY_URL_SIZE    1024
#define PROXY_USER_SIZE   128
#define PROXY_SECRET_SIZE 256
#define PROXY_SOURCE_SIZE 48

struct proxy {
	struct http_origin address; /* host "": there is none, the way is direct */
	char user[PROXY_USER_SIZE]; /* "": no Basic authentication (RFC 7617) */
	char password[PROXY_SECRET_SIZE];
	char source[PROXY_SOURCE_SIZE]; /* where it was given, for messages: "settings", "waagent.conf" */
};

/* "http://user:password@host:port/", "host:port" or "host"; user and password may be percent-encoded (RFC 3986 section 2.1). Another
 * scheme is ERR_PROXY, as is everything else that is not understood; messages never show the user's part. */
int proxy_parse(const char *url, const char *source, struct proxy *ret, struct err *err) err_check;

/* A list as in the variable no_proxy, by commas or blanks: "*", "host", ".domain" and "domain" (the domain and what is below it), an
 * address or a network "10.0.0.0/8", each perhaps with ":port". NULL is an empty list. */
bool proxy_is_bypassed(const char *list, const struct http_origin *server);

/* For messages: "host:port (source)". */
void proxy_text(const struct proxy *proxy, char ret[HTTP_URL_SIZE]);

#endif

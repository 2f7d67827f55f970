/* url.h - parses URLs (RFC 3986) of endpoints. Every form that an endpoint does not need is
 * refused. */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/err.h"

#include <stdint.h>

#define HTTP_URL_SIZE 512

/* The host and port of a URL. */
struct http_origin {
	char host[256]; /* lower case, IPv6 in brackets */
	uint16_t port; /* the scheme's port if not given */
};

/* ERR_ENDPOINT_INVALID unless the URL is https, with a host and without user info. ret_path (may be
 * NULL) receives path and query, "" if there are none. */
int http_parse_url(const char *url, struct http_origin *ret, char ret_path[HTTP_URL_SIZE],
	struct err *err) err_check;
/* The same for http (is_plain in net/http.h): port 80 if not given, the host must be an IP
 * address. */
int http_parse_plain_url(const char *url, struct http_origin *ret, char ret_path[HTTP_URL_SIZE],
	struct err *err) err_check;
/* For URLs and messages: "https://host" or "https://host:port". */
void http_origin_text(const struct http_origin *origin, char ret[HTTP_URL_SIZE]);
bool http_same_origin(const struct http_origin *a, const struct http_origin *b);

#endif

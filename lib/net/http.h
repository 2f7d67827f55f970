/* http.h - one HTTPS exchange through libcurl. Its files, http*.c, get that through http_curl.h,
 * the only one that includes it.
 *
 * TLS is always verified (no switch), 1.2 or later, no redirects, no cookies, no other protocol
 * than https but for is_plain. Every answer is bounded in bytes and in time. Names are resolved by
 * net/resolve.h, never by libcurl or the C library. Of a host's addresses, IPv6 and IPv4 are tried
 * side by side (RFC 8305), so that a way that is broken costs little. The environment is not read:
 * no proxy but the one that is given. Retrying is the caller's decision. Not thread-safe: one
 * struct http per thread. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/buf.h"

#define HTTP_URL_SIZE 512
#define HTTP_ID_SIZE  80
#define HTTP_NAME_MS                                                                               \
	30000 /* at most, of a name: three servers that say nothing twice, as resolv.conf(5) has   \
		 it */

struct proxy; /* net/proxy.h */
struct http; /* a connection that is used again for the same host */

int http_open(struct http **ret, struct err *err) err_check;
void http_close(struct http *http);
static inline void http_cleanup(struct http **http)
{
	http_close(*http);
}

struct http_request {
	const char *url; /* https:// only, unless is_plain */
	const char *content_type; /* of the body; NULL: a GET */
	struct bytes body;
	/* PEM file, used instead of the system's CAs; NULL: the system's, wherever it keeps them */
	const char *ca_file;
	/* PEM file, whose authorities count besides the others; NULL: none */
	const char *extra_ca_file;
	const struct proxy *proxy; /* NULL or without a host: the direct way */
	/* once the name is known, until the TLS handshake is finished */
	uint32_t connect_timeout_ms;
	uint32_t total_timeout_ms; /* likewise, until the answer's end */
	int64_t deadline_ms; /* of all, the name included (base/clock.h, monotonic); 0: none */
	/* without a byte in either direction, good to a second; 0: as long as the total */
	uint32_t idle_timeout_ms;
	/* http:// and only to an address in digits, past every proxy: the metadata service */
	bool is_plain;
	const char *header; /* one more line, "Name: value"; NULL: none */
};

struct http_answer {
	long status; /* e.g. 200 */
	/* set its max before the call: more is ERR_ANSWER_TOO_LARGE, and the transfer ends there */
	struct buf body;
	char content_type[128]; /* cleaned; "" if absent */
	uint32_t retry_after_s; /* 0 if absent or unusable; at most 86400 */
	char peer[64]; /* address that answered, the proxy's if there is one, or "" */
	char location[256]; /* where a redirect points to, cleaned, as are the next; "" if absent */
	/* x-ms-request-id: by which the provider's people find the request */
	char request_id[HTTP_ID_SIZE];
	char error_code[HTTP_ID_SIZE]; /* x-ms-error-code */
	char service_version[HTTP_ID_SIZE]; /* x-ms-maa-service-version */
	int64_t date_s; /* Date, Unix time; 0 if absent or unusable */
};

/* Any HTTP status is an answer, but for a proxy's to CONNECT. Errors are of kind NETWORK, one code
 * per cause, their message names host, address or proxy, and the time it took. Also ERR_CA_FILE. */
int http_exchange(struct http *http, const struct http_request *request, struct http_answer *ret,
	struct err *err) err_check;

/* An https URL's origin. */
struct http_origin {
	char host[256]; /* lower case, IPv6 in brackets */
	uint16_t port; /* 443 if not given */
};

/* ERR_ENDPOINT_INVALID unless https, with a host, without user info. ret_path (may be NULL) gets
 * what follows, "" if nothing. */
int http_parse_url(const char *url, struct http_origin *ret, char ret_path[HTTP_URL_SIZE],
	struct err *err) err_check;
/* The same for is_plain: http, port 80 if not given, and the host must be an IP address. */
int http_parse_plain_url(const char *url, struct http_origin *ret, char ret_path[HTTP_URL_SIZE],
	struct err *err) err_check;
/* For URLs and messages: "https://host" or "https://host:port". */
void http_origin_text(const struct http_origin *origin, char ret[HTTP_URL_SIZE]);
bool http_same_origin(const struct http_origin *a, const struct http_origin *b);

#endif

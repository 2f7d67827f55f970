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
#include "net/trust_store.h"
#include "net/url.h"

#define HTTP_ID_SIZE 80
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
	struct trust_store trust;
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

static inline void http_answer_cleanup(struct http_answer *answer)
{
	buf_done(&answer->body);
}

/* Any HTTP status is an answer, but for a proxy's to CONNECT. Errors are of kind NETWORK, one code
 * per cause, their message names host, address or proxy, and the time it took. Also ERR_CA_FILE. */
int http_exchange(struct http *http, const struct http_request *request, struct http_answer *ret,
	struct err *err) err_check;

#endif

/* http.h - one HTTPS exchange through libcurl. Only http_curl.h includes libcurl, for the files
 * http*.c.
 *
 * TLS is 1.2 or later and always verified; no option turns that off. There are no redirects, no
 * cookies, and no protocol other than https, except with is_plain. Every answer is bounded in bytes
 * and in time. Names are resolved by net/resolve.h, never by libcurl or the C library. IPv6 and
 * IPv4 addresses of a host are tried side by side (RFC 8305), so that a broken route costs little
 * time. The environment is not read; the only proxy is the one in the request. The caller decides
 * about retries. Not thread-safe: one struct http per thread. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/buf.h"
#include "net/trust_store.h"
#include "net/url.h"

#define HTTP_ID_SIZE 80
/* at most, to resolve a name: three servers, two attempts of 5 s each (resolv.conf(5)) */
#define HTTP_NAME_MS 30000

struct proxy; /* net/proxy.h */
struct connect_proxy_answer; /* net/connect_proxy.h */
struct http; /* keeps its connection, to be used again for the same host */

/* The caller closes it. ERR_TLS_LIBRARY: libcurl uses another TLS library than this program.
 * ERR_NO_MEMORY, ERR_INTERNAL. */
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
	/* from the resolved name to the end of the TLS handshake */
	uint32_t connect_timeout_ms;
	uint32_t total_timeout_ms; /* from the resolved name to the end of the answer; 0: 60 s */
	/* for all of it, resolving the name included (base/clock.h, monotonic); 0: none */
	int64_t deadline_ms;
	/* without a byte in either direction, precise to a second; 0: as long as the total */
	uint32_t idle_timeout_ms;
	/* for the metadata service: http://, only to a numeric address, never through a proxy */
	bool is_plain;
	const char *header; /* one more line, "Name: value"; NULL: none */
};

struct http_answer {
	long status; /* e.g. 200 */
	/* the caller sets max; a larger answer ends the transfer with ERR_ANSWER_TOO_LARGE */
	struct buf body;
	char content_type[128]; /* cleaned; "" if absent */
	/* Content-Encoding, likewise; requests ask for none, and the body is left as it came */
	char encoding[32];
	uint32_t retry_after_s; /* 0 if absent or unusable; at most 86400 */
	uint32_t fresh_s; /* net/freshness.h */
	char peer[64]; /* address of the server, or of the proxy if there is one; or "" */
	/* target of a redirect; this text and the next are cleaned, "" if absent */
	char location[256];
	/* x-ms-request-id: by which the provider's support finds the request */
	char request_id[HTTP_ID_SIZE];
	char error_code[HTTP_ID_SIZE]; /* x-ms-error-code */
	char service_version[HTTP_ID_SIZE]; /* x-ms-maa-service-version */
	int64_t date_s; /* Date, Unix time; 0 if absent or unusable */
};

static inline void http_answer_cleanup(struct http_answer *answer)
{
	buf_done(&answer->body);
}

/* Any HTTP status is an answer; only a proxy's refusal of CONNECT is an error. Errors are of kind
 * NETWORK, with one code per cause; the message names the host, the address or proxy, and the time
 * that passed. Also ERR_CA_FILE, ERR_ENDPOINT_INVALID, ERR_NO_MEMORY, ERR_INTERNAL. */
int http_exchange(struct http *http, const struct http_request *request, struct http_answer *ret,
	struct err *err) err_check;

struct http_tunnel {
	const struct proxy *proxy;
	const char *address; /* the proxy's, in digits */
	const struct http_origin *server;
	int64_t deadline_ms; /* base/clock.h, monotonic */
};

/* Opens a way through a proxy as an exchange does, with its user and password by Basic (RFC 7617)
 * or Digest (RFC 7616), and sends nothing over it. *ret_fd is the caller's, non-blocking. Errors:
 * those of connect_proxy_check(), and ERR_PROXY for no answer; *ret holds the answer in any case,
 * without its words, because some proxies repeat a password in them. */
int http_open_tunnel(const struct http_tunnel *tunnel, struct connect_proxy_answer *ret,
	int *ret_fd, struct err *err) err_check;

#endif

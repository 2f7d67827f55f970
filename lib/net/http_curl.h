/* http_curl.h - what the files http*.c share of one exchange. The only file that includes
 * libcurl. */
#ifndef NET_HTTP_CURL_H
#define NET_HTTP_CURL_H

#include <netinet/in.h>
#include <curl/curl.h>
#include "net/connect_proxy.h"
#include "net/http.h"
#include "net/proxy.h"
#include "net/trust_store.h"

#define HTTP_SOCKETS_MAX 8 /* open at the same time, while several addresses are tried */

struct http {
	CURL *easy; /* its connections were made under `trust` */
	struct trust_store_set trust;
	struct crypto_chain chain; /* the result of the last handshake's verification */
	int sockets[HTTP_SOCKETS_MAX];
	size_t socket_count;
	bool was_connected; /* a socket that was closed during this exchange had been connected */
	/* the host whose addresses curl holds, after a successful exchange; host "": none */
	struct http_origin known;
	char curl_text[CURL_ERROR_SIZE];
	struct err refusal; /* the proxy's, of the exchange that failed; ERR_OK if there is none */
};

/* Sets an option of `easy`, or returns curl's error from the function. */
#define http_set(option, value)                                                                    \
	do {                                                                                       \
		CURLcode code_ = curl_easy_setopt(easy, option, value);                            \
		if (code_ != CURLE_OK)                                                             \
			return code_;                                                              \
	} while (0)

/* What curl's callbacks fill during an exchange. */
struct http_transfer {
	struct http *http;
	const struct http_request *request;
	struct http_origin origin; /* of its URL */
	struct buf body;
	size_t header_bytes;
	uint64_t moved_bytes; /* in both directions so far */
	int64_t moved_ms; /* when moved_bytes last changed, by the monotonic clock */
	bool is_idle; /* the transfer was ended because no bytes moved */
	struct err err; /* set if a callback ended the transfer */
	/* the last one tried; "" if none was, as on a reused connection */
	char address[INET6_ADDRSTRLEN];
};

/* http_names.c: resolves the name of the first hop (the proxy if there is one, else the server) and
 * hands curl the addresses (CURLOPT_RESOLVE), so that curl's own resolver is never used. They are
 * valid as long as *ret. A numeric address needs no resolving. The error is that of the
 * exchange. */
int http_give_addresses(
	struct http_transfer *transfer, struct curl_slist **ret, struct err *err) err_check;
/* To be called after an exchange. If it succeeded, the next one with the same first hop uses the
 * same addresses; if not, the next one resolves the name again. */
void http_keep_addresses(struct http_transfer *transfer, bool has_succeeded);

/* http_proxy.c: makes curl use this proxy, or none (NULL, or without a host). */
CURLcode http_set_proxy(CURL *easy, const struct proxy *proxy);
/* http_proxy.c: the proxy's last answer to CONNECT, without reason and page; status 0: none. */
void http_take_proxy_answer(CURL *easy, struct connect_proxy_answer *ret);
/* http_cause.c: where an exchange failed, such as " (20.1.2.3, public)" or
 * " by proxy 10.0.0.4:3128 (waagent.conf)". */
void http_place_text(const struct http_transfer *transfer, char *ret, size_t size);
/* http_cause.c: the error of a failed exchange. */
int http_explain(const struct http_transfer *transfer, CURLcode code, struct err *err) err_check;

#endif

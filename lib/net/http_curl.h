/* http_curl.h - libcurl as http*.c see it: the only file that includes it, and what they share of
 * one exchange. */
#ifndef NET_HTTP_CURL_H
#define NET_HTTP_CURL_H

#include <netinet/in.h>
#include <curl/curl.h>
#include "net/http.h"
#include "net/proxy.h"
#include "net/trust_store.h"

#define HTTP_SOCKETS_MAX 8 /* open at the same time: tries of several addresses */

struct http {
	CURL *easy; /* its connections were made under `trust` */
	struct trust_store_set trust;
	struct crypto_chain chain; /* the judgement of the last handshake */
	int sockets[HTTP_SOCKETS_MAX];
	size_t socket_count;
	bool was_connected; /* a socket that was closed during this exchange had reached its peer */
	/* whose addresses curl has, of an exchange that succeeded; host "": nobody's */
	struct http_origin known;
	char curl_text[CURL_ERROR_SIZE];
};

/* What curl's callbacks fill during an exchange. */
struct http_transfer {
	struct http *http;
	const struct http_request *request;
	struct http_origin origin; /* of its URL */
	struct buf body;
	size_t header_bytes;
	uint64_t moved_bytes; /* in either direction, when they last changed ... */
	int64_t moved_ms; /* ... by the monotonic clock */
	bool is_idle; /* ended for that */
	struct err err; /* set if a callback ended the transfer */
	/* last one tried; "" if none was, as on a connection used again */
	char address[INET6_ADDRSTRLEN];
};

/* http_names.c: resolves the name of the first hop, the proxy's if there is one, and gives curl the
 * addresses (CURLOPT_RESOLVE) while *ret lives, so that curl's own resolver is never asked. An
 * address in digits needs none. The error is the exchange's. */
int http_give_addresses(
	struct http_transfer *transfer, struct curl_slist **ret, struct err *err) err_check;
/* After an exchange: the next one with the same hop does without the name service if this one
 * succeeded, and asks anew if not. */
void http_keep_addresses(struct http_transfer *transfer, bool has_succeeded);

/* http_cause.c: where an exchange failed: " (20.1.2.3, public)" or " by proxy 10.0.0.4:3128
 * (waagent.conf)". */
void http_place_text(const struct http_transfer *transfer, char *ret, size_t size);
/* http_cause.c: the error of a failed exchange. */
int http_explain(const struct http_transfer *transfer, CURLcode code, struct err *err) err_check;

#endif

/* connect_proxy.h - what a proxy answers when it is asked for a way to a server (CONNECT, RFC 9110
 * section 9.3.6). For telling why there is none; the exchange itself (net/http.h) asks by way of
 * libcurl. */
#ifndef NET_CONNECT_PROXY_H
#define NET_CONNECT_PROXY_H

#include "base/bytes.h"
#include "net/proxy.h"

#define CONNECT_PROXY_ANSWER_MAX 16384 /* of which the header ends within; more is not read */

struct connect_proxy_answer {
	unsigned int status; /* 200 to 299: the way is open */
	char reason[64]; /* of the status line; cleaned, as is what follows */
	char said[96]; /* title of the page that came with a refusal, or ""; */
	/* for 407: the known ones of those that it takes, "Basic, Negotiate"; never what stands
	 * beside them */
	char schemes[64];
};

/* False if `bytes` are no HTTP answer, or one whose header has no end yet. */
bool connect_proxy_parse_answer(struct bytes bytes, struct connect_proxy_answer *ret);

/* Asks on a connected, non-blocking socket. connect_proxy_code()'s, or ERR_PROXY (silence, an end,
 * no HTTP); the message does not name the proxy. *ret holds what was said in any case, but no words
 * of a proxy that was given a user and password: some repeat what they were sent. */
int connect_proxy_open(int fd, const struct proxy *proxy, const struct http_origin *server,
	int64_t deadline_ms, struct connect_proxy_answer *ret, struct err *err) err_check;

/* What a refusal with this status means: ERR_PROXY_AUTH, ERR_PROXY_NO_WAY (it tried),
 * ERR_PROXY_DENIED. */
enum err_code connect_proxy_code(unsigned int status);

/* The title of an HTML page, cleaned, "" if it has none. */
void connect_proxy_page_title(struct bytes page, char *ret, size_t size);

#endif

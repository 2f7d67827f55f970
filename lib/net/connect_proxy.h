/* connect_proxy.h - a proxy's answer to CONNECT (RFC 9110 section 9.3.6). It explains why
 * a proxy opens no way to a server. Exchanges (net/http.h) leave CONNECT to libcurl. */
#ifndef NET_CONNECT_PROXY_H
#define NET_CONNECT_PROXY_H

#include "base/bytes.h"
#include "net/url.h"

#define CONNECT_PROXY_ANSWER_MAX 16384 /* bytes read at most; the header must end in them */

struct connect_proxy_answer {
	unsigned int status; /* 200 to 299: the way is open; 0: no answer */
	char reason[64]; /* of the status line; this text and the next two are cleaned */
	char title[96]; /* title of the page that came with a refusal, or "" */
	char location[128]; /* target of a redirect, or "" */
	/* for 407: the schemes that the proxy accepts, as far as they are known here, such as
	 * "Basic, Negotiate", without their parameters */
	char schemes[64];
};

/* False if `bytes` are no HTTP answer, or the end of its header is missing. */
bool connect_proxy_parse_answer(struct bytes bytes, struct connect_proxy_answer *ret);
/* Appends the known schemes of a header Proxy-Authenticate, each once. */
void connect_proxy_add_schemes(struct bytes value, char *ret, size_t size);

/* Sends CONNECT, without user and password, on a connected, non-blocking socket and reads the
 * answer. Errors: those of connect_proxy_check(), and ERR_PROXY for no answer, a closed connection
 * or no HTTP; the message does not name the proxy. *ret holds the answer in any case. */
int connect_proxy_open(int fd, const struct http_origin *server, int64_t deadline_ms,
	struct connect_proxy_answer *ret, struct err *err) err_check;

/* 0 if the way is open; else -1 and why not, as a clause. ERR_PROXY_AUTH, ERR_PROXY_NO_WAY (the
 * proxy tried and failed), ERR_PROXY_DENIED; ERR_PROXY for a status below 200, which answers no
 * CONNECT. has_user: a user and password were given; whether the proxy saw them depends on the
 * schemes that it takes. */
int connect_proxy_check(
	const struct connect_proxy_answer *answer, bool has_user, struct err *err) err_check;

/* The title of an HTML page, cleaned; "" if it has none. */
void connect_proxy_page_title(struct bytes page, char *ret, size_t size);

#endif

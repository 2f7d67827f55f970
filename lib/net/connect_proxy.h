/* connect_proxy.h - a proxy's answer to CONNECT (RFC 9110 section 9.3.6). It explains why
 * a proxy opens no way to a server. Exchanges (net/http.h) leave CONNECT to libcurl. */
#ifndef NET_CONNECT_PROXY_H
#define NET_CONNECT_PROXY_H

#include "base/bytes.h"
#include "net/proxy.h"

#define CONNECT_PROXY_ANSWER_MAX 16384 /* bytes read at most; the header must end in them */

struct connect_proxy_answer {
	unsigned int status; /* 200 to 299: the way is open */
	char reason[64]; /* of the status line; this text and the next are cleaned */
	char said[96]; /* title of the page that came with a refusal, or "" */
	/* for 407: the schemes that the proxy accepts, as far as they are known here, such as
	 * "Basic, Negotiate", without their parameters */
	char schemes[64];
};

/* False if `bytes` are no HTTP answer, or the end of its header is missing. */
bool connect_proxy_parse_answer(struct bytes bytes, struct connect_proxy_answer *ret);

/* Sends CONNECT on a connected, non-blocking socket and reads the answer. Errors: the codes of
 * connect_proxy_code(), and ERR_PROXY for no answer, a closed connection or no HTTP; the message
 * does not name the proxy. *ret holds the answer in any case. Its reason and page title are left
 * out if a user and password were sent, because some proxies repeat those. */
int connect_proxy_open(int fd, const struct proxy *proxy, const struct http_origin *server,
	int64_t deadline_ms, struct connect_proxy_answer *ret, struct err *err) err_check;

/* The code for a refusal with this status: ERR_PROXY_AUTH, ERR_PROXY_NO_WAY (the proxy tried and
 * failed), ERR_PROXY_DENIED; ERR_PROXY for a status below 200, which answers no CONNECT. */
enum err_code connect_proxy_code(unsigned int status);

/* The title of an HTML page, cleaned; "" if it has none. */
void connect_proxy_page_title(struct bytes page, char *ret, size_t size);

#endif

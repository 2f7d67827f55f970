#include "net/connect_proxy.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include "base/buf.h"
#include "base/text.h"
#include "net/sockets.h"

/* ---- the answer ---- */

/* Finds a tag such as "<title" in upper or lower case. NULL if it is not there. */
static const char *find_tag(const char *at, const char *end, const char *tag)
{
	size_t len = strlen(tag);

	for (; (size_t)(end - at) >= len; at++)
		if (strncasecmp(at, tag, len) == 0)
			return at;
	return NULL;
}

void connect_proxy_page_title(struct bytes page, char *ret, size_t size)
{
	const char *text = (const char *)page.data;
	const char *end = text + page.len;
	const char *open = page.len ? find_tag(text, end, "<title") : NULL;
	const char *from = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
	const char *to = from ? find_tag(from, end, "</title") : NULL;

	ret[0] = '\0';
	if (!to)
		return;
	for (from++; from < to && (*from == ' ' || (*from >= '\t' && *from <= '\r'));)
		from++;
	while (to > from && (to[-1] == ' ' || (to[-1] >= '\t' && to[-1] <= '\r')))
		to--;
	text_clean(ret, size, (struct bytes){(const uint8_t *)from, (size_t)(to - from)});
}

/* The schemes that proxies use, of IANA's registry "HTTP Authentication Schemes". Only these words
 * are shown: in the realm beside them, some proxies repeat the credentials that they received. */
static const char *known_scheme(struct bytes value)
{
	static const char *const known[] = {
		"Basic", "Digest", "Negotiate", "NTLM", "Kerberos", "Bearer"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i]);

		if (value.len >= len && strncasecmp((const char *)value.data, known[i], len) == 0 &&
			(value.len == len || value.data[len] == ' ' || value.data[len] == ','))
			return known[i];
	}
	return NULL;
}

void connect_proxy_add_schemes(struct bytes value, char *ret, size_t size)
{
	while (value.len) {
		bool is_quoted = false;
		size_t len = 0, blanks = 0;
		const char *scheme;

		/* a comma outside of quotes separates challenges and parameters */
		for (; len < value.len && (is_quoted || value.data[len] != ','); len++)
			is_quoted ^= value.data[len] == '"';
		while (blanks < len && value.data[blanks] == ' ')
			blanks++;
		scheme = known_scheme((struct bytes){value.data + blanks, len - blanks});
		if (scheme && !strstr(ret, scheme))
			(void)text_list_add(ret, size, "%s", scheme);
		len += len < value.len; /* the comma */
		value = (struct bytes){value.data + len, value.len - len};
	}
}

/* The value behind "Name:" in upper or lower case; false if the line has another name. */
static bool take_value(struct bytes line, const char *name, struct bytes *ret)
{
	size_t at = strlen(name);

	if (line.len < at || strncasecmp((const char *)line.data, name, at) != 0)
		return false;
	while (at < line.len && line.data[at] == ' ')
		at++;
	*ret = (struct bytes){line.data + at, line.len - at};
	return true;
}

/* "HTTP/1.x NNN reason" (RFC 9112 section 4). */
static bool take_status_line(struct bytes line, struct connect_proxy_answer *ret)
{
	const uint8_t *at = line.data;

	if (line.len < 12 || memcmp(at, "HTTP/1.", 7) != 0 || at[8] != ' ')
		return false;
	if (!text_number((struct bytes){at + 9, 3}, 999, &ret->status))
		return false;
	if (line.len > 13)
		text_clean(ret->reason, sizeof(ret->reason), (struct bytes){at + 13, line.len - 13});
	return line.len == 12 || at[12] == ' ';
}

bool connect_proxy_parse_answer(struct bytes bytes, struct connect_proxy_answer *ret)
{
	const uint8_t *header_end = bytes.len ? memmem(bytes.data, bytes.len, "\r\n\r\n", 4) : NULL;
	struct connect_proxy_answer found = {0};
	const uint8_t *at = bytes.data;

	if (!header_end || header_end == bytes.data)
		return false;
	while (at < header_end) {
		const uint8_t *end = memmem(at, (size_t)(header_end + 2 - at), "\r\n", 2);
		struct bytes line = {at, (size_t)(end - at)}, value;

		if (at == bytes.data && !take_status_line(line, &found))
			return false;
		if (take_value(line, "Proxy-Authenticate:", &value))
			connect_proxy_add_schemes(value, found.schemes, sizeof(found.schemes));
		else if (take_value(line, "Location:", &value))
			text_clean(found.location, sizeof(found.location), value);
		at = end + 2;
	}
	connect_proxy_page_title(
		(struct bytes){header_end + 4, bytes.len - (size_t)(header_end + 4 - bytes.data)},
		found.title, sizeof(found.title));
	*ret = found;
	return true;
}

/* ---- the exchange ---- */

/* -1 with errno; ETIMEDOUT at the deadline. */
static int send_all(int fd, struct bytes bytes, int64_t deadline_ms)
{
	while (bytes.len) {
		ssize_t sent;

		if (!sockets_wait(fd, POLLOUT, deadline_ms)) {
			errno = ETIMEDOUT;
			return -1;
		}
		sent = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (sent > 0)
			bytes = (struct bytes){bytes.data + sent, bytes.len - (size_t)sent};
	}
	return 0;
}

/* 0 or an errno: ETIMEDOUT, or ENODATA if the proxy closed the connection. A refusal's page is
 * optional: the header alone is a complete answer. */
static int receive_answer(
	int fd, int64_t deadline_ms, struct buf *answer, struct connect_proxy_answer *ret)
{
	bool is_complete = false;
	uint8_t bytes[1024];
	struct err full;

	while (sockets_wait(fd, POLLIN, deadline_ms)) {
		/* the header byte by byte: after an accepted CONNECT the next byte belongs to TLS
		 */
		ssize_t len = recv(fd, bytes, is_complete ? sizeof(bytes) : 1, 0);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (len > 0 && buf_append(answer, bytes, (size_t)len, &full) < 0)
			len = 0;
		if (len <= 0)
			return is_complete ? 0 : len < 0 ? errno : ENODATA;
		if (connect_proxy_parse_answer(buf_bytes(answer), ret))
			is_complete = true;
		if (is_complete && (ret->status < 300 || ret->title[0]))
			return 0;
	}
	return is_complete ? 0 : ETIMEDOUT;
}

static enum err_code code_of(unsigned int status)
{
	if (status < 200) /* an interim answer, such as "100 Continue", accepts nothing yet */
		return ERR_PROXY;
	if (status == 407 || status == 401) /* 401: tinyproxy 1.11, wrong password */
		return ERR_PROXY_AUTH;
	/* 500: tinyproxy, if it finds no address or no route; 502, 504: RFC 9110; 503: squid 5 */
	return status == 500 || (status >= 502 && status <= 504) ? ERR_PROXY_NO_WAY
								 : ERR_PROXY_DENIED;
}

static int explain_authentication(
	const struct connect_proxy_answer *answer, bool has_user, struct err *err)
{
	const char *words = answer->schemes[0] ? answer->schemes : answer->reason;

	if (answer->schemes[0] && !strstr(answer->schemes, "Basic") &&
		!strstr(answer->schemes, "Digest"))
		return err_set(err, ERR_PROXY_AUTH, answer->status,
			"the proxy takes only %s, and nothing but Basic and Digest is possible here (%u)",
			answer->schemes, answer->status);
	return err_set(err, ERR_PROXY_AUTH, answer->status, "the proxy %s (%u%s%s)",
		has_user ? "refuses the user or password given to it" : "asks for a user and password",
		answer->status, words[0] ? " " : "", words);
}

int connect_proxy_check(const struct connect_proxy_answer *answer, bool has_user, struct err *err)
{
	enum err_code code = code_of(answer->status);
	const char *said = answer->location[0] ? answer->location : answer->title;

	if (answer->status >= 200 && answer->status < 300)
		return 0;
	if (code == ERR_PROXY_AUTH)
		return explain_authentication(answer, has_user, err);
	return err_set(err, code, answer->status, "the proxy %s: %u%s%s%s%s%s",
		code == ERR_PROXY_NO_WAY ? "found no way to the server" : "refused CONNECT",
		answer->status, answer->reason[0] ? " " : "", answer->reason,
		answer->location[0] ? ", and points to "
		: said[0]           ? " (\""
				    : "",
		said, said[0] && !answer->location[0] ? "\")" : "");
}

int connect_proxy_open(int fd, const struct http_origin *server, int64_t deadline_ms,
	struct connect_proxy_answer *ret, struct err *err)
{
	auto_cleanup(buf) struct buf answer = buf_with_max(CONNECT_PROXY_ANSWER_MAX);
	char request[2 * HTTP_URL_SIZE + 64];
	int error;

	memset(ret, 0, sizeof(*ret));
	(void)snprintf(request, sizeof(request), "CONNECT %s:%u HTTP/1.1\r\nHost: %s:%u\r\n\r\n",
		server->host, (unsigned int)server->port, server->host, (unsigned int)server->port);
	error = send_all(fd, bytes_of_text(request), deadline_ms) < 0
			? errno
			: receive_answer(fd, deadline_ms, &answer, ret);
	if (error == ETIMEDOUT)
		return err_set(err, ERR_PROXY, ETIMEDOUT,
			answer.len ? "the proxy's answer to CONNECT was not complete"
				   : "the proxy does not answer CONNECT");
	if (error && answer.len)
		return err_set(err, ERR_PROXY, (unsigned long)error,
			"what answers speaks no HTTP, so it is no proxy");
	if (error)
		return err_set(err, ERR_PROXY, (unsigned long)error,
			"the proxy ended the connection without an answer");
	return connect_proxy_check(ret, false, err);
}

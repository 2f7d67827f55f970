/* The proxy of an exchange: how curl uses it, what it answers, and a tunnel without an exchange. */
#include "net/http_curl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"

/* With both methods allowed, curl sends neither user nor password before the proxy has said which
 * of them it takes. "No proxy" is set explicitly too, because curl would otherwise read the
 * environment. */
CURLcode http_set_proxy(CURL *easy, const struct proxy *proxy)
{
	bool is_direct = !proxy || !proxy->address.host[0];

	http_set(CURLOPT_PROXY, is_direct ? "" : proxy->address.host);
	http_set(CURLOPT_NOPROXY, is_direct ? "*" : "");
	if (is_direct)
		return CURLE_OK;
	http_set(CURLOPT_PROXYTYPE, (long)CURLPROXY_HTTP);
	http_set(CURLOPT_PROXYPORT, (long)proxy->address.port);
	http_set(CURLOPT_HTTPPROXYTUNNEL, 1L);
	if (!proxy->user[0])
		return CURLE_OK;
	http_set(CURLOPT_PROXYAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
	http_set(CURLOPT_PROXYUSERNAME, proxy->user);
	http_set(CURLOPT_PROXYPASSWORD, proxy->password);
	return CURLE_OK;
}

void http_take_proxy_answer(CURL *easy, struct connect_proxy_answer *ret)
{
	struct curl_header *header;
	long status = 0;

	*ret = (struct connect_proxy_answer){0};
	(void)curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	ret->status = status > 0 ? (unsigned int)status : 0;
	for (size_t i = 0; curl_easy_header(easy, "Proxy-Authenticate", i, CURLH_CONNECT, -1,
				   &header) == CURLHE_OK;
		i++)
		connect_proxy_add_schemes(
			bytes_of_text(header->value), ret->schemes, sizeof(ret->schemes));
}

static CURLcode set_tunnel(CURL *easy, const struct proxy *proxy, const char *address,
	const struct http_origin *server, int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - clock_monotonic_ms();
	bool is_6 = strchr(address, ':') != NULL;
	char url[2 * HTTP_URL_SIZE], hop[sizeof(proxy->address.host)];
	CURLcode code = http_set_proxy(easy, proxy);

	if (code != CURLE_OK)
		return code;
	(void)text_format(hop, sizeof(hop), "%s%s%s", is_6 ? "[" : "", address, is_6 ? "]" : "");
	(void)text_format(
		url, sizeof(url), "http://%s:%u/", server->host, (unsigned int)server->port);
	http_set(CURLOPT_PROXY, hop);
	http_set(CURLOPT_URL, url);
	http_set(CURLOPT_PROTOCOLS_STR, "http");
	http_set(CURLOPT_CONNECT_ONLY, 1L);
	http_set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	http_set(CURLOPT_NOSIGNAL, 1L);
	http_set(CURLOPT_TIMEOUT_MS, (long)(left_ms < 1 ? 1 : left_ms));
	http_set(CURLOPT_CONNECTTIMEOUT_MS, (long)(left_ms < 1 ? 1 : left_ms));
	return CURLE_OK;
}

int http_open_tunnel(const struct http_tunnel *tunnel, struct connect_proxy_answer *ret,
	int *ret_fd, struct err *err)
{
	auto_cleanup(http) struct http *http = NULL;
	curl_socket_t fd = CURL_SOCKET_BAD;
	CURLcode code;

	*ret = (struct connect_proxy_answer){0};
	*ret_fd = -1;
	if (http_open(&http, err) < 0)
		return -1;
	code = set_tunnel(
		http->easy, tunnel->proxy, tunnel->address, tunnel->server, tunnel->deadline_ms);
	if (code != CURLE_OK)
		return err_set(err, ERR_INTERNAL, code, "This libcurl lacks what is needed: %s.",
			curl_easy_strerror(code));
	code = curl_easy_perform(http->easy);
	http_take_proxy_answer(http->easy, ret);
	if (code == CURLE_OK) {
		/* curl closes its own descriptor with its handle */
		if (curl_easy_getinfo(http->easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
			fd != CURL_SOCKET_BAD)
			*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return *ret_fd >= 0 ? 0
				    : err_set(err, ERR_PROXY, (unsigned long)errno,
					      "the way through the proxy was lost");
	}
	if (ret->status && connect_proxy_check(ret, tunnel->proxy->user[0] != '\0', err) < 0)
		return -1;
	return err_set(err, ERR_PROXY, code,
		code == CURLE_OPERATION_TIMEDOUT
			? "the proxy does not answer CONNECT"
			: "the proxy ended the connection without an answer");
}

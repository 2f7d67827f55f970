#include "net/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"
#include "net/freshness.h"
#include "net/http_curl.h"

#define MAX_HEADER_BYTES   (32u << 10) /* of all headers together */
#define MAX_RETRY_AFTER_S  86400
#define DEFAULT_TIMEOUT_MS 60000 /* for a caller's 0, which must not mean "for ever" */

/* crypto_chain reads structures of mbedtls, so a libcurl with another TLS library, or another
 * version of mbedtls, must not be used. */
static int check_tls_library(struct err *err)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (crypto_chain_is_library(info->ssl_version))
		return 0;
	return err_set(err, ERR_TLS_LIBRARY, 0,
		"libcurl %s comes with %s, which is not this program's TLS library.", info->version,
		info->ssl_version ? info->ssl_version : "no TLS library");
}

/* A new handle has neither the connections nor the addresses of the old one. */
static int renew_easy(struct http *http, struct err *err)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a connection.");
	curl_easy_cleanup(http->easy);
	http->easy = easy;
	http->known = (struct http_origin){0};
	return 0;
}

int http_open(struct http **ret, struct err *err)
{
	auto_cleanup(http) struct http *http = NULL;
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (code != CURLE_OK)
		return err_set(err, ERR_INTERNAL, code, "libcurl cannot start: %s.",
			curl_easy_strerror(code));
	http = calloc(1, sizeof(*http));
	if (!http) {
		curl_global_cleanup();
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a connection.");
	}
	if (check_tls_library(err) < 0 || renew_easy(http, err) < 0)
		return -1;
	*ret = steal_ptr(http);
	return 0;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	trust_store_set_done(&http->trust);
	free(http);
	curl_global_cleanup();
}

/* ---- curl's callbacks ---- */

static void transfer_cleanup(struct http_transfer *transfer)
{
	buf_done(&transfer->body);
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct http_transfer *transfer = context;
	size_t len = size * count;

	if (len > transfer->body.max - transfer->body.len) {
		err_fill(&transfer->err, ERR_ANSWER_TOO_LARGE, 0, "more than %zu bytes",
			transfer->body.max);
		return 0;
	}
	return buf_append(&transfer->body, data, len, &transfer->err) < 0 ? 0 : len;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
	struct http_transfer *transfer = context;
	size_t len = size * count;

	(void)data;
	if (len > MAX_HEADER_BYTES - transfer->header_bytes) {
		err_fill(&transfer->err, ERR_ANSWER_TOO_LARGE, 0, "more than %u bytes of headers",
			MAX_HEADER_BYTES);
		return 0;
	}
	transfer->header_bytes += len;
	return len;
}

/* curl calls this at least once a second. Its own speed limit uses an average, which takes seconds
 * to fall. The bytes of all connections count at the level of TCP (from Linux 4.1 on), so that part
 * of a header line or of a TLS record counts as activity too. */
static int on_progress(
	void *context, curl_off_t to_come, curl_off_t came, curl_off_t to_send, curl_off_t sent)
{
	struct http_transfer *transfer = context;
	uint64_t moved = (uint64_t)(came + sent) + transfer->header_bytes;
	int64_t now_ms = clock_monotonic_ms();

	(void)to_come;
	(void)to_send;
	for (size_t i = 0; i < transfer->http->socket_count; i++) {
		struct tcp_info info = {0};
		socklen_t len = sizeof(info);

		if (getsockopt(transfer->http->sockets[i], IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
			moved += info.tcpi_bytes_acked + info.tcpi_bytes_received;
	}
	if (moved != transfer->moved_bytes || !transfer->moved_ms) {
		transfer->moved_bytes = moved;
		transfer->moved_ms = now_ms;
	}
	transfer->is_idle = transfer->request->idle_timeout_ms &&
			    now_ms - transfer->moved_ms >= transfer->request->idle_timeout_ms;
	return transfer->is_idle;
}

/* Opens the socket for curl and notes the address, which curl does not report for a connection that
 * failed. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_transfer *transfer = context;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	int fd;

	(void)purpose;
	/* sockets closed before belong to an older connection */
	transfer->http->was_connected = false;
	if (address->family == AF_INET && address->addrlen >= sizeof(in)) {
		memcpy(&in, &address->addr, sizeof(in));
		(void)inet_ntop(AF_INET, &in.sin_addr, transfer->address, sizeof(transfer->address));
	} else if (address->family == AF_INET6 && address->addrlen >= sizeof(in6)) {
		memcpy(&in6, (const void *)&address->addr, sizeof(in6));
		(void)inet_ntop(
			AF_INET6, &in6.sin6_addr, transfer->address, sizeof(transfer->address));
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0 && transfer->http->socket_count < HTTP_SOCKETS_MAX)
		transfer->http->sockets[transfer->http->socket_count++] = fd;
	return fd;
}

/* Notes whether the socket was connected, because curl cannot report in all versions whether TCP or
 * TLS was dropped. The context is the struct http: this may be called long after the exchange that
 * opened the socket. */
static int on_socket_close(void *context, curl_socket_t fd)
{
	struct http *http = context;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		http->was_connected = true;
	for (size_t i = 0; i < http->socket_count; i++)
		if (http->sockets[i] == fd)
			http->sockets[i--] = http->sockets[--http->socket_count];
	return close(fd);
}

/* ---- options ---- */

/* curl calls this for each new connection. crypto_chain replaces curl's verification, its callback
 * above all. */
static CURLcode on_tls(CURL *easy, void *config, void *context)
{
	struct http *http = context;

	(void)easy;
	crypto_chain_configure(config, &http->chain);
	return CURLE_OK;
}

/* The same for every exchange. Headers are for the server, not for the proxy. A resumed session
 * would show no certificate to verify. */
static CURLcode set_rules(CURL *easy)
{
	static const struct {
		CURLoption option;
		long value;
	} rules[] = {
		{CURLOPT_NOSIGNAL, 1},
		{CURLOPT_NOPROGRESS, 0},
		{CURLOPT_FOLLOWLOCATION, 0},
		{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
		{CURLOPT_HEADEROPT, CURLHEADER_SEPARATE},
		{CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
		{CURLOPT_SSL_VERIFYPEER, 1},
		{CURLOPT_SSL_VERIFYHOST, 2},
		{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
		{CURLOPT_SSL_SESSIONID_CACHE, 0},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		http_set(rules[i].option, rules[i].value);
	return CURLE_OK;
}

static CURLcode set_security(CURL *easy, struct http *http)
{
	http_set(CURLOPT_PROTOCOLS_STR, "https");
	http_set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	http_set(CURLOPT_CAINFO, NULL); /* only the authorities that on_tls sets count */
	http_set(CURLOPT_CAPATH, NULL);
	http_set(CURLOPT_SSL_CTX_FUNCTION, on_tls);
	http_set(CURLOPT_SSL_CTX_DATA, http);
	return CURLE_OK;
}

static CURLcode set_callbacks(CURL *easy, struct http *http, struct http_transfer *transfer)
{
	http_set(CURLOPT_ERRORBUFFER, http->curl_text);
	http_set(CURLOPT_WRITEFUNCTION, on_body);
	http_set(CURLOPT_WRITEDATA, transfer);
	http_set(CURLOPT_HEADERFUNCTION, on_header);
	http_set(CURLOPT_HEADERDATA, transfer);
	http_set(CURLOPT_XFERINFOFUNCTION, on_progress);
	http_set(CURLOPT_XFERINFODATA, transfer);
	http_set(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	http_set(CURLOPT_OPENSOCKETDATA, transfer);
	http_set(CURLOPT_CLOSESOCKETFUNCTION, on_socket_close);
	http_set(CURLOPT_CLOSESOCKETDATA, http);
	return CURLE_OK;
}

/* Rebuilds the URL from the parsed origin, so that curl cannot understand another host. */
static CURLcode set_request(CURL *easy, const struct http_transfer *transfer, const char *path,
	struct curl_slist *headers)
{
	const struct http_request *request = transfer->request;
	uint32_t total = request->total_timeout_ms ? request->total_timeout_ms : DEFAULT_TIMEOUT_MS;
	int64_t left = request->deadline_ms ? request->deadline_ms - clock_monotonic_ms() : total;
	uint32_t connect = request->connect_timeout_ms ? request->connect_timeout_ms : total;
	char url[2 * HTTP_URL_SIZE];

	(void)text_format(url, sizeof(url), "%s://%s:%u%s%s", request->is_plain ? "http" : "https",
		transfer->origin.host, (unsigned int)transfer->origin.port,
		path[0] == '/' ? "" : "/", path);
	http_set(CURLOPT_URL, url);
	http_set(CURLOPT_TIMEOUT_MS, (long)(left < 1 ? 1 : left < total ? left : total));
	http_set(CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
	http_set(CURLOPT_HTTPHEADER, headers);
	if (!request->content_type)
		return CURLE_OK;
	http_set(CURLOPT_POST, 1L);
	http_set(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
	http_set(CURLOPT_POSTFIELDS, request->body.len ? (const char *)request->body.data : "");
	return CURLE_OK;
}

/* ---- headers ---- */

static void slist_cleanup(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static int add_header(struct curl_slist **headers, const char *line, struct err *err)
{
	struct curl_slist *longer = curl_slist_append(*headers, line);

	if (!longer)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for headers.");
	*headers = longer;
	return 0;
}

static int make_headers(const struct http_request *request, struct curl_slist **ret, struct err *err)
{
	auto_cleanup(slist) struct curl_slist *headers = NULL;
	char line[160];

	/* without this, curl waits up to a second before it sends a large body */
	if (add_header(&headers, "Expect:", err) < 0)
		return -1;
	if (request->header && add_header(&headers, request->header, err) < 0)
		return -1;
	if (request->content_type) {
		if (!text_format(line, sizeof(line), "Content-Type: %s", request->content_type))
			return err_set(err, ERR_INTERNAL, 0, "The content type is too long.");
		if (add_header(&headers, line, err) < 0)
			return -1;
	}
	*ret = steal_ptr(headers);
	return 0;
}

static const char *header_of(CURL *easy, const char *name, size_t index)
{
	struct curl_header *header;

	return curl_easy_header(easy, name, index, CURLH_HEADER, -1, &header) == CURLHE_OK
		       ? header->value
		       : NULL;
}

static void take_header(CURL *easy, const char *name, char *ret, size_t size)
{
	const char *value = header_of(easy, name, 0);

	text_clean(ret, size, bytes_of_text(value ? value : ""));
}

/* ---- the exchange ---- */

static void take_info(CURL *easy, CURLINFO which, char *ret, size_t size)
{
	char *text = NULL;

	(void)curl_easy_getinfo(easy, which, &text);
	text_clean(ret, size, bytes_of_text(text ? text : ""));
}

/* The shortest time that any of the Cache-Control lines allows. date_s: the answer's, or 0. */
static uint32_t fresh_s_of(CURL *easy, int64_t date_s)
{
	const char *age = header_of(easy, "Age", 0), *expires = header_of(easy, "Expires", 0);
	int64_t expires_s = expires ? curl_getdate(expires, NULL) : 0;
	int64_t lifetime_s = date_s && expires_s > 0 ? expires_s - date_s : 0;
	uint32_t fresh_s = freshness_s(header_of(easy, "Cache-Control", 0), age, lifetime_s);
	const char *line;

	for (size_t i = 1; (line = header_of(easy, "Cache-Control", i)) != NULL; i++) {
		uint32_t also_s = freshness_s(line, age, fresh_s);

		fresh_s = also_s < fresh_s ? also_s : fresh_s;
	}
	return fresh_s;
}

static void take_answer(CURL *easy, struct http_transfer *transfer, struct http_answer *ret)
{
	curl_off_t retry_after = 0;
	char date[64];
	time_t time;

	(void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &ret->status);
	take_info(easy, CURLINFO_CONTENT_TYPE, ret->content_type, sizeof(ret->content_type));
	take_info(easy, CURLINFO_PRIMARY_IP, ret->peer, sizeof(ret->peer));
	take_header(easy, "Content-Encoding", ret->encoding, sizeof(ret->encoding));
	take_header(easy, "Location", ret->location, sizeof(ret->location));
	take_header(easy, "x-ms-request-id", ret->request_id, sizeof(ret->request_id));
	take_header(easy, "x-ms-error-code", ret->error_code, sizeof(ret->error_code));
	take_header(easy, "x-ms-maa-service-version", ret->service_version,
		sizeof(ret->service_version));
	take_header(easy, "Date", date, sizeof(date));
	time = date[0] ? curl_getdate(date, NULL) : -1;
	ret->date_s = time > 0 ? time : 0;
	ret->fresh_s = fresh_s_of(easy, ret->date_s);
	ret->retry_after_s = retry_after < 0                   ? 0
			     : retry_after > MAX_RETRY_AFTER_S ? MAX_RETRY_AFTER_S
							       : (uint32_t)retry_after;
	buf_done(&ret->body);
	ret->body = transfer->body;
	transfer->body = (struct buf){0};
}

static CURLcode set_options(
	struct http_transfer *transfer, const char *path, struct curl_slist *headers)
{
	CURL *easy = transfer->http->easy;
	const struct http_request *request = transfer->request;
	CURLcode code = http_set_proxy(easy, request->is_plain ? NULL : request->proxy);

	if (code == CURLE_OK)
		code = request->is_plain ? curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http")
					 : set_security(easy, transfer->http);
	if (code == CURLE_OK)
		code = set_rules(easy);
	if (code == CURLE_OK)
		code = set_callbacks(easy, transfer->http, transfer);
	return code == CURLE_OK ? set_request(easy, transfer, path, headers) : code;
}

static int resolve_and_transfer(struct http_transfer *transfer, const char *path,
	struct curl_slist *headers, struct err *err)
{
	auto_cleanup(slist) struct curl_slist *addresses = NULL;
	const struct trust_store *trust = &transfer->request->trust;
	struct http *http = transfer->http;
	CURLcode code;

	/* the handle is renewed too, because a connection may be reused only with the authorities
	 * that it was verified with */
	if (!transfer->request->is_plain && !trust_store_is_current(&http->trust, trust) &&
		(renew_easy(http, err) < 0 || trust_store_load(trust, &http->trust, err) < 0))
		return -1;
	http->chain.authorities = http->trust.authorities;
	curl_easy_reset(http->easy); /* keeps the connection and the addresses set before */
	if (http_give_addresses(transfer, &addresses, err) < 0)
		return -1;
	certname_host_of(transfer->origin.host, &http->chain.host);
	http->chain.err = (struct err){0};
	http->curl_text[0] = '\0';
	http->refusal = (struct err){0};
	http->was_connected = false;
	code = set_options(transfer, path, headers);
	if (code != CURLE_OK)
		return err_set(err, ERR_INTERNAL, code, "This libcurl lacks what is needed: %s.",
			curl_easy_strerror(code));
	code = curl_easy_perform(http->easy);
	http_keep_addresses(transfer, code == CURLE_OK);
	return code == CURLE_OK ? 0 : http_explain(transfer, code, err);
}

int http_exchange(struct http *http, const struct http_request *request, struct http_answer *ret,
	struct err *err)
{
	auto_cleanup(transfer) struct http_transfer transfer = {
		.http = http, .request = request, .body = buf_with_max(ret->body.max)};
	auto_cleanup(slist) struct curl_slist *headers = NULL;
	char path[HTTP_URL_SIZE];

	if ((request->is_plain ? http_parse_plain_url(request->url, &transfer.origin, path, err)
			       : http_parse_url(request->url, &transfer.origin, path, err)) < 0 ||
		make_headers(request, &headers, err) < 0 ||
		resolve_and_transfer(&transfer, path, headers, err) < 0)
		return -1;
	take_answer(http->easy, &transfer, ret);
	return 0;
}

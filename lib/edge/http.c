#include "edge/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <curl/curl.h>
#include "base/text.h"

#define MAX_HEADER_BYTES   (32u << 10) /* of all headers together */
#define MAX_RETRY_AFTER_S  86400
#define DEFAULT_TIMEOUT_MS 60000 /* a caller's 0 must not mean "for ever" */

struct http {
	CURL *easy;
	bool was_connected; /* a socket that was closed during this exchange had reached its peer */
	char curl_text[CURL_ERROR_SIZE];
};

int http_open(struct http **ret, struct err *err)
{
	auto_cleanup(http) struct http *http = NULL;
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (code != CURLE_OK)
		return err_set(
			err, ERR_INTERNAL, code, "libcurl cannot start: %s.", curl_easy_strerror(code));
	http = calloc(1, sizeof(*http));
	if (!http) {
		curl_global_cleanup();
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a connection.");
	}
	http->easy = curl_easy_init();
	if (!http->easy)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a connection.");
	*ret = steal_ptr(http);
	return 0;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	free(http);
	curl_global_cleanup();
}

/* ---- where the system keeps its CAs ---- */

static const char *system_ca_file(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Flatcar */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL and family, Azure Linux */
		"/etc/pki/tls/certs/ca-bundle.crt",                  /* the same, older and Azure Linux */
		"/etc/ssl/ca-bundle.pem",                            /* SLES, openSUSE */
		"/var/lib/ca-certificates/ca-bundle.pem",            /* what the former links to */
		"/etc/ssl/cert.pem",                                 /* Alpine */
		"/usr/share/ssl/certs/ca-bundle.crt",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

static int choose_ca_file(const char *wanted, const char **ret, struct err *err)
{
	const char *found = wanted ? wanted : system_ca_file();

	if (!found)
		return err_set(err, ERR_CA_FILE, ENOENT,
			"This system's certificate authorities were not found (package ca-certificates).");
	if (access(found, R_OK) < 0)
		return err_set(
			err, ERR_CA_FILE, (unsigned long)errno, "CA file '%s' cannot be read: %m.", found);
	*ret = found;
	return 0;
}

/* ---- one transfer ---- */

/* What curl's callbacks fill. */
struct transfer {
	struct http *http;
	bool is_plain;
	struct buf body;
	size_t header_bytes;
	struct err err; /* set if a callback ended the transfer */
	char address[INET6_ADDRSTRLEN];
	uint16_t port; /* that was connected to: the proxy's if there is one */
};

static void transfer_cleanup(struct transfer *transfer)
{
	buf_done(&transfer->body);
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t len = size * count;

	if (len > transfer->body.max - transfer->body.len) {
		err_fill(&transfer->err, ERR_ANSWER_TOO_LARGE, 0, "more than %zu bytes", transfer->body.max);
		return 0;
	}
	return buf_append(&transfer->body, data, len, &transfer->err) < 0 ? 0 : len;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
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

/* Opens the socket for curl, which tells no address of a connection that did not come about. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = context;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	(void)purpose;
	transfer->http->was_connected = false; /* what was closed before was an older connection */
	if (address->family == AF_INET && address->addrlen >= sizeof(in)) {
		memcpy(&in, &address->addr, sizeof(in));
		(void)inet_ntop(AF_INET, &in.sin_addr, transfer->address, sizeof(transfer->address));
		transfer->port = ntohs(in.sin_port);
	} else if (address->family == AF_INET6 && address->addrlen >= sizeof(in6)) {
		memcpy(&in6, (const void *)&address->addr, sizeof(in6));
		(void)inet_ntop(AF_INET6, &in6.sin6_addr, transfer->address, sizeof(transfer->address));
		transfer->port = ntohs(in6.sin6_port);
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* No version-proof question to curl tells a dropped TLS handshake from a dropped TCP one. The context is the struct http: this
 * may be called long after the exchange that opened the socket. */
static int on_socket_close(void *context, curl_socket_t fd)
{
	struct http *http = context;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		http->was_connected = true;
	return close(fd);
}

#define set(option, value)                                                                                   \
	do {                                                                                                 \
		CURLcode code_ = curl_easy_setopt(easy, option, value);                                      \
		if (code_ != CURLE_OK)                                                                       \
			return code_;                                                                        \
	} while (0)

static CURLcode set_security(CURL *easy, const char *ca_file)
{
	set(CURLOPT_PROTOCOLS_STR, "https");
	set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	set(CURLOPT_FOLLOWLOCATION, 0L);
	set(CURLOPT_SSL_VERIFYPEER, 1L);
	set(CURLOPT_SSL_VERIFYHOST, 2L);
	set(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	set(CURLOPT_CAINFO, ca_file);
	set(CURLOPT_CAPATH, NULL); /* a built-in folder would count besides the file */
	return CURLE_OK;
}

/* Nothing to verify: the host's own link, which no router passes on and no proxy may stand in. */
static CURLcode set_plain(CURL *easy)
{
	set(CURLOPT_PROTOCOLS_STR, "http");
	set(CURLOPT_FOLLOWLOCATION, 0L);
	set(CURLOPT_PROXY, ""); /* not that of the environment either */
	set(CURLOPT_NOPROXY, "*");
	return CURLE_OK;
}

static CURLcode set_limits(CURL *easy, const struct http_request *request)
{
	uint32_t total = request->total_timeout_ms ? request->total_timeout_ms : DEFAULT_TIMEOUT_MS;
	uint32_t connect = request->connect_timeout_ms ? request->connect_timeout_ms : total;

	set(CURLOPT_NOSIGNAL, 1L);
	set(CURLOPT_TIMEOUT_MS, (long)total);
	set(CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
	return CURLE_OK;
}

static CURLcode set_callbacks(CURL *easy, struct http *http, struct transfer *transfer)
{
	set(CURLOPT_WRITEFUNCTION, on_body);
	set(CURLOPT_WRITEDATA, transfer);
	set(CURLOPT_HEADERFUNCTION, on_header);
	set(CURLOPT_HEADERDATA, transfer);
	set(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	set(CURLOPT_OPENSOCKETDATA, transfer);
	set(CURLOPT_CLOSESOCKETFUNCTION, on_socket_close);
	set(CURLOPT_CLOSESOCKETDATA, http);
	return CURLE_OK;
}

static CURLcode set_request(CURL *easy, const struct http_request *request, struct curl_slist *headers)
{
	set(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	set(CURLOPT_HTTPHEADER, headers);
	set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (!request->content_type)
		return CURLE_OK;
	set(CURLOPT_POST, 1L);
	set(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
	set(CURLOPT_POSTFIELDS, request->body.len ? (const char *)request->body.data : "");
	return CURLE_OK;
}

#undef set

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

	/* else curl waits up to a second before a large body */
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

/* ---- what went wrong ---- */

static double seconds_of(CURL *easy, CURLINFO which)
{
	curl_off_t microseconds = 0;

	(void)curl_easy_getinfo(easy, which, &microseconds);
	return (double)microseconds / 1e6;
}

static long number_of(CURL *easy, CURLINFO which)
{
	long number = 0;

	(void)curl_easy_getinfo(easy, which, &number);
	return number;
}

struct cause {
	enum err_code code;
	const char *text;
};

static struct cause cause_of_timeout(const struct http *http, const struct transfer *transfer)
{
	CURL *easy = http->easy;
	bool is_reused = transfer->address[0] == '\0' && number_of(easy, CURLINFO_NUM_CONNECTS) == 0 &&
			 seconds_of(easy, CURLINFO_CONNECT_TIME_T) > 0;
	CURLINFO ready = transfer->is_plain ? CURLINFO_CONNECT_TIME_T : CURLINFO_APPCONNECT_TIME_T;

	if (transfer->header_bytes)
		return (struct cause){ERR_ANSWER_SLOW, "the answer began and was not complete"};
	if (is_reused || seconds_of(easy, ready) > 0)
		return (struct cause){ERR_HTTP_TIMEOUT, "no answer"};
	if (transfer->address[0] == '\0')
		return (struct cause){ERR_DNS, "the name was not resolved"};
	if (http->was_connected)
		return (struct cause){ERR_TLS_FAILED, "the TLS handshake was not finished"};
	return (struct cause){ERR_CONNECT_TIMEOUT, "no connection"};
}

static struct cause cause_of_connect(CURL *easy)
{
	switch (number_of(easy, CURLINFO_OS_ERRNO)) {
	case ECONNREFUSED:
		return (struct cause){ERR_CONNECT_REFUSED, "the connection was refused"};
	case ETIMEDOUT:
		return (struct cause){ERR_CONNECT_TIMEOUT, "no connection"};
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EADDRNOTAVAIL:
	case ENETDOWN:
		return (struct cause){ERR_UNREACHABLE, "there is no way to the address"};
	default:
		return (struct cause){ERR_CONNECT_REFUSED, "the connection failed"};
	}
}

static struct cause cause_by_code(CURLcode code)
{
	static const struct {
		CURLcode curl;
		struct cause cause;
	} rows[] = {
		{CURLE_COULDNT_RESOLVE_HOST, {ERR_DNS, "the name was not resolved"}},
		{CURLE_COULDNT_RESOLVE_PROXY, {ERR_PROXY, "the proxy's name was not resolved"}},
		{CURLE_PROXY, {ERR_PROXY, "the proxy failed"}},
		{CURLE_PEER_FAILED_VERIFICATION, {ERR_TLS_UNTRUSTED, "its certificate is not trusted"}},
		{CURLE_SSL_ISSUER_ERROR, {ERR_TLS_UNTRUSTED, "its certificate is not trusted"}},
		{CURLE_SSL_INVALIDCERTSTATUS, {ERR_TLS_UNTRUSTED, "its certificate is not trusted"}},
		{CURLE_SSL_CACERT_BADFILE, {ERR_CA_FILE, "the CA file cannot be used"}},
		{CURLE_SSL_CONNECT_ERROR, {ERR_TLS_FAILED, "the TLS handshake failed"}},
		{CURLE_SSL_CIPHER, {ERR_TLS_FAILED, "the TLS handshake failed"}},
		{CURLE_GOT_NOTHING, {ERR_CONNECTION_LOST, "the connection was closed without an answer"}},
		{CURLE_SEND_ERROR, {ERR_CONNECTION_LOST, "the connection was lost"}},
		{CURLE_RECV_ERROR, {ERR_CONNECTION_LOST, "the connection was lost"}},
		{CURLE_PARTIAL_FILE, {ERR_ANSWER_CUT, "the answer was cut off"}},
		{CURLE_OUT_OF_MEMORY, {ERR_NO_MEMORY, "memory ran out"}},
		{CURLE_URL_MALFORMAT, {ERR_ENDPOINT_INVALID, "the URL cannot be used"}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].curl == code)
			return rows[i].cause;
	return (struct cause){ERR_HTTP_FAILED, "the exchange failed"};
}

static struct cause cause_of(const struct http *http, CURLcode code, const struct transfer *transfer,
	const struct http_origin *origin)
{
	CURL *easy = http->easy;
	struct cause cause;

	if (number_of(easy, CURLINFO_HTTP_CONNECTCODE) >= 300)
		return (struct cause){ERR_PROXY, "the proxy refused"};
	if (code == CURLE_OPERATION_TIMEDOUT)
		cause = cause_of_timeout(http, transfer);
	else if (code == CURLE_COULDNT_CONNECT)
		cause = cause_of_connect(easy);
	else
		return cause_by_code(code);
	/* what did not come about was a connection to another port than the endpoint's */
	if (transfer->address[0] && transfer->port != origin->port && cause.code != ERR_HTTP_TIMEOUT &&
		cause.code != ERR_ANSWER_SLOW && cause.code != ERR_TLS_FAILED)
		return (struct cause){ERR_PROXY, "no connection to the proxy"};
	return cause;
}

/* Without the blanks and the stop that some of curl's texts end with. */
static void trim_end(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] == ' ' || text[len - 1] == '.'))
		text[--len] = '\0';
}

static int explain(struct http *http, CURLcode code, const struct transfer *transfer,
	const struct http_origin *origin, struct err *err)
{
	const char *text = curl_easy_strerror(code);
	struct cause cause = cause_of(http, code, transfer, origin);
	char at[INET6_ADDRSTRLEN + 16] = "";
	char *address = NULL;

	(void)curl_easy_getinfo(http->easy, CURLINFO_PRIMARY_IP, &address); /* of a connection used again */
	if (transfer->address[0] || (address && address[0]))
		(void)text_format(
			at, sizeof(at), " (%s)", transfer->address[0] ? transfer->address : address);
	trim_end(http->curl_text);
	if (http->curl_text[0])
		text = http->curl_text;
	if (transfer->err.code != ERR_OK) {
		cause.code = transfer->err.code;
		cause.text = cause.code == ERR_ANSWER_TOO_LARGE ? "the answer is too large"
								: "the answer was lost";
		text = transfer->err.msg;
	}
	return err_set(err, cause.code, code, "%.100s:%u%s: %s after %.1f s: %s.", origin->host,
		(unsigned int)origin->port, at, cause.text, seconds_of(http->easy, CURLINFO_TOTAL_TIME_T),
		text);
}

/* ---- the exchange ---- */

static void take_answer(CURL *easy, struct transfer *transfer, struct http_answer *ret)
{
	char *content_type = NULL;
	char *address = NULL;
	curl_off_t retry_after = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &content_type);
	(void)curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
	(void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
	ret->status = number_of(easy, CURLINFO_RESPONSE_CODE);
	text_clean(ret->content_type, sizeof(ret->content_type),
		bytes_of_text(content_type ? content_type : ""));
	text_clean(ret->peer, sizeof(ret->peer), bytes_of_text(address ? address : ""));
	ret->retry_after_s = retry_after < 0                   ? 0
			     : retry_after > MAX_RETRY_AFTER_S ? MAX_RETRY_AFTER_S
							       : (uint32_t)retry_after;
	buf_done(&ret->body);
	ret->body = transfer->body;
	transfer->body = (struct buf){0};
}

static CURLcode set_all(struct http *http, const struct http_request *request, const char *ca_file,
	struct curl_slist *headers, struct transfer *transfer)
{
	CURLcode code;

	curl_easy_reset(http->easy); /* keeps the connection */
	http->curl_text[0] = '\0';
	http->was_connected = false;
	code = curl_easy_setopt(http->easy, CURLOPT_ERRORBUFFER, http->curl_text);
	if (code == CURLE_OK)
		code = request->is_plain ? set_plain(http->easy) : set_security(http->easy, ca_file);
	if (code == CURLE_OK)
		code = set_limits(http->easy, request);
	if (code == CURLE_OK)
		code = set_callbacks(http->easy, http, transfer);
	if (code == CURLE_OK)
		code = set_request(http->easy, request, headers);
	return code;
}

int http_exchange(
	struct http *http, const struct http_request *request, struct http_answer *ret, struct err *err)
{
	auto_cleanup(transfer) struct transfer transfer = {
		.http = http, .is_plain = request->is_plain, .body = buf_with_max(ret->body.max)};
	auto_cleanup(slist) struct curl_slist *headers = NULL;
	struct http_origin origin;
	char path[HTTP_URL_SIZE];
	char url[2 * HTTP_URL_SIZE];
	const char *ca_file = NULL;
	CURLcode code;

	if (request->is_plain ? http_parse_plain_url(request->url, &origin, path, err) < 0
			      : http_parse_url(request->url, &origin, path, err) < 0 ||
					choose_ca_file(request->ca_file, &ca_file, err) < 0)
		return -1;
	if (make_headers(request, &headers, err) < 0)
		return -1;
	code = set_all(http, request, ca_file, headers, &transfer);
	/* curl gets what was understood here, so that both mean the same host */
	(void)text_format(url, sizeof(url), "%s://%s:%u%s%s", request->is_plain ? "http" : "https",
		origin.host, (unsigned int)origin.port, path[0] == '/' ? "" : "/", path);
	if (code == CURLE_OK)
		code = curl_easy_setopt(http->easy, CURLOPT_URL, url);
	if (code != CURLE_OK)
		return err_set(err, ERR_INTERNAL, code, "This libcurl lacks what is needed: %s.",
			curl_easy_strerror(code));
	code = curl_easy_perform(http->easy);
	if (code != CURLE_OK)
		return explain(http, code, &transfer, &origin, err);
	take_answer(http->easy, &transfer, ret);
	return 0;
}

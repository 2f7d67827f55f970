/* Why an exchange failed: one code per cause, as far as the failed exchange itself shows it. */
#include <string.h>
#include "base/text.h"
#include "net/http_curl.h"
#include "net/sockets.h"
#include "net/way.h"

struct cause {
	enum err_code code;
	const char *text;
};

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

static bool is_by_proxy(const struct http_transfer *transfer)
{
	return transfer->request->proxy && transfer->request->proxy->address.host[0];
}

/* ---- deadlines ---- */

/* The exchange opened no socket, and curl knows a peer all the same: libcurl does not report the
 * times of such a connection in all versions. */
static bool is_on_old_connection(const struct http_transfer *transfer)
{
	char *peer = NULL;

	(void)curl_easy_getinfo(transfer->http->easy, CURLINFO_PRIMARY_IP, &peer);
	return transfer->address[0] == '\0' && peer && peer[0];
}

static struct cause cause_of_timeout(const struct http_transfer *transfer)
{
	CURL *easy = transfer->http->easy;
	CURLINFO ready =
		transfer->request->is_plain ? CURLINFO_CONNECT_TIME_T : CURLINFO_APPCONNECT_TIME_T;
	bool has_proxy = is_by_proxy(transfer);

	if (transfer->header_bytes)
		return (struct cause){ERR_ANSWER_SLOW, "the answer began and was not complete"};
	if (is_on_old_connection(transfer) || seconds_of(easy, ready) > 0)
		return (struct cause){ERR_HTTP_TIMEOUT, "no answer"};
	if (transfer->address[0] == '\0')
		return has_proxy ? (struct cause){ERR_PROXY_NAME,
					   "the proxy's name took all the time there was"}
				 : (struct cause){ERR_DNS, "the name took all the time there was"};
	if (!transfer->http->was_connected)
		return has_proxy
			       ? (struct cause){ERR_PROXY_UNREACHABLE, "no connection to the proxy"}
			       : (struct cause){ERR_CONNECT_TIMEOUT, "no connection"};
	if (has_proxy && number_of(easy, CURLINFO_HTTP_CONNECTCODE) == 0)
		return (struct cause){ERR_PROXY, "the proxy did not answer"};
	return (struct cause){ERR_TLS_FAILED, "the TLS handshake was not finished"};
}

/* The verification in crypto_chain explains more than the codes of curl and mbedtls. */
static bool is_refused_certificate(const struct http_transfer *transfer, CURLcode code)
{
	return transfer->http->chain.err.code != ERR_OK &&
	       (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR);
}

/* ---- other causes ---- */

static struct cause cause_by_code(CURLcode code)
{
	static const struct {
		CURLcode curl;
		struct cause cause;
	} rows[] = {
		{CURLE_COULDNT_RESOLVE_HOST, {ERR_DNS, "the name was not resolved"}},
		{CURLE_COULDNT_RESOLVE_PROXY, {ERR_PROXY_NAME, "the proxy's name was not resolved"}},
		{CURLE_PROXY, {ERR_PROXY, "the proxy failed"}},
		{CURLE_PEER_FAILED_VERIFICATION,
			{ERR_TLS_UNTRUSTED, "its certificate is not trusted"}},
		{CURLE_SSL_ISSUER_ERROR, {ERR_TLS_UNTRUSTED, "its certificate is not trusted"}},
		{CURLE_SSL_INVALIDCERTSTATUS, {ERR_TLS_UNTRUSTED, "its certificate is not trusted"}},
		{CURLE_SSL_CACERT_BADFILE, {ERR_CA_FILE, "the CA file cannot be used"}},
		{CURLE_SSL_CONNECT_ERROR, {ERR_TLS_FAILED, "the TLS handshake failed"}},
		{CURLE_SSL_CIPHER, {ERR_TLS_FAILED, "the TLS handshake failed"}},
		{CURLE_GOT_NOTHING, {ERR_CONNECTION_LOST, "the connection ended without an answer"}},
		{CURLE_SEND_ERROR, {ERR_CONNECTION_LOST, "the connection was lost"}},
		{CURLE_RECV_ERROR, {ERR_CONNECTION_LOST, "the connection ended without an answer"}},
		/* curl calls what begins with no status line HTTP/0.9 */
		{CURLE_UNSUPPORTED_PROTOCOL, {ERR_ANSWER_NOT_TOKEN, "what answers speaks no HTTP/1"}},
		{CURLE_TOO_LARGE, {ERR_ANSWER_TOO_LARGE, "the answer is too large"}},
		{CURLE_OUT_OF_MEMORY, {ERR_NO_MEMORY, "memory ran out"}},
		{CURLE_URL_MALFORMAT, {ERR_ENDPOINT_INVALID, "the URL cannot be used"}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].curl == code)
			return rows[i].cause;
	return (struct cause){ERR_HTTP_FAILED, "the exchange failed"};
}

/* The proxy refused, could not be reached, or closed the connection before it accepted CONNECT. */
static struct cause cause_of_proxy(const struct http_transfer *transfer, CURLcode code)
{
	struct err *refusal = &transfer->http->refusal;
	struct connect_proxy_answer answer;

	http_take_proxy_answer(transfer->http->easy, &answer);
	if (answer.status &&
		connect_proxy_check(&answer, transfer->request->proxy->user[0] != '\0', refusal) < 0)
		return (struct cause){refusal->code, refusal->msg};
	if (code == CURLE_COULDNT_CONNECT)
		return (struct cause){ERR_PROXY_UNREACHABLE, "no connection to the proxy"};
	if (answer.status == 0 &&
		(code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING))
		return (struct cause){ERR_PROXY, "the proxy ended the connection"};
	return cause_by_code(code);
}

static struct cause cause_of(const struct http_transfer *transfer, CURLcode code)
{
	/* closed or reset, with or without a TLS close: versions of libcurl and mbedtls report
	 * these cases with different codes */
	bool is_cut =
		transfer->header_bytes && (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR);

	if (code == CURLE_OPERATION_TIMEDOUT || transfer->is_idle)
		return cause_of_timeout(transfer);
	if (is_refused_certificate(transfer, code))
		return (struct cause){transfer->http->chain.err.code, transfer->http->chain.err.msg};
	if (is_cut)
		return (struct cause){ERR_ANSWER_CUT, "the answer was cut off"};
	if (is_by_proxy(transfer))
		return cause_of_proxy(transfer, code);
	if (code == CURLE_COULDNT_CONNECT) {
		/* curl does not return whether the error came at once; IPv4's ICMP never is EACCES
		 */
		int error = (int)number_of(transfer->http->easy, CURLINFO_OS_ERRNO);
		struct sockets_cause cause =
			sockets_cause_of(error, strchr(transfer->address, ':') != NULL);

		return (struct cause){cause.code, cause.text};
	}
	return cause_by_code(code);
}

/* ---- the sentence ---- */

void http_place_text(const struct http_transfer *transfer, char *ret, size_t size)
{
	const char *address = transfer->address;
	char *of_reused = NULL;

	if (!address[0]) {
		(void)curl_easy_getinfo(transfer->http->easy, CURLINFO_PRIMARY_IP, &of_reused);
		address = of_reused ? of_reused : "";
	}
	way_place_text(transfer->request->proxy, address, ret, size);
}

/* curl's text where it adds to the cause, without the blanks and the full stop that some texts end
 * with. */
static const char *detail_of(const struct http_transfer *transfer, CURLcode code)
{
	char *text = transfer->http->curl_text;
	size_t len = strlen(text);

	if (transfer->err.code != ERR_OK)
		return transfer->err.msg;
	if (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_COULDNT_CONNECT ||
		transfer->http->refusal.code != ERR_OK || transfer->is_idle ||
		code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
		is_refused_certificate(transfer, code))
		return "";
	while (len && (text[len - 1] == ' ' || text[len - 1] == '.'))
		text[--len] = '\0';
	return len ? text : curl_easy_strerror(code);
}

int http_explain(const struct http_transfer *transfer, CURLcode code, struct err *err)
{
	struct cause cause = cause_of(transfer, code);
	const char *detail = detail_of(transfer, code);
	char place[128];

	http_place_text(transfer, place, sizeof(place));
	if (transfer->err.code != ERR_OK) {
		cause.code = transfer->err.code;
		cause.text = cause.code == ERR_ANSWER_TOO_LARGE ? "the answer is too large"
								: "the answer was lost";
	}
	return err_set(err, cause.code, code, "%.100s:%u%s: %s after %.1f s%s%s.",
		transfer->origin.host, (unsigned int)transfer->origin.port, place, cause.text,
		seconds_of(transfer->http->easy, CURLINFO_TOTAL_TIME_T), detail[0] ? ": " : "",
		detail);
}

#include "edge/crypto_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "base/text.h"
#include "edge/crypto_mbedtls.h"
#include "edge/address.h"

#define SAN_DNS 2 /* RFC 5280 section 4.2.1.6 */
#define SAN_IP  7

#define ALERT_LEN 7 /* a record's header and an alert: RFC 8446, 5.1 and 6 */

struct session {
	const struct crypto_tls_look *look;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	mbedtls_x509_crt authorities;
	uint64_t received_bytes;
	uint8_t first_bytes[ALERT_LEN]; /* of what was received */
	int error;                      /* errno of the socket, 0 if none */
	bool is_over;                   /* the peer closed it */
	bool is_too_late;               /* the deadline passed */
};

static void session_cleanup(struct session *session)
{
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->config);
	mbedtls_x509_crt_free(&session->authorities);
}

/* ---- mbedtls's callbacks ---- */

static int random_bytes(void *context, unsigned char *ret, size_t len)
{
	struct err ignored;

	(void)context;
	return crypto_random(ret, len, &ignored) < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : 0;
}

/* False at the deadline. */
static bool wait_for(struct session *session, short events)
{
	session->is_too_late = !address_wait(session->look->fd, events, session->look->deadline_ms);
	return !session->is_too_late;
}

static int on_send(void *context, const unsigned char *data, size_t len)
{
	struct session *session = context;
	ssize_t sent;

	do {
		if (!wait_for(session, POLLOUT))
			return MBEDTLS_ERR_SSL_TIMEOUT;
		sent = send(session->look->fd, data, len, MSG_NOSIGNAL);
	} while (sent < 0 && (errno == EAGAIN || errno == EINTR));
	if (sent >= 0)
		return (int)sent;
	session->error = errno;
	return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

static void note_received(struct session *session, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len && session->received_bytes + i < ALERT_LEN; i++)
		session->first_bytes[session->received_bytes + i] = data[i];
	session->received_bytes += len;
}

static int on_receive(void *context, unsigned char *ret, size_t size)
{
	struct session *session = context;
	ssize_t len;

	do {
		if (!wait_for(session, POLLIN))
			return MBEDTLS_ERR_SSL_TIMEOUT;
		len = recv(session->look->fd, ret, size, 0);
	} while (len < 0 && (errno == EAGAIN || errno == EINTR));
	if (len > 0)
		note_received(session, ret, (size_t)len);
	else if (len == 0)
		session->is_over = true;
	else
		session->error = errno;
	return len >= 0 ? (int)len : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

/* ---- what was shown ---- */

static void append_name(struct bytes name, char ret[CRYPTO_NAME_SIZE])
{
	char clean[CRYPTO_NAME_SIZE];
	char longer[CRYPTO_NAME_SIZE];

	text_clean(clean, sizeof(clean), name);
	if (text_format(longer, sizeof(longer), "%s%s%s", ret, ret[0] ? ", " : "", clean))
		memcpy(ret, longer, sizeof(longer));
}

static size_t address_of(const char *host, uint8_t ret[16])
{
	char bare[64];

	if (inet_pton(AF_INET, host, ret) == 1)
		return 4;
	if (host[0] != '[' || !text_format(bare, sizeof(bare), "%s", host + 1) || !bare[0])
		return 0;
	bare[strlen(bare) - 1] = '\0';
	return inet_pton(AF_INET6, bare, ret) == 1 ? 16 : 0;
}

/* mbedtls 2.28 compares names only, so addresses are compared here. */
static void take_names(
	const mbedtls_x509_crt *crt, const char *host, uint32_t flags, struct crypto_tls_peer *ret)
{
	uint8_t address[16];
	size_t address_len = address_of(host, address);

	ret->is_for_host = !address_len && !(flags & MBEDTLS_X509_BADCERT_CN_MISMATCH);
	for (const mbedtls_x509_sequence *at = &crt->subject_alt_names; at; at = at->next) {
		int kind = at->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
		char text[INET6_ADDRSTRLEN];

		if (kind == SAN_DNS) {
			append_name((struct bytes){at->buf.p, at->buf.len}, ret->names);
		} else if (kind == SAN_IP && (at->buf.len == 4 || at->buf.len == 16)) {
			(void)inet_ntop(at->buf.len == 4 ? AF_INET : AF_INET6, at->buf.p, text, sizeof(text));
			append_name(bytes_of_text(text), ret->names);
			if (at->buf.len == address_len && memcmp(at->buf.p, address, address_len) == 0)
				ret->is_for_host = true;
		}
	}
}

/* The clock is the caller's, not the one that mbedtls reads. */
static void take_dates(const mbedtls_x509_crt *crt, int64_t now_s, struct crypto_tls_peer *ret)
{
	int64_t not_before_s = crypto_x509_time(&crt->valid_from);
	int64_t not_after_s = crypto_x509_time(&crt->valid_to);
	bool is_bad = now_s < not_before_s || now_s > not_after_s;

	if (ret->is_expired || ret->is_not_yet_valid)
		return; /* the first one that is wrong is shown */
	ret->is_not_yet_valid = now_s < not_before_s;
	ret->is_expired = now_s > not_after_s;
	if (is_bad || !ret->not_after_s) {
		ret->not_before_s = not_before_s;
		ret->not_after_s = not_after_s;
	}
}

static void take_certificate(struct session *session, struct crypto_tls_peer *ret)
{
	const mbedtls_x509_crt *crt = mbedtls_ssl_get_peer_cert(&session->ssl);
	uint32_t flags = mbedtls_ssl_get_verify_result(&session->ssl);

	if (!crt)
		return;
	ret->has_certificate = true;
	ret->is_trusted = !(flags & ~((uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE |
						 MBEDTLS_X509_BADCERT_CN_MISMATCH)));
	crypto_x509_name(&crt->subject, ret->subject);
	crypto_x509_name(&crt->issuer, ret->issuer);
	take_names(crt, session->look->host, flags, ret);
	for (const mbedtls_x509_crt *at = crt; at; at = at->next) {
		take_dates(at, session->look->now_s, ret);
		crypto_x509_name(&at->issuer, ret->top_issuer);
	}
}

/* ---- the handshake ---- */

static int set_up(struct session *session, struct err *err)
{
	const struct crypto_tls_look *look = session->look;
	uint8_t ignored[16];
	bool is_named = !look->without_name && address_of(look->host, ignored) == 0;

	if (crypto_x509_parse_some(look->authorities, &session->authorities, err) < 0)
		return -1;
	if (psa_crypto_init() != 0 || mbedtls_ssl_config_defaults(&session->config, MBEDTLS_SSL_IS_CLIENT,
					      MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return err_set(err, ERR_INTERNAL, 0, "mbedtls cannot start.");
	mbedtls_ssl_conf_rng(&session->config, random_bytes, NULL);
	mbedtls_ssl_conf_authmode(&session->config, MBEDTLS_SSL_VERIFY_OPTIONAL); /* see the header */
	mbedtls_ssl_conf_ca_chain(&session->config, &session->authorities, NULL);
	if (mbedtls_ssl_setup(&session->ssl, &session->config) != 0 ||
		mbedtls_ssl_set_hostname(&session->ssl, is_named ? look->host : NULL) != 0)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a TLS handshake.");
	mbedtls_ssl_set_bio(&session->ssl, session, on_send, on_receive, NULL);
	return 0;
}

/* The answer to a ClientHello that offers only newer versions: a fatal alert protocol_version as the first record, or, as mbedtls finds
 * by itself, a ServerHello of an older one. RFC 8446, 5.1 (record), 6.2 (alert). */
static bool is_of_older_tls(const struct session *session, int status)
{
	static const uint8_t type = 21, fatal = 2, protocol_version = 70;
	const uint8_t *record = session->first_bytes;

	return status == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION ||
	       (status == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && record[0] == type && record[5] == fatal &&
		       record[6] == protocol_version);
}

static int explain(const struct session *session, int status, struct err *err)
{
	if (session->received_bytes == 0 && (session->is_over || session->error))
		return err_set(err, ERR_TLS_CUT, (unsigned long)session->error,
			"the connection was %s right after the TLS ClientHello",
			session->error ? "reset" : "closed");
	if (session->is_too_late)
		return err_set(err, ERR_TLS_FAILED, ETIMEDOUT,
			session->received_bytes ? "the TLS handshake was not finished in time"
						: "no answer to the TLS ClientHello");
	if (session->is_over || session->error)
		return err_set(err, ERR_TLS_FAILED, (unsigned long)session->error,
			"the connection was ended within the TLS handshake");
	if (is_of_older_tls(session, status))
		return err_set(err, ERR_TLS_FAILED, (unsigned long)-status,
			"the server speaks an older TLS than 1.2, which is refused");
	if (status == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		return err_set(err, ERR_TLS_FAILED, (unsigned long)-status,
			"the server refused the TLS handshake by an alert");
	if (status == MBEDTLS_ERR_SSL_INVALID_RECORD)
		return err_set(err, ERR_TLS_FAILED, (unsigned long)-status, "what answers speaks no TLS");
	return err_set(err, ERR_TLS_FAILED, (unsigned long)-status,
		"the TLS handshake failed (mbedtls -0x%04lX)", (unsigned long)-status);
}

int crypto_tls_look(const struct crypto_tls_look *look, struct crypto_tls_peer *ret, struct err *err)
{
	auto_cleanup(session) struct session session = {.look = look};
	int status;

	memset(ret, 0, sizeof(*ret));
	mbedtls_ssl_init(&session.ssl);
	mbedtls_ssl_config_init(&session.config);
	mbedtls_x509_crt_init(&session.authorities);
	if (set_up(&session, err) < 0)
		return -1;
	do
		status = mbedtls_ssl_handshake(&session.ssl);
	while (status == MBEDTLS_ERR_SSL_WANT_READ || status == MBEDTLS_ERR_SSL_WANT_WRITE);
	ret->received_bytes = session.received_bytes;
	take_certificate(&session, ret);
	if (status != 0)
		return explain(&session, status, err);
	(void)text_format(ret->version, sizeof(ret->version), "%s", mbedtls_ssl_get_version(&session.ssl));
	return 0;
}

#include "net/tls_look.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <stdio.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto_mbedtls.h"
#include "net/sockets.h"

#define ANSWER_MAX 4096 /* of an answer's header */
#define ALERT_MS   500 /* a server with TLS 1.3 refuses the client only after the handshake */

struct session {
	const struct tls_look_inputs *look;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	struct crypto_chain chain;
	uint64_t received_bytes;
	uint8_t first_byte; /* received */
	int error; /* errno of the socket, 0 if none */
	bool is_over; /* the server closed the connection */
	bool is_too_late; /* the deadline passed */
	bool is_impatient; /* only what has arrived is read */
};

static void session_cleanup(struct session *session)
{
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->config);
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
	session->is_too_late = !sockets_wait(session->look->fd, events, session->look->deadline_ms);
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

static int on_receive(void *context, unsigned char *ret, size_t size)
{
	struct session *session = context;
	ssize_t len;

	do {
		if (session->is_impatient &&
			!sockets_wait(session->look->fd, POLLIN, clock_monotonic_ms() + 1))
			return MBEDTLS_ERR_SSL_WANT_READ;
		if (!wait_for(session, POLLIN))
			return MBEDTLS_ERR_SSL_TIMEOUT;
		len = recv(session->look->fd, ret, size, 0);
	} while (len < 0 && (errno == EAGAIN || errno == EINTR));
	if (len < 0) {
		session->error = errno;
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	}
	session->is_over |= len == 0;
	if (len && !session->received_bytes)
		session->first_byte = ret[0];
	session->received_bytes += (uint64_t)len;
	return (int)len;
}

/* ---- the certificate ---- */

static void take_certificate(struct session *session, struct tls_look_peer *ret)
{
	const mbedtls_x509_crt *crt = mbedtls_ssl_get_peer_cert(&session->ssl);

	ret->fault = session->chain.err;
	if (!crt)
		return;
	ret->has_certificate = true;
	crypto_x509_name(&crt->subject, ret->subject);
	crypto_x509_name(&crt->issuer, ret->issuer);
	crypto_x509_alternative_names(crt, ret->names);
	ret->not_after_s = crypto_x509_time(&crt->valid_to);
	for (const mbedtls_x509_crt *at = crt; at; at = at->next)
		crypto_x509_name(&at->issuer, ret->top_issuer);
	if (ret->fault.code == ERR_OK && mbedtls_ssl_get_verify_result(&session->ssl))
		err_fill(&ret->fault, ERR_CERT_USE, 0,
			"its certificate may not be used for this handshake: '%.100s' (keyUsage)",
			ret->subject);
}

/* ---- the server's clock ---- */

static size_t read_header(struct session *session, char *ret, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		int got = mbedtls_ssl_read(&session->ssl, (unsigned char *)ret + len, size - 1 - len);

		if (got <= 0 && got != MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
			break;
		len += got > 0 ? (size_t)got : 0;
		ret[len] = '\0';
		if (strstr(ret, "\r\n\r\n"))
			break;
	}
	return len;
}

/* Whether a certificate is over or this VM's clock is wrong shows in the server's clock. */
static void ask_date(struct session *session, struct tls_look_peer *ret)
{
	char text[ANSWER_MAX] = "";
	const char *date;
	int len = snprintf(text, sizeof(text),
		"HEAD / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", session->look->host);

	if ((ret->fault.code != ERR_CERT_EXPIRED && ret->fault.code != ERR_CERT_NOT_YET) ||
		mbedtls_ssl_write(&session->ssl, (const unsigned char *)text, (size_t)len) != len ||
		read_header(session, text, sizeof(text)) == 0)
		return;
	date = strcasestr(text, "\r\nDate: ");
	if (date)
		(void)clock_parse_http(date + sizeof("\r\nDate: ") - 1, &ret->date_s);
}

/* ---- the handshake ---- */

static int set_up_handshake(struct session *session, struct err *err)
{
	const struct tls_look_inputs *look = session->look;
	bool is_named;

	if (psa_crypto_init() != 0 ||
		mbedtls_ssl_config_defaults(&session->config, MBEDTLS_SSL_IS_CLIENT,
			MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return err_set(err, ERR_INTERNAL, 0, "mbedtls cannot start.");
	mbedtls_ssl_conf_rng(&session->config, random_bytes, NULL);
	/* allowed only here: see the header */
	mbedtls_ssl_conf_authmode(&session->config, MBEDTLS_SSL_VERIFY_OPTIONAL);
	session->chain =
		(struct crypto_chain){.authorities = look->authorities, .now_s = look->now_s};
	certname_host_of(look->host, &session->chain.host);
	crypto_chain_configure(&session->config, &session->chain);
	is_named = !look->without_name && !session->chain.host.address_len;
	if (mbedtls_ssl_setup(&session->ssl, &session->config) != 0 ||
		mbedtls_ssl_set_hostname(&session->ssl, is_named ? look->host : NULL) != 0)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a TLS handshake.");
	mbedtls_ssl_set_bio(&session->ssl, session, on_send, on_receive, NULL);
	return 0;
}

/* RFC 8446 section 6.2 */
enum alert {
	ALERT_NONE = 0,
	ALERT_HANDSHAKE_FAILURE = 40,
	ALERT_ACCESS_DENIED = 49,
	ALERT_PROTOCOL_VERSION = 70,
	ALERT_INSUFFICIENT_SECURITY = 71,
	ALERT_INTERNAL_ERROR = 80,
	ALERT_UNRECOGNIZED_NAME = 112,
	ALERT_CERTIFICATE_REQUIRED = 116
};

/* The server's fatal alert, which mbedtls leaves where it read it, decrypted. */
static unsigned alert_of(const struct session *session, int status)
{
	return status == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE
		       ? session->ssl.MBEDTLS_PRIVATE(in_msg)[1]
		       : ALERT_NONE;
}

/* Whether it answers our ClientHello: the server's first record is an alert (RFC 8446 section
 * 5.1). */
static bool is_first_record_alert(const struct session *session)
{
	static const uint8_t type = 21;

	return session->received_bytes && session->first_byte == type;
}

static int fail_for_alert(unsigned alert, struct err *err)
{
	const char *text = "";

	switch (alert) {
	case ALERT_ACCESS_DENIED:
		text = ", access denied";
		break;
	case ALERT_INTERNAL_ERROR:
		text = ", its own error";
		break;
	case ALERT_UNRECOGNIZED_NAME:
		text = ": it serves no host of this name";
		break;
	case ALERT_HANDSHAKE_FAILURE: /* TLS 1.2 has no alert of its own for this */
	case ALERT_CERTIFICATE_REQUIRED:
		text = ": it wants a client certificate, which no attestation provider does";
		break;
	default:
		break;
	}
	return err_set(err, ERR_TLS_FAILED, alert,
		"the server refused the TLS handshake by the alert %u%s", alert, text);
}

/* mbedtls passes errors of X.509 and public keys on in the high-level part of its code. */
static bool is_about_certificate(int status)
{
	int high = -status & 0x7f80;

	return (high >= -MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE &&
		       high <= -MBEDTLS_ERR_X509_FATAL_ERROR) ||
	       (high >= -MBEDTLS_ERR_PK_SIG_LEN_MISMATCH && high <= -MBEDTLS_ERR_PK_ALLOC_FAILED);
}

static int fail_for_status(const struct session *session, int status, struct err *err)
{
	unsigned alert = alert_of(session, status);

	if (status == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION || alert == ALERT_PROTOCOL_VERSION)
		return err_set(err, ERR_TLS_FAILED, (unsigned long)-status,
			"the server speaks an older TLS than 1.2, which is refused");
	if (is_first_record_alert(session) &&
		(alert == ALERT_HANDSHAKE_FAILURE || alert == ALERT_INSUFFICIENT_SECURITY))
		return err_set(err, ERR_TLS_NO_AGREEMENT, alert,
			"the server found nothing that both sides can do (alert %u): its certificate has another kind of key than RSA, P-256, P-384 and P-521, or its TLS other ciphers",
			alert);
	if (alert != ALERT_NONE)
		return fail_for_alert(alert, err);
	if (status == MBEDTLS_ERR_SSL_INVALID_RECORD)
		return err_set(
			err, ERR_TLS_FAILED, (unsigned long)-status, "what answers speaks no TLS");
	if (status == MBEDTLS_ERR_X509_FATAL_ERROR)
		return err_set(err, ERR_CERT_UNREADABLE, (unsigned long)-status,
			"there are more than %d authorities between its certificate and a trusted one",
			CRYPTO_CHAIN_MAX - 2);
	if (status == MBEDTLS_ERR_SSL_BAD_INPUT_DATA ||
		status == MBEDTLS_ERR_ERROR_CORRUPTION_DETECTED)
		return err_set(err, ERR_CERT_UNREADABLE, (unsigned long)-status,
			"the certificates that it shows have more than 64 KiB");
	if (is_about_certificate(status))
		return err_set(err, ERR_CERT_UNREADABLE, (unsigned long)-status,
			"the certificates that it shows cannot be read (mbedtls -0x%04lX)",
			(unsigned long)-status);
	return err_set(err, ERR_TLS_FAILED, (unsigned long)-status,
		"the TLS handshake failed (mbedtls -0x%04lX)", (unsigned long)-status);
}

static int fail_for_cause(const struct session *session, int status, struct err *err)
{
	if (session->received_bytes == 0 && (session->is_over || session->error))
		return err_set(err, ERR_TLS_CUT, (unsigned long)session->error,
			"the connection was %s right after the TLS ClientHello",
			session->error ? "reset" : "closed");
	if (session->is_too_late)
		return err_set(err, ERR_TLS_FAILED, ETIMEDOUT,
			session->received_bytes ? "the TLS handshake was not finished in time"
						: "no answer to the TLS ClientHello");
	if (session->is_over || session->error || status == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return err_set(err, ERR_TLS_FAILED, (unsigned long)session->error,
			"the connection was ended within the TLS handshake");
	return fail_for_status(session, status, err);
}

/* What the server sends first with TLS 1.3, such as a session ticket, shows that it took the
 * handshake; one that wants a client certificate sends an alert. */
static int read_acceptance(struct session *session)
{
	int64_t until_ms = clock_monotonic_ms() + ALERT_MS, deadline_ms = session->look->deadline_ms;
	uint8_t byte;
	int status;

	if (strcmp(mbedtls_ssl_get_version(&session->ssl), "TLSv1.3") != 0 ||
		!sockets_wait(
			session->look->fd, POLLIN, until_ms < deadline_ms ? until_ms : deadline_ms))
		return 0;
	session->is_impatient = true;
	status = mbedtls_ssl_read(&session->ssl, &byte, sizeof(byte));
	session->is_impatient = false;
	return status == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ? status : 0;
}

int tls_look(const struct tls_look_inputs *look, struct tls_look_peer *ret, struct err *err)
{
	auto_cleanup(session) struct session session = {.look = look};
	int status;

	memset(ret, 0, sizeof(*ret));
	mbedtls_ssl_init(&session.ssl);
	mbedtls_ssl_config_init(&session.config);
	if (set_up_handshake(&session, err) < 0)
		return -1;
	do
		status = mbedtls_ssl_handshake(&session.ssl);
	while (status == MBEDTLS_ERR_SSL_WANT_READ || status == MBEDTLS_ERR_SSL_WANT_WRITE);
	if (status == 0)
		status = read_acceptance(&session);
	ret->received_bytes = session.received_bytes;
	ret->alert = alert_of(&session, status);
	ret->is_no_tls = status == MBEDTLS_ERR_SSL_INVALID_RECORD;
	take_certificate(&session, ret);
	if (status != 0)
		return fail_for_cause(&session, status, err);
	(void)text_format(
		ret->version, sizeof(ret->version), "%s", mbedtls_ssl_get_version(&session.ssl));
	ask_date(&session, ret);
	return 0;
}

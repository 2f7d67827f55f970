/* tls_look.h - which certificate a TLS server shows, and what crypto_chain.h finds wrong with it.
 *
 * The handshake goes on whatever the certificate is. That is allowed ONLY here, because no decision
 * depends on the server's data, and nothing is sent over the connection but, to a server whose
 * certificate's time is wrong, "HEAD /" for its clock. It serves to explain why an exchange
 * (net/http.h, always verified) failed. */
#ifndef NET_TLS_LOOK_H
#define NET_TLS_LOOK_H

#include "edge/crypto_chain.h"

struct tls_look_inputs {
	int fd; /* connected, non-blocking; stays the caller's */
	const char *host; /* as in struct http_origin: IPv6 in brackets */
	bool without_name; /* no server name indication (RFC 6066 section 3) */
	const struct crypto_authorities *authorities;
	int64_t now_s;
	int64_t deadline_ms; /* base/clock.h, monotonic */
};

struct tls_look_peer {
	bool has_certificate;
	/* of the server's certificate; all texts are cleaned */
	char subject[CRYPTO_NAME_SIZE];
	char issuer[CRYPTO_NAME_SIZE];
	char top_issuer[CRYPTO_NAME_SIZE]; /* of the last certificate shown */
	/* the hosts it is valid for: "a.example, b.example", cut to what fits */
	char names[CRYPTO_NAME_SIZE];
	int64_t not_after_s; /* of the server's */
	struct err fault; /* of its certificates: ERR_OK, or as in struct crypto_chain */
	/* if the certificate is not valid at now_s: the server's Date, Unix time, unproven; 0:
	 * unknown */
	int64_t date_s;
	unsigned int alert; /* the server's fatal alert (RFC 8446 section 6), or 0 */
	bool is_no_tls; /* what the server sent is no TLS */
	uint64_t received_bytes; /* 0: the server sent nothing after our ClientHello */
	char version[16]; /* "TLSv1.3" once the handshake is finished */
};

/* 0: the handshake was finished, whatever the certificate is. ERR_TLS_CUT: the connection ended
 * after our ClientHello, before the server sent a byte. ERR_TLS_FAILED: no answer, no TLS, or an
 * alert, as the message explains. ERR_TLS_NO_AGREEMENT, ERR_CERT_UNREADABLE; ERR_INTERNAL,
 * ERR_NO_MEMORY. *ret holds what the handshake showed in any case. */
int tls_look(const struct tls_look_inputs *look, struct tls_look_peer *ret, struct err *err) err_check;

#endif

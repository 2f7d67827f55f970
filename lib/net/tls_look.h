/* tls_look.h - which certificate a TLS server shows, and what is wrong with it by the judgement of
 * crypto_chain.h.
 *
 * The handshake goes on whatever the certificate is. That is allowed here ONLY: nothing is sent
 * over the connection, and nothing that the server says is believed. It explains to people why the
 * exchange (net/http.h, always verified) did not come about. */
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
	/* of the server's certificate, cleaned, as all the texts are */
	char subject[CRYPTO_NAME_SIZE];
	char issuer[CRYPTO_NAME_SIZE];
	char top_issuer[CRYPTO_NAME_SIZE]; /* of the last certificate shown */
	/* for which it is: "a.example, b.example", cut to what fits */
	char names[CRYPTO_NAME_SIZE];
	int64_t not_after_s; /* of the server's */
	struct err fault; /* of its certificates: ERR_OK, or as in struct crypto_chain */
	uint64_t received_bytes; /* before the end: 0 = not a word after our ClientHello */
	char version[16]; /* "TLSv1.3" once the handshake is finished */
};

/* 0: the handshake was finished, whatever the certificate is. ERR_TLS_CUT: the connection was ended
 * after our first message, before a word of the server's. ERR_TLS_FAILED: silence, no TLS, an
 * alert; the message says which. *ret holds what was learned either way. */
int tls_look(const struct tls_look_inputs *look, struct tls_look_peer *ret, struct err *err) err_check;

#endif

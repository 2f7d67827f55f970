/* request.h - builds the body of POST /attest/AzureGuest?api-version=2020-10-01 from evidence
 * (request.c), and reads it strictly (request_parse.c). Source: the wire format of Azure
 * Attestation's open clients. */
#ifndef MAA_REQUEST_H
#define MAA_REQUEST_H

#include "appraise/evidence.h"
#include "edge/json.h"

#define REQUEST_PATH "/attest/AzureGuest?api-version=2020-10-01"
/* an event log of EVENTLOG_MAX_BYTES, twice base64, and the rest */
#define REQUEST_MAX_BODY (16u << 20)
#define REQUEST_MAX_INFO (12u << 20) /* attestation information that fits in such a body */
#define REQUEST_NONCE    "nonce" /* the member of the client payload */

/* Appends the attestation information, which the body wraps, as JSON text to ret. nonce NULL: no
 * client payload. */
int request_build_info(const struct evidence *evidence, const char *nonce, struct buf *ret,
	struct err *err) err_check;
/* Appends the body, {"AttestationInfo": base64url}, to ret. */
int request_build_body(struct bytes info, struct buf *ret, struct err *err) err_check;

#define REQUEST_MAX_PAYLOAD_MEMBERS 64
#define REQUEST_MAX_PAYLOAD_BYTES   (16u << 10) /* names and values together */

/* A received request. The type, size and encoding of every member are checked; nothing is
 * verified. */
struct request {
	struct evidence evidence; /* ak_cert trimmed; pcrs.mask is PcrSet */
	char protocol[4]; /* "2.0", or "1.0", which may lack IsolationInfo */
	char os_type[EVIDENCE_TEXT_SIZE];
	char os_build[EVIDENCE_TEXT_SIZE];
	/* An object of base64 texts, as sent; NULL if none was sent. Nothing signs it; the token
	 * repeats it. */
	json *client_payload;
};

/* Appends the JSON text of the body's attestation information to ret; base64url with or without
 * padding. ERR_FORMAT. */
int request_parse_body(struct bytes body, struct buf *ret, struct err *err) err_check;
/* ERR_FORMAT; the message names the member. The only isolation type that is accepted is
 * TrustedLaunch. */
int request_parse_info(struct bytes info, struct request *ret, struct err *err) err_check;
/* Reads a body or its attestation information; only a body has the member AttestationInfo.
 * ERR_FORMAT. */
int request_parse(struct bytes text, struct request *ret, struct err *err) err_check;
void request_done(struct request *request); /* accepts zeroed values */
static inline void request_cleanup(struct request *request)
{
	request_done(request);
}

#endif

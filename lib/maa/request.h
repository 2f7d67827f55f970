/* request.h - evidence <-> the body of POST /attest/AzureGuest?api-version=2020-10-01.
 * Source: the wire format of Azure Attestation's open clients; built in request.c, read strictly in
 * request_parse.c. */
#ifndef MAA_REQUEST_H
#define MAA_REQUEST_H

#include "appraise/evidence.h"
#include "edge/json.h"

#define REQUEST_PATH "/attest/AzureGuest?api-version=2020-10-01"
/* an event log of EVENTLOG_MAX_BYTES, twice base64, and the rest */
#define REQUEST_MAX_BODY (16u << 20)
#define REQUEST_MAX_INFO (12u << 20) /* what such a body holds */
#define REQUEST_NONCE    "nonce" /* name in the client payload */

/* The attestation information: what is inside the body, as JSON text. Appends to ret. nonce may be
 * NULL: no client payload. */
int request_build_info(const struct evidence *evidence, const char *nonce, struct buf *ret,
	struct err *err) err_check;
/* {"AttestationInfo": base64url}. Appends to ret. */
int request_build_body(struct bytes info, struct buf *ret, struct err *err) err_check;

#define REQUEST_MAX_PAYLOAD_MEMBERS 64
#define REQUEST_MAX_PAYLOAD_BYTES   (16u << 10) /* names and values together */

/* A request as received: every member has its type, size and encoding; nothing is verified. */
struct request {
	struct evidence evidence; /* ak_cert trimmed; pcrs.mask is PcrSet */
	char protocol[4]; /* "2.0", or "1.0": the same without IsolationInfo */
	char os_type[EVIDENCE_TEXT_SIZE];
	char os_build[EVIDENCE_TEXT_SIZE];
	/* An object of base64 texts, as sent; NULL if none was sent. It is not signed by anything:
	 * a token repeats it. */
	json *client_payload;
};

/* Body -> the attestation information's JSON text; base64url with or without padding. Appends to
 * ret. ERR_FORMAT. */
int request_parse_body(struct bytes body, struct buf *ret, struct err *err) err_check;
/* ERR_FORMAT, and the message names the member. Of isolation types only TrustedLaunch is known. */
int request_parse_info(struct bytes info, struct request *ret, struct err *err) err_check;
/* Either of the two, told apart by the member AttestationInfo. ERR_FORMAT. */
int request_parse(struct bytes text, struct request *ret, struct err *err) err_check;
void request_done(struct request *request); /* accepts zeroed values */
static inline void request_cleanup(struct request *request)
{
	request_done(request);
}

#endif

/* request.h - evidence <-> the body of POST /attest/AzureGuest?api-version=2020-10-01.
 * Source: the wire format of Azure Attestation's open clients; field by field in request.c. */
#ifndef MAA_REQUEST_H
#define MAA_REQUEST_H

#include "appraise/evidence.h"

#define REQUEST_PATH     "/attest/AzureGuest?api-version=2020-10-01"
#define REQUEST_MAX_BODY (16u << 20) /* an event log of EVENTLOG_MAX_BYTES, twice base64, and the rest */
#define REQUEST_NONCE    "nonce"     /* name in the client payload */

/* The attestation information: what is inside the body, as JSON text. Appends to ret. nonce may be NULL: no client payload. */
int request_build_info(
	const struct evidence *evidence, const char *nonce, struct buf *ret, struct err *err) err_check;
/* {"AttestationInfo": base64url}. Appends to ret. */
int request_build_body(struct bytes info, struct buf *ret, struct err *err) err_check;

#endif

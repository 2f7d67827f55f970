/* imds_cert.h - the metadata service's forms for a new certificate of the attestation key.
 *
 * Source: client library of Azure guest attestation, 2026 (THIM, the platform's service behind
 * /metadata/THIM/tvm/certificate). What it answers is not authentic: check the certificate. */
#ifndef MAA_IMDS_CERT_H
#define MAA_IMDS_CERT_H

#include "base/codec.h"
#include "maa/imds.h"

/* The service asks an authority, and waits for it. */
#define IMDS_CERT_MS 20000

struct imds_cert_call {
	const char *address; /* as for imds_ask() */
	const char *vm_id; /* by the metadata service; a UUID */
	const uint8_t *random; /* UUID_BYTES, fresh for each call */
};

/* Sends the old certificate (DER). ret: the new one, or nothing while *ret_query holds by what it
 * can be queried later. A service that does not wait for its authority is sent the older form, too,
 * which never waits. At most 40 s. Errors as imds_ask(), and ERR_METADATA_INVALID: no such VM's
 * identifier. */
int imds_cert_renew(const struct imds_cert_call *call, struct bytes old, struct buf *ret,
	char ret_query[UUID_SIZE], struct err *err) err_check;
/* ERR_METADATA_FAILED, for one: it is not ready yet. At most 20 s. */
int imds_cert_query(const struct imds_cert_call *call, const char *query, struct buf *ret,
	struct err *err) err_check;
/* Reads the answer of a service that waits for its authority. One of ret and ret_query is set.
 * ERR_METADATA_INVALID. */
int imds_cert_parse(
	struct bytes text, struct buf *ret, char ret_query[UUID_SIZE], struct err *err) err_check;

#endif

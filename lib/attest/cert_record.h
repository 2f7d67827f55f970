/* cert_record.h - how far the renewal of the attestation key's certificate came, kept through
 * restarts in var/lib/guest-attestation/certificate.json, for root only. While the TPM's memory is
 * written, the certificate is here, too, because the TPM may hold none meanwhile. */
#ifndef ATTEST_CERT_RECORD_H
#define ATTEST_CERT_RECORD_H

#include "base/codec.h"
#include "edge/state.h"

#define CERT_RECORD_FILE         "certificate.json" /* below the state folder */
#define CERT_RECORD_TROUBLE_SIZE 384

struct cert_record {
	int64_t asked_s; /* when the metadata service was last asked for one, Unix time; 0 = never
			  */
	char query[UUID_SIZE]; /* by which to query the one that it makes; "" = none */
	char trouble[CERT_RECORD_TROUBLE_SIZE]; /* why it was not renewed; "" = no reason */
	/* DER: what is to stand in the TPM, and what stood there before; empty unless a replacement
	 * has begun */
	struct buf next, before;
};

struct cert_record cert_record_empty(void);
void cert_record_done(struct cert_record *record);
static inline void cert_record_cleanup(struct cert_record *record)
{
	cert_record_done(record);
}

/* For the service: a damaged file is set aside. *ret is as it was unless STATE_LOADED. */
enum state_found cert_record_take(int state_fd, struct cert_record *ret, struct err *err) err_check;
/* Errors as state_save(). */
int cert_record_save(int state_fd, const struct cert_record *record, struct err *err) err_check;
/* Whether a replacement has begun that has not ended, so that the file may hold the key's only
 * certificate, and must not be removed. True also if the file cannot be read. */
bool cert_record_is_begun(int state_fd);

#endif

/* authority.h - who let which program start: the authority events of a log, each with the first
 * program behind it.
 *
 * An authority is measured when it is first used, just in front of the program that it lets run;
 * further programs that it lets run leave no event of their own. So each program behind an
 * authority was let through by it or by an earlier one. shim measures its settings by the same
 * event type; they vouch for nothing and are left out. Facts only of a log that passed
 * replay_compare and replay_check_data, and then only from PCR 7's measured events: a program's
 * name is what its event says, the TPM holds its digest.
 *
 * Source: PC Client PFP 1.06 sections 3.3.4.8 and 10.2.6, UEFI 2.10 section 32.4.1; shim 15.8
 * (README.tpm).
 */
#ifndef APPRAISE_AUTHORITY_H
#define APPRAISE_AUTHORITY_H

#include "boot/eventlog.h"
#include "boot/uefivar.h"
#include "edge/crypto.h"

#define AUTHORITY_MAX          8
#define AUTHORITY_PROGRAM_SIZE 256

struct authority {
	uint32_t event; /* its number in the log */
	/* where it stands: "db"; "MokListRT" or "Shim" if shim knows it */
	char variable[UEFIVAR_NAME_SIZE];
	bool has_cert; /* otherwise a hash of the program itself let it run */
	uint8_t sha256[CRYPTO_SHA256_SIZE]; /* of the certificate's DER; without one the hash */
	/* of the certificate, as crypto_cert_info; "" without one */
	char subject[CRYPTO_NAME_SIZE];
	char common_name[CRYPTO_NAME_SIZE], organization[CRYPTO_NAME_SIZE];
	/* file of the first program behind it; "" if none, or it has no file */
	char program[AUTHORITY_PROGRAM_SIZE];
};

struct authorities {
	size_t count; /* of those kept */
	struct authority items[AUTHORITY_MAX];
	bool is_cut; /* there were more */
};

/* The log is walked once. Events without data that could be an authority are left out.
 * ERR_NO_MEMORY. */
int authority_read(const struct eventlog *log, struct authorities *ret, struct err *err) err_check;

/* What an event of PCR 7 vouches with, a certificate or a hash; `program` is left empty.
 * *ret_is_one is false for any other event. Of its type nothing is believed: data that was measured
 * and holds who vouches does so by any name. ERR_NO_MEMORY, which is no answer. */
int authority_of_event(const struct event *event, struct authority *ret, bool *ret_is_one,
	struct err *err) err_check;
/* "CN=Common Name", or all of the subject if that has none. */
void authority_label(const char *common_name, const char *subject, char ret[CRYPTO_NAME_SIZE]);

#endif

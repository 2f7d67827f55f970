/* authority.h - which key or hash of Secure Boot authorised which program: the authority events of
 * a log, each with the first program behind it.
 *
 * Firmware measures an authority when it first uses it, just in front of the program that it
 * authorises; further programs authorised by it leave no event of their own. So each program behind
 * an authority was authorised by it or by an earlier one. shim measures its settings with the same
 * event type; they authorise nothing and are left out. The results are facts only for a log that
 * passed replay_compare and replay_check_data, and come only from measured events of PCR 7: a
 * program's name is what its event holds, its digest is in the TPM.
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
	/* the variable that holds it: "db"; "MokListRT" or "Shim" for shim's own lists */
	char variable[UEFIVAR_NAME_SIZE];
	bool has_cert; /* false: the program was authorised by its hash */
	/* of the certificate's DER, or the program's hash without has_cert */
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	/* as in crypto_cert_info; "" without has_cert */
	char subject[CRYPTO_NAME_SIZE];
	char common_name[CRYPTO_NAME_SIZE], organization[CRYPTO_NAME_SIZE];
	/* path of the first program behind it; "" if there is none, or it has no path */
	char program[AUTHORITY_PROGRAM_SIZE];
};

struct authorities {
	size_t count; /* of the items kept */
	struct authority items[AUTHORITY_MAX];
	bool is_cut; /* there were more */
};

/* Reads the log once. Events without data that could be an authority are left out.
 * ERR_NO_MEMORY. */
int authority_read(const struct eventlog *log, struct authorities *ret, struct err *err) err_check;

/* The authority that an event of PCR 7 holds, a certificate or a hash; `program` stays empty.
 * *ret_is_one is false for any other event. The event's type is not used: it is not measured, so
 * measured data that holds an authority counts under any type. ERR_NO_MEMORY leaves the question
 * open. */
int authority_of_event(const struct event *event, struct authority *ret, bool *ret_is_one,
	struct err *err) err_check;
/* "CN=Common Name", or all of the subject if that has none. */
void authority_label(const char *common_name, const char *subject, char ret[CRYPTO_NAME_SIZE]);

#endif

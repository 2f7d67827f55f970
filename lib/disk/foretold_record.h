/* foretold_record.h - what was foretold of the next boot (foretell/), kept over the restart:
 * var/lib/guest-attestation/foretold.json, root only, like pending.json.
 *
 * A program that a package explained before the restart needs no second search after it, if the
 * boot is the one that was foretold. What this may not do is to explain more than the search could:
 * - only programs are listed that the records of dpkg or rpm explained, by the same search;
 * - it counts if PCR 4 and 7 are as foretold: so all programs, their order, the keys in force and
 *   who vouched are, and none of them takes another one's place;
 * - it counts if the packages' records are as they were then: whoever changes a package, or puts an
 *   older file back after an update that was not looked at, is searched for anew;
 * - it counts in the next boot only. */
#ifndef DISK_FORETOLD_RECORD_H
#define DISK_FORETOLD_RECORD_H

#include "base/boot_id.h"
#include "edge/crypto.h"
#include "edge/state.h"

#define FORETOLD_RECORD_FILE "foretold.json" /* below the state folder */
#define FORETOLD_RECORD_MAX  4
#define FORETOLD_RECORD_TEXT 160

struct foretold_record {
	char boot_id[BOOT_ID_SIZE]; /* of the boot in which it was foretold */
	int64_t seen_s;
	uint8_t packages[CRYPTO_SHA256_SIZE]; /* packages_stamp() then */
	uint8_t programs[CRYPTO_SHA256_SIZE], secure_boot[CRYPTO_SHA256_SIZE]; /* PCR 4 and 7 */
	size_t count;
	struct foretold_explained {
		uint8_t sha256[CRYPTO_SHA256_SIZE]; /* of a program, as PCR 4 measures it */
		char text[FORETOLD_RECORD_TEXT]; /* "as installed by package .." */
	} explained[FORETOLD_RECORD_MAX];
};

/* ret: if STATE_LOADED only. A damaged file stays until the next one takes its place. */
enum state_found foretold_record_load(
	int state_fd, struct foretold_record *ret, struct err *err) err_check;
/* Parses the file's text. ERR_STATE_INVALID, ERR_NO_MEMORY. */
int foretold_record_parse(struct bytes text, struct foretold_record *ret, struct err *err) err_check;
/* Writes the file unless it holds the same already. */
int foretold_record_save(
	int state_fd, const struct foretold_record *record, struct err *err) err_check;

#endif

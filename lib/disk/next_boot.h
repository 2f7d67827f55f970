/* next_boot.h - what the next boot will use, as far as it can be seen: boot files and Secure Boot
 * variables, recorded with the time when each was first seen. Each round updates the record, and so
 * does the service when boot files have changed and settled, and when it stops. After a restart the
 * record shows what was in place before: var/lib/guest-attestation/pending.json, root only.
 *
 * Secure Boot's variables (PK, KEK, db, dbx) change only by an update that a key above them signed
 * (UEFI 2.10 section 32.3). shim's variables (MokListRT and others, copies of what it uses) change
 * only in its own dialogue during a restart, so they are never pending. */
#ifndef DISK_NEXT_BOOT_H
#define DISK_NEXT_BOOT_H

#include "base/boot_id.h"
#include "boot/uefivar.h"
#include "disk/bootfiles.h"

#define NEXT_BOOT_FILE         "pending.json" /* below the state folder */
#define NEXT_BOOT_MAX_REPLACED 64

/* One of Secure Boot's keys. */
struct next_boot_variable {
	/* of its contents; of no bytes if the variable does not exist */
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	int64_t seen_s; /* first look that found these contents; 0 if there was none */
	bool is_new; /* that look was made in this boot */
};

struct next_boot {
	char boot_id[BOOT_ID_SIZE];
	struct bootfiles files;
	/* files that were there before the restart and were changed or deleted since, so that what
	 * rewrites them early in this boot does not take away what it was booted from */
	struct bootfiles replaced;
	struct next_boot_variable variables[UEFI_KEYS];
	bool was_damaged; /* the previous record is lost */
	bool is_seen; /* next_boot_look() filled it: it is what is there now */
};

void next_boot_done(struct next_boot *pending);
static inline void next_boot_cleanup(struct next_boot *pending)
{
	next_boot_done(pending);
}

struct next_boot_round {
	int root_fd, state_fd;
	const char *boot_id;
	int64_t now_s;
	bool is_observer; /* writes nothing */
};

/* Loads the record. If it was made in another boot, nothing counts as new or replaced any more.
 * Without a file the record is empty; a damaged file is set aside (not by an observer), and the
 * record is empty too. ERR_STATE_UNREADABLE, ERR_NO_MEMORY. */
int next_boot_load(const struct next_boot_round *round, struct next_boot *ret,
	bool *ret_is_next_boot, struct err *err) err_check;
/* Parses the file's text. ERR_STATE_INVALID. */
int next_boot_parse(struct bytes text, struct next_boot *ret, struct err *err) err_check;

/* Looks at boot files and variables below the root. *ret_changed: the record must be saved.
 * ERR_NO_MEMORY leaves *pending as it was. */
int next_boot_look(int root_fd, int64_t now_s, struct next_boot *pending, bool *ret_changed,
	struct err *err) err_check;
/* ERR_IO; ERR_FORMAT if the record is too large. */
int next_boot_save(int state_fd, const struct next_boot *pending, struct err *err) err_check;

/* Loads the record, looks, and saves it if it changed. After the first time this takes some
 * milliseconds, unless boot files changed. What was seen is in *ret even if it could not be saved.
 */
int next_boot_run(
	const struct next_boot_round *round, struct next_boot *ret, struct err *err) err_check;

#endif

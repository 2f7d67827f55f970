/* pending.h - what will be booted next, as far as it can be seen: boot files and Secure Boot variables, remembered with the time when each
 * was first seen. Each round looks, and so does a service that is stopped. After a restart it tells what was in place before:
 * var/lib/guest-attestation/pending.json, root only.
 *
 * Secure Boot's variables (PK, KEK, db, dbx) change only by an update that a key above them signed (UEFI 2.10 section 32.3); shim's
 * (MokListRT and others, copies of what it uses) only in its own dialogue at a restart, so that they are never pending.
 */
#ifndef AGENT_PENDING_H
#define AGENT_PENDING_H

#include "agent/bootfiles.h"

#define PENDING_FILE      "pending.json" /* below the state folder */
#define PENDING_BOOT_SIZE 37             /* the kernel's random/boot_id */

enum pending_name { PENDING_PK, PENDING_KEK, PENDING_DB, PENDING_DBX, PENDING_VARIABLES };

struct pending_variable {
	uint8_t sha256[CRYPTO_SHA256_SIZE]; /* of its contents; of none if there is no such variable */
	int64_t seen_s;                     /* first look that found these contents; 0: never looked */
	bool is_new;                        /* that look was in this boot */
};

struct pending {
	char boot_id[PENDING_BOOT_SIZE];
	struct bootfiles files;
	struct pending_variable variables[PENDING_VARIABLES];
	bool was_damaged; /* what was remembered is lost */
};

void pending_done(struct pending *pending);
static inline void pending_cleanup(struct pending *pending)
{
	pending_done(pending);
}

const char *pending_variable_name(enum pending_name name); /* "PK", "KEK", "db", "dbx" */

struct pending_round {
	int root_fd, state_fd;
	const char *boot_id;
	int64_t now_s;
	bool is_observer; /* writes nothing */
};

/* What was remembered; of another boot nothing is new any more. No file: nothing. Of a
 * damaged one, which is set aside, nothing either. ERR_STATE_UNREADABLE, ERR_NO_MEMORY. */
int pending_load(const struct pending_round *round, struct pending *ret, bool *ret_is_next_boot,
	struct err *err) err_check;
/* The same from the file's text. ERR_STATE_INVALID. */
int pending_parse(struct bytes text, struct pending *ret, struct err *err) err_check;

/* Looks at disks and variables below the root. ret_changed: it is worth saving. ERR_NO_MEMORY leaves *pending as it was. */
int pending_look(
	int root_fd, int64_t now_s, struct pending *pending, bool *ret_changed, struct err *err) err_check;
/* ERR_IO, and ERR_FORMAT if it is too much. */
int pending_save(int state_fd, const struct pending *pending, struct err *err) err_check;

/* Load, look, and save what changed. After the first time it costs some milliseconds, unless boot files changed. */
int pending_run(const struct pending_round *round, struct pending *ret, struct err *err) err_check;

#endif

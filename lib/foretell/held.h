/* held.h - the variables that will decide what may start, as the firmware shows them now: read, not
 * measured, and by whoever is root. shim's are copies that it made of its own in this boot.
 *
 * Source: UEFI 2.10 section 32.3; shim 16.1 README.tpm and mok.c (names). */
#ifndef FORETELL_HELD_H
#define FORETELL_HELD_H

#include "base/buf.h"
#include "boot/uefivar.h"

struct held {
	bool is_secure_boot;
	struct buf keys[UEFI_KEYS]; /* empty: there is no such variable */
	bool has_mok; /* shim ran in this boot */
	struct buf mok, mok_revoked; /* MokListRT, MokListXRT */
	struct buf level; /* SbatLevelRT */
	bool is_shim_lenient; /* shim verifies nothing (MokSBState) */
	bool is_db_ignored; /* by shim (MokIgnoreDB) */
};

/* ERR_IO: a variable cannot be read, which the message names; ERR_NO_MEMORY. */
int held_read(int root_fd, struct held *ret, struct err *err) err_check;
void held_done(struct held *held);
static inline void held_cleanup(struct held *held)
{
	held_done(held);
}

#endif

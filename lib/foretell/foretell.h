/* foretell.h - what would start if the VM restarted now, whether firmware and shim would let it,
 * and the PCRs that this leads to.
 *
 * All of it is read from disks and variables that root can write: it foretells, and proves nothing.
 * No verdict about this boot depends on it. */
#ifndef FORETELL_FORETELL_H
#define FORETELL_FORETELL_H

#include "foretell/chain.h"
#include "foretell/foretold_log.h"

enum foretell_answer {
	FORETELL_CANNOT_TELL,
	FORETELL_AS_NOW, /* PCR 4 and 7 will be as they are */
	FORETELL_CHANGES, /* it boots, and one of them changes or cannot be foretold */
	FORETELL_WILL_NOT_BOOT,
};

/* Why it will not boot. */
enum foretell_kind {
	FORETELL_NONE,
	FORETELL_MISSING_FILE,
	FORETELL_UNSIGNED,
	FORETELL_UNTRUSTED, /* signed only by a key that is not there */
	FORETELL_ALTERED, /* no signature fits its bytes */
	FORETELL_REVOKED,
	FORETELL_BELOW_SBAT,
	FORETELL_NO_SBAT,
};

#define FORETELL_TEXT_SIZE 384

/* How the next attestation will explain a program. */
enum foretell_how {
	FORETELL_UNCHANGED, /* this boot started it, or nothing was asked */
	FORETELL_GIVEN, /* by --with: it is not on the disks yet */
	FORETELL_UNEXPLAINED,
	FORETELL_ACCEPTED, /* an accepted boot started it */
	FORETELL_BY_PACKAGE,
	FORETELL_BY_DISK,
};

#define FORETELL_CHANGE_SIZE 192
struct foretell_change {
	enum foretell_how how;
	char text[FORETELL_CHANGE_SIZE]; /* "as installed by package ..", follows a comma */
};

struct foretell {
	enum foretell_answer answer;
	enum foretell_kind kind; /* if WILL_NOT_BOOT */
	char text[FORETELL_TEXT_SIZE]; /* the answer in sentences */
	struct bootoption option; /* the one that starts, or the first that fails */
	char passed_over[FORETELL_TEXT_SIZE]; /* why an option before it does not start, or "" */
	bool is_after_shim; /* that option's shim started, and found no program to start */
	bool has_variables; /* they could be read */
	bool is_secure_boot; /* if has_variables */
	struct chain chain;
	struct gate gates[CHAIN_MAX]; /* of the chain's programs */
	size_t judged; /* how many of them were judged: none behind one that does not start */
	struct foretold foretold; /* if it boots, and this boot's log was given */
	struct held held; /* the gates point into it */
	/* of foretell_explain.h: of the chain's programs, and all changes as one text, or "" */
	struct foretell_change changes[CHAIN_MAX];
	char explanation[FORETELL_TEXT_SIZE];
};

struct foretell_sources {
	struct chain_sources chain;
	struct bytes event_log; /* of this boot; empty: PCRs are not foretold */
};

/* ERR_NO_MEMORY. Whatever else cannot be read becomes CANNOT_TELL. */
int foretell_run(
	const struct foretell_sources *sources, struct foretell **ret, struct err *err) err_check;
void foretell_cleanup(struct foretell **foretell);

const char *foretell_answer_text(enum foretell_answer answer); /* "will not boot" */

#endif

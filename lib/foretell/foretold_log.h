/* foretold_log.h - the event log that the next boot will give: that of this boot, with the programs
 * and variables exchanged that will be others. Replayed, it leads to the PCRs of the next boot.
 *
 * Only PCR 4 and 7 are foretold. PCR 8 and 9 hold what GRUB does on its way, command by command;
 * PCR 1 and 5 boot options and the partition table. */
#ifndef FORETELL_FORETOLD_LOG_H
#define FORETELL_FORETOLD_LOG_H

#include "boot/eventlog.h"
#include "tpm/tpm.h"
#include "foretell/gate.h"

#define FORETOLD_MAX      8 /* programs */
#define FORETOLD_WHY_SIZE 192

/* A program as it will be measured in PCR 4. */
struct foretold_program {
	const uint8_t *sha256;
	/* what is measured before it in PCR 7; NULL: nothing */
	const struct gate *authority;
	const struct signers *signers; /* with an authority: its signatures */
	bool is_by_shim;
};

struct foretold_boot {
	size_t count;
	struct foretold_program programs[FORETOLD_MAX];
	const struct held *held;
	struct bytes level; /* shim's revocation level then; empty: shim does not run */
	/* boot options that the firmware tries until one starts; 0: as many as in this boot */
	size_t tries;
};

struct foretold_pcr {
	bool is_foretold;
	bool has_changed;
	uint8_t now[TPM_DIGEST_SIZE], next[TPM_DIGEST_SIZE];
	char why[FORETOLD_WHY_SIZE]; /* if it is not foretold: a sentence */
};

struct foretold {
	struct buf log; /* empty if neither is foretold */
	struct foretold_pcr programs; /* PCR 4 */
	struct foretold_pcr secure_boot; /* PCR 7 */
};

/* log: of this boot, and what the TPM measured. ERR_NO_MEMORY, ERR_FORMAT. */
int foretold_log(const struct eventlog *log, const struct foretold_boot *boot, struct foretold *ret,
	struct err *err) err_check;
void foretold_done(struct foretold *foretold);

#endif

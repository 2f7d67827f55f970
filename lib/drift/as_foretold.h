/* as_foretold.h - programs that changed as was foretold before the restart, by a package that was
 * found then. When that counts: disk/foretold_record.h. */
#ifndef DRIFT_AS_FORETOLD_H
#define DRIFT_AS_FORETOLD_H

#include "drift/drift.h"
#include "tpm/tpm.h"

struct as_foretold_inputs {
	int root_fd, state_fd;
	const char *boot_id;
	const struct tpm_pcrs *pcrs; /* of this boot, proved; NULL: not known */
};

/* Explains the programs of PCR 4 that were foretold and are not explained yet. Whatever cannot be
 * read leaves them unexplained. */
void as_foretold_explain(const struct as_foretold_inputs *inputs, struct drift *drift);

#endif

/* defects.h - what can be wrong with an attestation answer, each defect alone in an answer that is
 * right otherwise. */
#ifndef HOSTILE_DEFECTS_H
#define HOSTILE_DEFECTS_H

#include <stdio.h>
#include "../provider/issue.h"

struct draft { /* an answer while it is made */
	struct issuer *issuer;
	json *header, *claims;
	struct buf token;
	struct crypto_rsa_public key; /* that the answer is sealed for */
	struct sealed sealed;
};

enum stage { BEFORE_SIGNING, AFTER_SIGNING, BEFORE_SEALING, AFTER_SEALING };

bool defect_is_known(const char *name); /* "none" too */
void defect_apply(const char *name, enum stage stage, struct draft *draft);
void defects_list(FILE *to);

#endif

/* gate.h - would the firmware start this program, or would shim: by its signatures and digest, and
 * by the variables as they are held now.
 *
 * The firmware refuses a program one of whose signatures dbx revokes, whatever the others are; shim
 * passes on to the next one. Both take the first signature in the file that a certificate vouches
 * for. Neither looks at dates. A certificate that dbx revokes from some time on counts as revoked:
 * without dbt, a variable that no VM has, no time stamp is accepted.
 *
 * Source: EDK2 DxeImageVerificationLib; shim 16.1 shim.c (verify_buffer_authenticode), sbat.c. */
#ifndef FORETELL_GATE_H
#define FORETELL_GATE_H

#include "disk/program.h"
#include "foretell/held.h"

enum gate_answer {
	GATE_STARTS,
	GATE_UNSIGNED,
	GATE_UNTRUSTED, /* signed, and no certificate vouches for any of its signatures */
	GATE_ALTERED, /* signed, and no signature fits its bytes */
	GATE_REVOKED,
	GATE_BELOW_LEVEL, /* of SBAT */
	GATE_NO_SBAT, /* shim demands the section */
	GATE_UNCLEAR, /* it has signatures that cannot be read here */
};

#define GATE_TEXT_SIZE 256
struct gate {
	enum gate_answer answer;
	/* what vouches or revokes: the variable, and the entry that is measured as the authority.
	 * Without Secure Boot nothing is measured, and `variable` is NULL */
	const char *variable;
	const uint8_t *guid;
	struct bytes entry; /* inside the variables or shim's file */
	/* of the certificate that vouches or revokes, or of those that signed a program which
	 * none vouches for; or the SBAT component that is below the level; "" if there is none */
	char name[GATE_TEXT_SIZE];
};

int gate_of_firmware(const struct program *program, const struct held *held, struct gate *ret,
	struct err *err) err_check;
/* shim: the one that will run; level: its revocation level then. */
int gate_of_shim(const struct program *program, const struct program *shim, const struct held *held,
	const struct sbat *level, struct gate *ret, struct err *err) err_check;
/* Does shim itself pass its revocation level? */
void gate_of_level(const struct program *shim, const struct sbat *level, struct gate *ret);
/* The level when this shim has started: the one that is held, or the one that it brings if that is
 * later. ret: the text. */
struct bytes gate_level(const struct program *shim, const struct held *held);

#endif

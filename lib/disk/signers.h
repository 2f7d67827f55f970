/* signers.h - who signed an EFI program: each of its signatures, whether it fits the program, and
 * which certificate of db would let firmware start it.
 *
 * Firmware demands a signature that fits, and a chain from its signer to a certificate of db: any
 * one, not only a root. It looks at no dates (EDK2 DxeImageVerificationLib, Pkcs7Verify). RSA with
 * SHA-256 is what signs programs for UEFI today; a signature by anything else counts as one that
 * does not fit, and is marked. */
#ifndef DISK_SIGNERS_H
#define DISK_SIGNERS_H

#include "boot/authenticode.h"
#include "edge/crypto.h"

#define SIGNERS_MAX 4

struct signer {
	struct authenticode parts;
	/* the signature is that of the signer's key over this program */
	bool is_intact;
	bool is_foreign; /* by an algorithm that is not computed here */
	char name[CRYPTO_NAME_SIZE], issuer[CRYPTO_NAME_SIZE]; /* of the signer's certificate, or ""
								*/
};

/* The parts of the items point into `table`. */
struct signers {
	struct buf table;
	size_t count; /* 0: the program is not signed */
	struct signer items[SIGNERS_MAX]; /* in the order of the file */
	/* there were more, or one that cannot be read: firmware may judge by those */
	bool is_cut;
};

int signers_new(struct signers **ret, struct err *err) err_check;
void signers_free(struct signers *signers);
static inline void signers_cleanup(struct signers **signers)
{
	signers_free(*signers);
}

/* fd: a program whose Authenticode SHA-256 is `program` (filedigest.h). Of any other file it finds
 * no signatures. ret: of signers_new. ERR_IO, ERR_NO_MEMORY. */
int signers_read(int fd, const uint8_t program[CRYPTO_SHA256_SIZE], struct signers *ret,
	struct err *err) err_check;
/* The same from a table that was read. */
int signers_judge(struct bytes table, const uint8_t program[CRYPTO_SHA256_SIZE],
	struct signers *ret, struct err *err) err_check;

/* Does this certificate of db (DER) let firmware start the program by this signature?
 * ERR_NO_MEMORY leaves the question open. */
int signers_are_vouched(const struct signer *signer, struct bytes certificate, bool *ret,
	struct err *err) err_check;

#endif

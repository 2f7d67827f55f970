/* program.h - what an EFI program is, by its sections, and what it brings along for the decision
 * whether it starts: signatures, generations (SBAT), and shim's own keys and revocation level. All
 * is hostile.
 *
 * Source: shim 16.1 (cert.S, section .vendor_cert; include/sbat.h, section .sbatlevel), GRUB 2.12
 * (section mods), systemd 257 (sections .sdmagic, .linux), Linux 6.12
 * Documentation/arch/x86/boot.rst and Documentation/arch/arm64/booting.rst. */
#ifndef DISK_PROGRAM_H
#define DISK_PROGRAM_H

#include "boot/sbat.h"
#include "disk/signers.h"

enum program_kind {
	PROGRAM_OTHER,
	PROGRAM_SHIM,
	PROGRAM_GRUB,
	PROGRAM_SYSTEMD_BOOT,
	PROGRAM_UNIFIED, /* a unified kernel image */
	PROGRAM_KERNEL,
};

struct program {
	enum program_kind kind;
	uint16_t machine; /* enum peimage_machine */
	uint8_t sha256[CRYPTO_SHA256_SIZE]; /* as it is measured (Authenticode) */
	uint8_t file_sha256[CRYPTO_SHA256_SIZE];
	struct signers *signers;
	bool has_sbat;
	struct sbat sbat; /* if has_sbat */
	/* of a unified kernel image: the kernel in it, as it is measured */
	bool has_inner;
	uint8_t inner_sha256[CRYPTO_SHA256_SIZE];
	/* of shim: signature lists of its own keys, as it adds them to MokListRT, and of what it
	 * revokes; the revocation level that it sets by itself, a text */
	struct buf vendor_keys, vendor_revoked, level;
};

/* fd: a regular file. *ret is NULL, and no failure, if it is no EFI program. ERR_IO,
 * ERR_NO_MEMORY. */
int program_read(int fd, struct program **ret, struct err *err) err_check;
void program_free(struct program *program);
static inline void program_cleanup(struct program **program)
{
	program_free(*program);
}

const char *program_kind_name(enum program_kind kind); /* "shim", "kernel"; "program" for others */

#endif

/* filedigest.h - digests of one large file, read in pieces: of its bytes, and of what the firmware
 * measures if it is an EFI program.
 *
 * GRUB measures a file's bytes (PCR 9); firmware and shim measure the ranges of a program that
 * boot/peimage.h defines (PCR 4). */
#ifndef DISK_FILEDIGEST_H
#define DISK_FILEDIGEST_H

#include "boot/peimage.h"
#include "edge/crypto.h"

struct filedigest {
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	bool is_program; /* the file is a complete EFI program */
	uint8_t program[CRYPTO_SHA256_SIZE]; /* Authenticode SHA-256, if is_program */
};

/* fd: a regular file. ERR_IO also if it is truncated or written meanwhile. Uses 100 KiB of
 * memory. */
int filedigest_read(int fd, struct filedigest *ret, struct err *err) err_check;
/* The header of an EFI program; *ret is NULL, and no failure, for any other file. The
 * caller frees it. ERR_IO, ERR_NO_MEMORY. */
int filedigest_program(int fd, struct peimage **ret, struct err *err) err_check;
/* The Authenticode SHA-256 of a program that is a part of the file; *ret_is_one: there is one.
 * ERR_IO, ERR_NO_MEMORY. */
int filedigest_program_within(int fd, const struct peimage_range *part,
	uint8_t ret[CRYPTO_SHA256_SIZE], bool *ret_is_one, struct err *err) err_check;
/* Appends the bytes of a range. ERR_IO also if the file is shorter, ERR_FORMAT if ret's maximum is.
 */
int filedigest_read_range(
	int fd, const struct peimage_range *range, struct buf *ret, struct err *err) err_check;
/* MD5 of the file, for package managers that recorded it. */
int filedigest_md5(int fd, uint8_t ret[CRYPTO_MD5_SIZE], struct err *err) err_check;
/* Adds the bytes of a range. ERR_IO also if the file is shorter. */
int filedigest_add(int fd, const struct peimage_range *range, struct crypto_stream *stream,
	struct err *err) err_check;

#endif

/* peimage.h - reads the header of an EFI program (PE/COFF): its sections, and the ranges of the
 * file that the firmware measures. No cryptography.
 *
 * The digest over these ranges, one after the other, is extended into PCR 4, and an Authenticode
 * signature signs it. Order and arithmetic are the firmware's (EDK2 HashPeImage), so the digest is
 * the measured one also for images with gaps between sections. Nothing is padded: signing tools pad
 * the file itself to 8 bytes.
 *
 * Source: Microsoft "Windows Authenticode Portable Executable Signature Format" 1.0, "Calculating
 * the PE Image Hash"; PE/COFF specification 8.3; UEFI 2.10 section 32.2.3; EDK2
 * DxeTpm2MeasureBootLib. Every number is hostile. */
#ifndef BOOT_PEIMAGE_H
#define BOOT_PEIMAGE_H

#include "base/cursor.h"

/* headers that end later are refused; those of kernels end within 4 KiB */
#define PEIMAGE_HEAD_SIZE    (64u << 10)
#define PEIMAGE_MAX_SECTIONS 96 /* PE/COFF 3.3: the loader's limit */
#define PEIMAGE_MAX_RANGES   (PEIMAGE_MAX_SECTIONS + 4)
#define PEIMAGE_NAME_SIZE    9

enum peimage_machine { PEIMAGE_I386 = 0x14C, PEIMAGE_X86_64 = 0x8664, PEIMAGE_AARCH64 = 0xAA64 };

struct peimage_range {
	uint64_t offset; /* in the file */
	uint64_t len; /* never 0; offset + len never exceeds the file */
};

struct peimage_section {
	/* cleaned; "/NUMBER" for a longer name, which stands that far behind names_at */
	char name[PEIMAGE_NAME_SIZE];
	struct peimage_range data; /* len is 0 if the file holds nothing of it */
	uint32_t virtual_size; /* in memory */
};

struct peimage {
	uint16_t machine; /* enum peimage_machine, or another number */
	size_t range_count;
	struct peimage_range ranges[PEIMAGE_MAX_RANGES]; /* in the order of hashing */
	/* the table of attribute certificates (authenticode.h); len is 0 if there is none */
	struct peimage_range certificates;
	uint64_t names_at; /* in the file, perhaps behind its end; 0: there are no longer names */
	size_t section_count;
	struct peimage_section sections[PEIMAGE_MAX_SECTIONS]; /* in the order of the header */
};

/* head: the file's first PEIMAGE_HEAD_SIZE bytes, or all of a shorter file. ERR_FORMAT: it is not
 * such a program, or a broken one. */
int peimage_parse(
	struct bytes head, uint64_t file_size, struct peimage *ret, struct err *err) err_check;

#endif

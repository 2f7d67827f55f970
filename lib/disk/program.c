#include "disk/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/ber.h"
#include "boot/uefivar.h"
#include "disk/filedigest.h"
#include "disk/program_sbat.h"
#include "disk/program_section.h"

#define VENDOR_MAX (256u << 10)
#define LEVEL_MAX  (16u << 10)
#define HEAD_MAX   0x206 /* up to the last magic number of a kernel */

void program_free(struct program *program)
{
	if (!program)
		return;
	signers_free(program->signers);
	buf_done(&program->vendor_keys);
	buf_done(&program->vendor_revoked);
	buf_done(&program->level);
	free(program);
}

const char *program_kind_name(enum program_kind kind)
{
	static const char *const names[] = {
		[PROGRAM_OTHER] = "program",
		[PROGRAM_SHIM] = "shim",
		[PROGRAM_GRUB] = "GRUB",
		[PROGRAM_SYSTEMD_BOOT] = "systemd-boot",
		[PROGRAM_UNIFIED] = "unified kernel image",
		[PROGRAM_KERNEL] = "kernel",
	};

	return names[kind];
}

/* Numbers at fixed places of a kernel's file. */
static bool is_kernel(struct bytes head)
{
	static const struct {
		size_t at;
		char magic[5];
	} places[] = {{0x202, "HdrS"}, {0x38, "ARMd"}, {4, "zimg"}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (head.len >= places[i].at + 4 &&
			memcmp(head.data + places[i].at, places[i].magic, 4) == 0)
			return true;
	return false;
}

/* The first section that is there tells the kind. */
static int find_kind(
	int fd, const struct peimage *image, uint64_t size, enum program_kind *ret, struct err *err)
{
	static const struct {
		const char *section;
		enum program_kind kind;
	} sections[] = {
		{".vendor_cert", PROGRAM_SHIM},
		{"mods", PROGRAM_GRUB},
		{".linux", PROGRAM_UNIFIED},
		{".sdmagic", PROGRAM_SYSTEMD_BOOT},
	};
	const struct peimage_range start = {.len = size < HEAD_MAX ? size : HEAD_MAX};
	auto_cleanup(buf) struct buf head = buf_with_max(HEAD_MAX);
	struct peimage_range ignored;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (program_section_find(fd, image, sections[i].section, &ignored, &count, err) < 0)
			return -1;
		*ret = sections[i].kind;
		if (count)
			return 0;
	}
	if (filedigest_read_range(fd, &start, &head, err) < 0)
		return -1;
	*ret = is_kernel(buf_bytes(&head)) ? PROGRAM_KERNEL : PROGRAM_OTHER;
	return 0;
}

static void put_u32(uint8_t at[4], size_t number)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

/* Signature lists, or one certificate, which becomes a list of its own, with shim as the owner. */
static int keep_keys(struct bytes keys, struct buf *ret, struct err *err)
{
	uint8_t head[UEFI_GUID_SIZE + 12] = {0};

	if (!keys.len || keys.data[0] != BER_SEQUENCE)
		return buf_set(ret, keys, err);
	memcpy(head, uefi_cert_x509_guid, UEFI_GUID_SIZE);
	put_u32(head + UEFI_GUID_SIZE, sizeof(head) + UEFI_GUID_SIZE + keys.len);
	put_u32(head + UEFI_GUID_SIZE + 8, UEFI_GUID_SIZE + keys.len);
	if (buf_append(ret, head, sizeof(head), err) < 0 ||
		buf_append(ret, uefi_shim_guid, UEFI_GUID_SIZE, err) < 0)
		return -1;
	return buf_append(ret, keys.data, keys.len, err);
}

/* Two sizes, then two offsets: of the keys, and of what is revoked. */
static int read_vendor(int fd, const struct peimage *image, struct program *ret, struct err *err)
{
	auto_cleanup(buf) struct buf section = buf_with_max(VENDOR_MAX);
	struct cursor cursor, keys, revoked;
	uint32_t keys_len, revoked_len;
	size_t count;

	ret->vendor_keys = ret->vendor_revoked = buf_with_max(2 * VENDOR_MAX);
	if (program_section_read(fd, image, ".vendor_cert", &section, &count, err) < 0)
		return -1;
	cursor = keys = revoked = cursor_of(buf_bytes(&section));
	keys_len = cursor_u32_le(&cursor);
	revoked_len = cursor_u32_le(&cursor);
	(void)cursor_bytes(&keys, cursor_u32_le(&cursor));
	(void)cursor_bytes(&revoked, cursor_u32_le(&cursor));
	return keep_keys(cursor_bytes(&keys, keys_len), &ret->vendor_keys, err) < 0
		       ? -1
		       : buf_set(&ret->vendor_revoked, cursor_bytes(&revoked, revoked_len), err);
}

/* The version, then the offsets of two texts behind it: the automatic level, and the latest. */
static int read_level(int fd, const struct peimage *image, struct program *ret, struct err *err)
{
	auto_cleanup(buf) struct buf section = buf_with_max(LEVEL_MAX);
	struct cursor cursor;
	struct bytes text;
	size_t count;

	if (program_section_read(fd, image, ".sbatlevel", &section, &count, err) < 0)
		return -1;
	cursor = cursor_of(buf_bytes(&section));
	(void)cursor_u32_le(&cursor);
	(void)cursor_bytes(&cursor, (uint64_t)cursor_u32_le(&cursor) - sizeof(uint32_t));
	if (cursor.failed)
		return 0;
	text = cursor_rest(&cursor);
	if (text.len)
		text.len = strnlen((const char *)text.data, text.len);
	ret->level = buf_with_max(LEVEL_MAX);
	return buf_set(&ret->level, text, err);
}

static int read_parts(int fd, const struct peimage *image, struct program *ret, struct err *err)
{
	struct peimage_range kernel;
	size_t count;

	if (signers_new(&ret->signers, err) < 0 ||
		signers_read(fd, ret->sha256, ret->signers, err) < 0 ||
		program_sbat_of(fd, image, &ret->sbat, &ret->has_sbat, err) < 0)
		return -1;
	if (ret->kind == PROGRAM_UNIFIED)
		return program_section_find(fd, image, ".linux", &kernel, &count, err) < 0
			       ? -1
			       : filedigest_program_within(
					 fd, &kernel, ret->inner_sha256, &ret->has_inner, err);
	if (ret->kind != PROGRAM_SHIM)
		return 0;
	return read_vendor(fd, image, ret, err) < 0 ? -1 : read_level(fd, image, ret, err);
}

int program_read(int fd, struct program **ret, struct err *err)
{
	auto_cleanup(program) struct program *program = calloc(1, sizeof(*program));
	auto_cleanup(free) struct peimage *image = NULL;
	struct filedigest digest;
	struct stat info;

	*ret = NULL;
	if (!program)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for an EFI program.");
	if (filedigest_read(fd, &digest, err) < 0)
		return -1;
	if (fstat(fd, &info) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "A file cannot be read: %m.");
	if (filedigest_program(fd, &image, err) < 0)
		return -1;
	if (!image)
		return 0;
	memcpy(program->sha256, digest.program, sizeof(program->sha256));
	memcpy(program->file_sha256, digest.sha256, sizeof(program->file_sha256));
	program->machine = image->machine;
	if (find_kind(fd, image, (uint64_t)info.st_size, &program->kind, err) < 0 ||
		read_parts(fd, image, program, err) < 0)
		return -1;
	*ret = steal_ptr(program);
	return 0;
}

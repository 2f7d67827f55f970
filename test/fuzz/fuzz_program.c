/* A file that may be an EFI program: whatever is found of it lies within, and its lists are walked
 * to their ends. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "boot/uefivar.h"
#include "disk/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct buf *lists)
{
	struct uefi_signature_walk entries = uefi_signature_walk(buf_bytes(lists));
	struct uefi_signature entry;
	size_t bytes = 0;

	while (uefi_signature_next(&entries, &entry))
		bytes += entry.data.len;
	if (bytes > lists->len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(program) struct program *program = NULL;
	int fd = memfd_create("program", MFD_CLOEXEC);
	struct err err;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (program_read(fd, &program, &err) == 0 && program) {
		walk(&program->vendor_keys);
		walk(&program->vendor_revoked);
		if (program->signers->count > SIGNERS_MAX || !program_kind_name(program->kind))
			abort();
	}
	close(fd);
	return 0;
}

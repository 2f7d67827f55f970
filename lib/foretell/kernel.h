/* kernel.h - the kernel that a boot loader starts without anybody at the keyboard, by its
 * configuration on the disks now. */
#ifndef FORETELL_KERNEL_H
#define FORETELL_KERNEL_H

#include "disk/bootfiles.h"
#include "disk/program.h"

#define KERNEL_WHY_SIZE 256

struct kernel_choice {
	const struct bootfile *file; /* NULL: `why` tells, in a sentence */
	bool is_missing; /* the file is not there; otherwise it is not known which one */
	char why[KERNEL_WHY_SIZE];
};

/* loader: PROGRAM_GRUB or PROGRAM_SYSTEMD_BOOT; loader_path: its file, below the root. ERR_IO: a
 * file or variable cannot be read; ERR_NO_MEMORY. */
int kernel_choose(int root_fd, const struct bootfiles *files, enum program_kind loader,
	const char *loader_path, struct kernel_choice *ret, struct err *err) err_check;

/* entries.c. The same among the entries of loader/entries and EFI/Linux. chosen: an id, a pattern
 * of ids, or a number in their order; "": the first. */
int kernel_choose_entry(int root_fd, const struct bootfiles *files, const char *chosen,
	bool for_systemd, struct kernel_choice *ret, struct err *err) err_check;

#define kernel_stop(choice, ...)                                                                   \
	((void)text_format((choice)->why, sizeof((choice)->why), __VA_ARGS__), 0)

#endif

/* components_grub.h - what GRUB did and read (PCRs 8 and 9), and what the kernel's EFI stub got
 * from it (PCR 9), for components.h.
 *
 * A text is what it looks like, whatever word the log puts in front of it (grubtext.h); what the
 * log does not tell counts as the worst that it may be, a command line. Each loader's arguments are
 * one: GRUB measures them as its command and, in other form, as what the kernel is given, and they
 * count once if both say the same. Of a file the log says the name and the TPM knows the contents:
 * only a name that a measured text gives makes it a kernel or an initrd.
 *
 * Source: GRUB 2.12 grub-core/commands/tpm.c and lib/cmdline.c; RHEL 8's GRUB (measures the NUL at
 * the end of a command too); Linux 6.1 drivers/firmware/efi/libstub/efistub.h. */
#ifndef DRIFT_COMPONENTS_GRUB_H
#define DRIFT_COMPONENTS_GRUB_H

#include "drift/components.h"

#define GRUB_LOADERS                                                                               \
	16 /* commands that are paired with what the kernel is given; arguments of more count by   \
	      themselves */

struct grub_loader {
	struct bytes arguments; /* "PATH ARGUMENT..." */
	bool is_given; /* and a measured text behind it says so */
};

struct grub_reading {
	struct bytes kernel_words; /* measured text "PATH ARGUMENT..." */
	struct bytes initrd_words; /* measured text "initrd PATH..." */
	size_t loader_count;
	struct grub_loader loaders[GRUB_LOADERS];
	struct buf commands; /* digests of the other commands */
};

struct grub_reading grub_reading_empty(void);
void grub_reading_done(struct grub_reading *reading);
static inline void grub_reading_cleanup(struct grub_reading *reading)
{
	grub_reading_done(reading);
}

/* All below take measured events of a log with SHA-256 digests. */

/* First over all events of PCR 8, also if it is not believed: what takes an old part's place
 * without its name leaves a hole in the old one's class. */
void grub_look_ahead(struct grub_reading *reading, const struct event *event);
/* After that: where the kernel was read from; empty if no measured text says it. */
struct bytes grub_kernel_path(const struct grub_reading *reading);
/* An event of PCR 8, one of PCR 9, and behind all events what is made of many. ERR_NO_MEMORY. */
int grub_add_command(struct grub_reading *reading, const struct event *event,
	struct components *components, struct err *err) err_check;
int grub_add_file(const struct grub_reading *reading, const struct event *event,
	struct components *components, struct err *err) err_check;
int grub_add_rest(const struct grub_reading *reading, struct components *components,
	struct err *err) err_check;

#endif

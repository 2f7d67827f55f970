/* components_grub.h - what GRUB did and read (PCRs 8 and 9), and what the kernel's EFI stub
 * received from it (PCR 9), for components.h.
 *
 * A text is classified by its form, whatever prefix the log gives it (grubtext.h). A text that the
 * log lacks counts as the most serious kind, a command line. The arguments of a loader count once:
 * GRUB measures them as its command and, in another form, as the kernel's text, and if both agree
 * they are one. For a file the log holds the name and the TPM the digest of its contents: only a
 * name in a measured text makes it a kernel or an initrd.
 *
 * Source: GRUB 2.12 grub-core/commands/tpm.c and lib/cmdline.c; RHEL 8's GRUB (measures the NUL at
 * the end of a command too); Linux 6.1 drivers/firmware/efi/libstub/efistub.h. */
#ifndef COMPONENTS_COMPONENTS_GRUB_H
#define COMPONENTS_COMPONENTS_GRUB_H

#include "components/components.h"

/* loaders that are paired with the kernel's text; the arguments of more count by themselves */
#define GRUB_LOADERS 16

struct grub_loader {
	struct bytes arguments; /* "PATH ARGUMENT..." */
	bool is_given; /* a later measured text gives these arguments to the kernel */
};

struct grub_reading {
	struct bytes kernel_words; /* of a measured text: "PATH ARGUMENT..." */
	struct bytes initrd_words; /* of a measured text: "initrd PATH..." */
	size_t loader_count;
	struct grub_loader loaders[GRUB_LOADERS];
	struct buf commands; /* digests of the other commands */
};

struct grub_reading grub_reading_empty(void);
void grub_reading_cleanup(struct grub_reading *reading);

/* The functions below take measured events of a log with SHA-256 digests. */

/* Called first, for all events of PCR 8, even if that PCR does not count: otherwise an attacker
 * could replace a component by one without a name, and leave the old one's class empty. */
void grub_look_ahead(struct grub_reading *reading, const struct event *event);
/* Called after that: the path from which the kernel was read; empty if no measured text holds
 * it. */
struct bytes grub_kernel_path(const struct grub_reading *reading);
/* Add an event of PCR 8, an event of PCR 9, and after all events those components that many events
 * make. ERR_NO_MEMORY. */
int grub_add_command(struct grub_reading *reading, const struct event *event,
	struct components *components, struct err *err) err_check;
int grub_add_file(const struct grub_reading *reading, const struct event *event,
	struct components *components, struct err *err) err_check;
int grub_add_rest(const struct grub_reading *reading, struct components *components,
	struct err *err) err_check;

#endif

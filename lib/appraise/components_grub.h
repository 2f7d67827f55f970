/* components_grub.h - what GRUB did and read (PCRs 8 and 9), and what the kernel's EFI stub got from it (PCR 9), for components.h.
 *
 * GRUB measures a command, or the kernel's command line, as text, and logs it behind a word of its own that it does not measure:
 * "grub_cmd: linux ...", of old "grub_kernel_cmdline ...". So a text is what it looks like, whatever the log calls it; and what the log
 * does not tell counts as the worst that it may be, a command line. Of a file the log says the name and the TPM knows the contents: only
 * a name that a measured text gives makes it a kernel or an initrd.
 *
 * Source: GRUB 2.12 grub-core/commands/tpm.c and lib/cmdline.c; RHEL 8's GRUB (measures the NUL at the end of a command too); Linux 6.1
 * drivers/firmware/efi/libstub/efistub.h.
 */
#ifndef APPRAISE_COMPONENTS_GRUB_H
#define APPRAISE_COMPONENTS_GRUB_H

#include "appraise/components.h"

struct grub_reading {
	struct bytes kernel_words; /* measured text "PATH arguments" of the kernel's command line */
	struct bytes initrd_words; /* measured text "initrd PATH..." */
	struct buf commands;       /* digests of the other commands */
};

struct grub_reading grub_reading_empty(void);
void grub_reading_done(struct grub_reading *reading);
static inline void grub_reading_cleanup(struct grub_reading *reading)
{
	grub_reading_done(reading);
}

/* All below: `digest` is the event's, SHA-256. */

/* First over all events of PCR 8, also if it is not believed: what takes an old part's place without its name leaves a hole in the old
 * one's class. */
void grub_look_ahead(struct grub_reading *reading, const struct eventlog_event *event, struct bytes digest);
/* After that: where the kernel was read from; empty if no measured text says it. */
struct bytes grub_kernel_path(const struct grub_reading *reading);
/* An event of PCR 8, one of PCR 9, and behind all events what is made of many. ERR_NO_MEMORY. */
int grub_add_command(struct grub_reading *reading, const struct eventlog_event *event, struct bytes digest,
	struct components *components, struct err *err) err_check;
int grub_add_file(const struct grub_reading *reading, const struct eventlog_event *event, struct bytes digest,
	struct components *components, struct err *err) err_check;
int grub_add_rest(
	const struct grub_reading *reading, struct components *components, struct err *err) err_check;

#endif

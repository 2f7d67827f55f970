/* grubtext.h - what a text that GRUB measured into PCR 8 is, by itself.
 *
 * GRUB measures each command of its scripts, its words joined by blanks ("linux PATH ARGUMENT..."),
 * and what it gives to a kernel ("PATH ARGUMENT...", in which a word with blanks stands in quotes
 * and quotes and backslashes have a backslash in front). It logs a text behind a word of its own
 * ("grub_cmd: ", "kernel_cmdline: ") that it does not measure: that word is hearsay, and nothing
 * here looks at it. Its rescue prompt measures no commands, only what a kernel is given.
 *
 * Source: GRUB 2.12 grub-core/script/execute.c, lib/cmdline.c, kern/rescue_parser.c, kern/file.c;
 * block lists: its manual, section "How to specify block lists". */
#ifndef BOOT_GRUBTEXT_H
#define BOOT_GRUBTEXT_H

#include "base/buf.h"

enum grubtext_kind {
	/* any other; also what a kernel is given whose path has no mark, see grubtext_is_given */
	GRUBTEXT_COMMAND,
	GRUBTEXT_LINUX, /* linux, linuxefi, linux16: loads a kernel, with all its arguments */
	GRUBTEXT_LOADER, /* multiboot, module, xen_...: likewise */
	GRUBTEXT_INITRD, /* initrd, initrdefi, initrd16 */
	GRUBTEXT_LINE, /* what a kernel is given: no command starts like a path or a block list */
	/* to the rescue prompt: what is told to GRUB from here on is not measured */
	GRUBTEXT_LEAVING,
};

enum grubtext_kind grubtext_kind_of(struct bytes text);
struct bytes grubtext_first_word(struct bytes text);
struct bytes grubtext_behind_first_word(struct bytes text);
/* `text` is how GRUB gives these arguments, the words behind a loader's name, to the kernel. */
bool grubtext_is_given(struct bytes text, struct bytes arguments);

#endif

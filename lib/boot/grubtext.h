/* grubtext.h - sorts the texts that GRUB measures into PCR 8, by the texts alone.
 *
 * GRUB measures each command of its scripts, its words joined by blanks ("linux PATH ARGUMENT...").
 * It also measures what it gives to a kernel ("PATH ARGUMENT..."): there a word with blanks stands
 * in quotes, and a backslash stands before quotes and backslashes. It logs each text behind a word
 * of its own ("grub_cmd: ", "kernel_cmdline: ") that is not measured, so nothing here reads that
 * word. Its rescue prompt measures no commands, only what a kernel is given.
 *
 * Source: GRUB 2.12 grub-core/script/execute.c, lib/cmdline.c, kern/rescue_parser.c, kern/file.c;
 * block lists: its manual, section "How to specify block lists". */
#ifndef BOOT_GRUBTEXT_H
#define BOOT_GRUBTEXT_H

#include "base/buf.h"

enum grubtext_kind {
	/* any other text; also a kernel's line whose path does not begin like one, see
	 * grubtext_is_given */
	GRUBTEXT_COMMAND,
	GRUBTEXT_LINUX, /* linux, linuxefi, linux16: loads a kernel; the arguments follow */
	GRUBTEXT_LOADER, /* multiboot, module, xen_...: loads a kernel or module, likewise */
	GRUBTEXT_INITRD, /* initrd, initrdefi, initrd16 */
	GRUBTEXT_LINE, /* what a kernel is given: it begins with a path or a block list, no command
			  does */
	/* to the rescue prompt, whose commands are not measured */
	GRUBTEXT_LEAVING,
};

/* The text in an event's data, up to its first NUL: the bytes that some versions of GRUB log after
 * it are not measured. UTF-16, which GRUB does not write, only loses its final zeros. */
struct bytes grubtext_of(struct bytes data);
enum grubtext_kind grubtext_kind_of(struct bytes text);
struct bytes grubtext_first_word(struct bytes text);
struct bytes grubtext_behind_first_word(struct bytes text);
/* Whether `text` is how GRUB gives these arguments (the words after the command) to a kernel. */
bool grubtext_is_given(struct bytes text, struct bytes arguments);

#endif

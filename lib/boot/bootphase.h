/* bootphase.h - which part of the boot an event belongs to, and what kind of thing it tells: the
 * order in which people read a boot. What an event says of itself is not measured: this sorts, and
 * proves nothing.
 *
 * Source: PC Client PFP 1.06 sections 2.3.4 (PCRs) and 10.4 (events); for PCRs 8 to 14 those of
 * loadertext.h.
 */
#ifndef BOOT_BOOTPHASE_H
#define BOOT_BOOTPHASE_H

#include "boot/eventlog.h"

enum bootphase {
	BOOTPHASE_FIRMWARE,
	BOOTPHASE_SECURE_BOOT,
	BOOTPHASE_OPTIONS,
	BOOTPHASE_LOADERS,
	BOOTPHASE_KERNEL,
	BOOTPHASE_COUNT,
};

struct bootphase_place {
	enum bootphase phase;
	const char *kind; /* a word or two: "driver", "keys", "command line" */
};

const char *bootphase_name(enum bootphase phase); /* "Firmware", "Secure Boot", "Boot options",
						     "Loaders", "Kernel" */
/* An event's text without the words that say its kind again: "GRUB command: boot" is a command that
 * says "boot". Points into the text. */
const char *bootphase_without_kind(const char *text);
/* False of events that tell nothing to people: separators. */
bool bootphase_of(const struct event *event, struct bootphase_place *ret);

#endif

/* bootphase.h - sorts events for people: by part of the boot and by kind. It goes by an event's
 * type, PCR and text, which are not measured, so it proves nothing.
 *
 * Source: PC Client PFP 1.06 sections 2.3.4 (PCRs) and 10.4 (events); for PCRs 8 to 14 those of
 * event.h. */
#ifndef BOOT_BOOTPHASE_H
#define BOOT_BOOTPHASE_H

#include "boot/event.h"

enum bootphase {
	BOOTPHASE_FIRMWARE,
	BOOTPHASE_SECURE_BOOT,
	BOOTPHASE_OPTIONS,
	BOOTPHASE_LOADERS,
	BOOTPHASE_KERNEL,
	BOOTPHASE_COUNT,
};

enum bootphase_kind {
	BOOTPHASE_VERSION,
	BOOTPHASE_CODE,
	BOOTPHASE_OPTION_ROM,
	BOOTPHASE_DRIVER,
	BOOTPHASE_DEVICE,
	BOOTPHASE_SETTINGS,
	BOOTPHASE_PLATFORM,
	BOOTPHASE_NOTE,
	BOOTPHASE_STATE,
	BOOTPHASE_KEYS,
	BOOTPHASE_ORDER,
	BOOTPHASE_OPTION,
	BOOTPHASE_DISK,
	BOOTPHASE_STEP,
	BOOTPHASE_PROGRAM,
	BOOTPHASE_VOUCHED,
	BOOTPHASE_SHIM,
	BOOTPHASE_COMMAND,
	BOOTPHASE_FILE,
	BOOTPHASE_KERNEL_FILE,
	BOOTPHASE_INITRD,
	BOOTPHASE_COMMAND_LINE,
	BOOTPHASE_SECTION,
	BOOTPHASE_ADDED,
	BOOTPHASE_EXTENSION,
	BOOTPHASE_HANDOVER,
	BOOTPHASE_WINDOWS,
	/* never a result of bootphase_of: readers list such events apart */
	BOOTPHASE_SEPARATOR,
	BOOTPHASE_NOT_MEASURED,
	BOOTPHASE_KIND_COUNT,
};

struct bootphase_place {
	enum bootphase phase;
	enum bootphase_kind kind;
};

/* "Firmware", "Secure Boot", "Boot options", "Loaders", "Kernel" */
const char *bootphase_name(enum bootphase phase);
/* One or two words: "driver", "keys", "command line" */
const char *bootphase_kind_name(enum bootphase_kind kind);
/* False for separators, which mean nothing to people. */
bool bootphase_of(const struct event *event, struct bootphase_place *ret);

#endif

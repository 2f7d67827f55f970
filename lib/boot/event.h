/* event.h - an event of a log, read once: what it is about, as values.
 *
 * A type, a PCR and a text are what anybody wrote into the log: `what` and all that hangs on it say
 * what the event calls itself, and only its digest was measured (appraise/measured.h). What judges
 * a boot goes by `variable`, which is read whatever the type is. All views point into the log; all
 * sizes were checked. Words for people are made of it by event_text.h alone.
 *
 * Source: PC Client PFP 1.06 sections 10.2 (structures) and 10.4 (types); GRUB manual 2.12
 * "Measured boot" (PCR 8 commands, PCR 9 files), systemd-stub(7) of systemd 257 (PCRs 11 to 13),
 * shim README.tpm (PCR 14). */
#ifndef BOOT_EVENT_H
#define BOOT_EVENT_H

#include "boot/event_types.h"
#include "boot/gpt.h"
#include "boot/logtext.h"
#include "boot/uefivar.h"

#define EVENTLOG_MAX_BANKS 8
/* index of events that extend nothing (seen on Lenovo firmware) */
#define EVENTLOG_NO_PCR 0xFFFFFFFFu

enum eventlog_type {
#define EVENT_TYPE_ENUM(type, number, what) type = (number),
	EVENT_TYPES(EVENT_TYPE_ENUM)
#undef EVENT_TYPE_ENUM
};

/* What an event is about. A reader has a case for each. */
enum event_what {
	EVENT_PLATFORM, /* anything else */
	EVENT_NOTE, /* EV_NO_ACTION: it extends nothing */
	EVENT_VERSION, /* of the firmware */
	EVENT_CODE, /* of the firmware, or an option ROM */
	EVENT_DEVICE, /* that measured itself */
	EVENT_VARIABLE, /* a setting of the firmware, or its keys */
	EVENT_DEVICE_POLICY, /* a variable, too, as are the next three (event_is_variable) */
	EVENT_BOOT_VARIABLE, /* what is to be booted */
	EVENT_AUTHORITY, /* what let a program start; shim's settings */
	EVENT_DEVICE_AUTHORITY,
	EVENT_PARTITIONS,
	EVENT_IMAGE, /* a program or driver that the firmware loaded */
	EVENT_ACTION, /* a step of the firmware, in words */
	EVENT_SEPARATOR,
	EVENT_COMMAND, /* of GRUB */
	EVENT_COMMAND_LINE, /* of a kernel */
	EVENT_MODULE_LINE, /* of a module that GRUB loaded beside a kernel */
	EVENT_FILE, /* that a boot loader read */
	EVENT_SECTION, /* of a unified kernel image */
	EVENT_ADDITION, /* what was added to a unified kernel image at boot */
	EVENT_EXTENSION, /* of the system, likewise */
	EVENT_MOK, /* a variable of shim */
	EVENT_LOADER, /* of a boot loader, and nothing of the above */
	EVENT_TAG, /* TCG_PCClientTaggedEvent */
	EVENT_COMPACT, /* EV_COMPACT_HASH: bytes as they stand, of firmware the VM's id */
};

/* UEFI_IMAGE_LOAD_EVENT */
struct event_image {
	uint64_t size; /* in memory */
	struct bytes path; /* a device path (devicepath.h), or what should be one */
};

/* Of those that Linux' EFI stub, systemd-boot and systemd-stub write. Source: efistub.h of Linux
 * 6.1, tpm2-pcr.h of systemd 257 */
enum {
	EVENT_TAG_INITRD = 0x8F3B22ECu,
	EVENT_TAG_COMMAND_LINE = 0x8F3B22EDu,
	EVENT_TAG_LOADER_CONFIG = 0xF5BC582Au,
	EVENT_TAG_DEVICE_TREE = 0x6C46F751u,
	EVENT_TAG_INITRD_ADDED = 0x49DFFE0Fu,
	EVENT_TAG_MICROCODE = 0xDAC08E1Au,
	EVENT_TAG_PROFILE = 0x13AED6DBu,
};

/* The first of perhaps several. */
struct event_tag {
	uint32_t id;
	struct bytes data;
	bool is_windows; /* its id is of the form that Windows' boot manager uses */
};

enum event_mok {
	EVENT_MOK_NONE,
	EVENT_MOK_LIST,
	EVENT_MOK_LIST_X,
	EVENT_MOK_LIST_TRUSTED,
	EVENT_MOK_SB_STATE,
	EVENT_MOK_DB_STATE,
	EVENT_MOK_SBAT_LEVEL,
};

struct event {
	size_t offset; /* of the event in the log */
	/* position in the log; a crypto-agile log's header is number 0, which no walk gives */
	uint32_t number;
	uint32_t pcr; /* 0..23, or EVENTLOG_NO_PCR */
	uint32_t type;
	/* in the order of eventlog.banks; data NULL where the event did not extend that bank */
	struct bytes digest[EVENTLOG_MAX_BANKS];
	struct bytes data;
	/* it extended a PCR in the bank that counts: no EV_NO_ACTION, a PCR, and a digest of that
	 * bank */
	bool is_measured;
	struct bytes measured; /* that digest; data NULL if it was not measured */
	uint16_t measured_alg; /* of that digest; 0 if it was not measured */

	/* the data has the form of a variable, whatever the event calls itself */
	bool has_variable;
	struct uefivar variable;

	enum event_what what;
	/* the data has the form of `what`: only then the member below is set */
	bool is_formed;
	union {
		struct event_image image;
		struct gpt partitions;
		struct event_tag tag;
		/* of ACTION, and from COMMAND to EXTENSION; without the word that GRUB puts in
		 * front, and does not measure */
		struct logtext text;
		enum event_mok mok;
		/* 0 or -1: what firmware measures before it starts others' code ends (PFP 1.06
		 * section 3.3.2.2); 1: it met an error */
		uint32_t separator;
	};
};

/* Fills from has_variable on, out of pcr, type and data: for those who made or moved an event. */
void event_read(struct event *event);

/* What an event of a program names, and a tag's data, whatever its type; false if the sizes do not
 * fit. */
bool event_image(const struct event *event, struct event_image *ret);
bool event_tag(const struct event *event, struct event_tag *ret);
/* The file that it names, as text; false if there is none. */
bool event_image_file(const struct event *event, char *ret, size_t size);

/* The same content: of a program its size and path, wherever in memory it was. */
bool event_is_same(const struct event *one, const struct event *other);

/* It calls itself a variable, and is one. */
static inline bool event_is_variable(const struct event *event)
{
	return event->is_formed && event->what >= EVENT_VARIABLE &&
	       event->what <= EVENT_DEVICE_AUTHORITY;
}

const char *event_mok_name(enum event_mok mok); /* "MokListX"; "" of EVENT_MOK_NONE */
enum event_mok event_mok_of(const struct logtext *name);

#endif

/* event.h - one event of a log, read once into values.
 *
 * Only an event's digest is measured. Its type, PCR and text can be forged, and so can `what` and
 * the members that depend on it, until the digest proves them (appraise/measured.h). Judgements use
 * `variable`, which is read whatever the type is. All views point into the log; all sizes are
 * checked. Only event_text.h makes words of an event.
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
/* PCR index of events that extend nothing (seen in logs of Lenovo firmware) */
#define EVENTLOG_NO_PCR 0xFFFFFFFFu

enum eventlog_type {
#define EVENT_TYPE_ENUM(type, number, what) type = (number),
	EVENT_TYPES(EVENT_TYPE_ENUM)
#undef EVENT_TYPE_ENUM
};

/* What an event is about. Each reader has a case for every one. */
enum event_what {
	EVENT_PLATFORM, /* anything else */
	EVENT_NOTE, /* EV_NO_ACTION: it extends nothing */
	EVENT_VERSION, /* the firmware's */
	EVENT_CODE, /* the firmware's, or an option ROM */
	EVENT_DEVICE, /* firmware or configuration of a device that measured itself (SPDM) */
	EVENT_VARIABLE, /* a setting or a key list of the firmware */
	EVENT_DEVICE_POLICY, /* this and the next three are variables too (event_is_variable) */
	EVENT_BOOT_VARIABLE, /* a load option or the order of load options */
	EVENT_AUTHORITY, /* the key or hash that allowed a program to start, or a setting of shim */
	EVENT_DEVICE_AUTHORITY,
	EVENT_PARTITIONS,
	EVENT_IMAGE, /* a program or driver that the firmware loaded */
	EVENT_ACTION, /* a step of the firmware, in words */
	EVENT_SEPARATOR,
	EVENT_COMMAND, /* a command of GRUB */
	EVENT_COMMAND_LINE, /* the arguments of a kernel */
	EVENT_MODULE_LINE, /* the arguments of a module that GRUB loaded beside a kernel */
	EVENT_FILE, /* a file that a boot loader read */
	EVENT_SECTION, /* a section of a unified kernel image */
	EVENT_ADDITION, /* a file that was added to a unified kernel image at boot */
	EVENT_EXTENSION, /* a system extension, added likewise */
	EVENT_MOK, /* a variable of shim, by its name */
	EVENT_LOADER, /* any other event of a boot loader */
	EVENT_TAG, /* TCG_PCClientTaggedEvent */
	EVENT_COMPACT, /* EV_COMPACT_HASH: plain bytes; firmware puts the VM's id here */
};

/* UEFI_IMAGE_LOAD_EVENT */
struct event_image {
	uint64_t size; /* in memory */
	struct bytes path; /* should be a device path (devicepath.h); not checked */
};

/* Tags that Linux's EFI stub, systemd-boot and systemd-stub write. Source: efistub.h of Linux 6.1,
 * tpm2-pcr.h of systemd 257. */
enum {
	EVENT_TAG_INITRD = 0x8F3B22ECu,
	EVENT_TAG_COMMAND_LINE = 0x8F3B22EDu,
	EVENT_TAG_LOADER_CONFIG = 0xF5BC582Au,
	EVENT_TAG_DEVICE_TREE = 0x6C46F751u,
	EVENT_TAG_INITRD_ADDED = 0x49DFFE0Fu,
	EVENT_TAG_MICROCODE = 0xDAC08E1Au,
	EVENT_TAG_PROFILE = 0x13AED6DBu,
};

/* An event may hold several tags; this is the first. */
struct event_tag {
	uint32_t id;
	struct bytes data;
	bool is_windows; /* its id has the form of Windows' measured boot */
};

enum event_mok {
	EVENT_MOK_NONE,
	EVENT_MOK_LIST,
	EVENT_MOK_LIST_X,
	EVENT_MOK_LIST_TRUSTED,
	EVENT_MOK_SB_STATE,
	EVENT_MOK_DB_STATE,
	EVENT_MOK_SBAT_LEVEL,
	EVENT_MOK_POLICY,
};

struct event {
	size_t offset; /* of the event in the log */
	/* position in the log; number 0 of a crypto-agile log is its header, which walks skip */
	uint32_t number;
	/* 0 to 23 if the event was measured; otherwise as in the log, e.g. EVENTLOG_NO_PCR */
	uint32_t pcr;
	uint32_t type;
	/* in the order of eventlog.banks; data is NULL for banks that the event did not extend */
	struct bytes digest[EVENTLOG_MAX_BANKS];
	struct bytes data;
	/* it extended a PCR in the bank that counts: it is no EV_NO_ACTION, and has a PCR and a
	 * digest of that bank */
	bool is_measured;
	struct bytes measured; /* that digest; data is NULL if the event was not measured */
	uint16_t measured_alg; /* TPM_ALG_ID of that digest; 0 if the event was not measured */

	/* the data has the form of a variable, whatever the event's type is */
	bool has_variable;
	struct uefivar variable;

	enum event_what what;
	/* the data has the form of `what`; only then a member of the union is set */
	bool is_formed;
	union {
		struct event_image image;
		struct gpt partitions;
		struct event_tag tag;
		/* of ACTION, and from COMMAND to EXTENSION; without GRUB's leading word, which is
		 * not measured */
		struct logtext text;
		enum event_mok mok;
		/* the first four bytes; the rest is padding. 0 or 0xFFFFFFFF: the end of the
		 * firmware's own part (PFP 1.06 section 3.3.2.2); 1: the firmware met an error */
		uint32_t separator;
	};
};

/* Fills the members from has_variable on by pcr, type and data: for callers that make an event or
 * change its PCR. */
void event_read(struct event *event);

/* Read the data as an image's or a tag's, whatever the event's type is; false if the sizes do not
 * fit. */
bool event_image(const struct event *event, struct event_image *ret);
bool event_tag(const struct event *event, struct event_tag *ret);
/* The file that an image's data names, as text; false if it names none. */
bool event_image_file(const struct event *event, char *ret, size_t size);

/* Whether both have the same content. Images are compared by size and path, since their place in
 * memory may differ. */
bool event_is_same(const struct event *one, const struct event *other);

/* Whether its type is a variable's and its data has that form. */
static inline bool event_is_variable(const struct event *event)
{
	return event->is_formed && event->what >= EVENT_VARIABLE &&
	       event->what <= EVENT_DEVICE_AUTHORITY;
}

const char *event_mok_name(enum event_mok mok); /* "MokListX"; "" for EVENT_MOK_NONE */
enum event_mok event_mok_of(const struct logtext *name);

#endif

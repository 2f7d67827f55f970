/* components.h - what this boot consisted of, out of its event log: a list that can be compared
 * with another boot's.
 *
 * Believed is a digest, and the class that its PCR gives it. A name is for people: unless
 * `is_bound`, the log only claims it. Where order says nothing (keys, options, option ROMs) none is
 * kept. Of programs the last one that ran is the kernel, whatever its name.
 *
 * Source: PC Client PFP 1.06 sections 2.3.4 (which PCR holds what) and 10; boot/event.h for
 * PCRs 8 to 14; components_grub.h. */
#ifndef DRIFT_COMPONENTS_H
#define DRIFT_COMPONENTS_H

#include "boot/eventlog.h"
#include "boot/sbat.h"
#include "edge/crypto.h"

/* what comes behind them is one component, the last: see `folded` */
#define COMPONENTS_PER_KIND       24
#define COMPONENT_NAME_SIZE       160
#define COMPONENTS_QUOTED_PCRS    0xFFu /* components of other PCRs were read, not quoted */
#define COMPONENTS_REVOCATION_LEN 16 /* bytes kept of SHA-256(type || data) of a dbx entry */
#define COMPONENTS_MAX_REVOKED    2048 /* entries of a dbx; Microsoft's of 2025 has 431 */

/* In brackets: PCR; what name and digest are. Without words: name of the event, digest of the
 * event. */
enum component_kind {
	COMPONENT_FIRMWARE, /* [0] */
	COMPONENT_FIRMWARE_CONFIG, /* [1, 3, 6] */
	COMPONENT_DRIVER, /* [2] option ROMs and drivers */
	COMPONENT_BOOT_ORDER, /* [1] BootOrder */
	COMPONENT_BOOT_OPTION, /* [1] Boot0001 "title" path */
	COMPONENT_SECURE_BOOT, /* [7] name "on" or "off" */
	/* [7] one for each entry of the list: certificate's subject, SHA-256 of the DER; */
	COMPONENT_PK,
	COMPONENT_KEK, /* [7] or "hash 0123...", the hash itself */
	COMPONENT_DB, /* [7] likewise */
	/* [7] one for the whole variable: "431 entries", digest of the sorted entries */
	COMPONENT_DBX,
	COMPONENT_AUTHORITY, /* [7] who vouched for a program: subject, SHA-256 of the DER */
	COMPONENT_SBAT, /* [7] SbatLevel: "sbat,1,2025021800 shim,4 grub,5" */
	/* [7] anything else there: MokListTrusted, MokSBState, DMA protection */
	COMPONENT_SECURE_BOOT_SETTING,
	COMPONENT_MOK, /* [14] shim's variables: MokList, MokListX, ... */
	COMPONENT_APPLICATION, /* [4] all programs but the last: file, Authenticode digest */
	COMPONENT_KERNEL, /* [4] the last program; also [9] the kernel's file as GRUB read it */
	COMPONENT_KERNEL_SECTION, /* [11] sections of a unified kernel image */
	/* [9] file, SHA-256 of its contents; also [12, 13] what was added to it */
	COMPONENT_INITRD,
	/* [9] what the kernel got, if that is not one file that GRUB measured */
	COMPONENT_LOADED_INITRD,
	COMPONENT_INITRD_LIST, /* [8] GRUB's command that names the initrds */
	/* [8] the arguments behind the kernel's path, SHA-256 of them, and whatever the log does
	   not tell there; */
	COMPONENT_COMMAND_LINE,
	/* [9, 12] others' records of it */
	COMPONENT_BOOT_COMMANDS, /* [8] one for all of GRUB's other commands, in their order */
	COMPONENT_BOOT_FILE, /* [9] other files that GRUB read: grub.cfg, grubenv, fonts */
	COMPONENT_PARTITION_TABLE, /* [5] */
	/* [6] the identifier itself, measured before the separator: by the host's firmware */
	COMPONENT_VM_ID,
	COMPONENT_OTHER, /* PCRs 15 to 23, and of PCR 5 what is no partition table */
	COMPONENT_KINDS,
};

struct component {
	enum component_kind kind;
	uint32_t pcr;
	bool is_bound; /* the digest is that of what the name says */
	char name[COMPONENT_NAME_SIZE]; /* clean; "" if the log names nothing */
	/* what people recognise it by, where that is not all of the name: the common name or the
	 * organization in a certificate, the numbers of a boot order, number and title of a boot
	 * option; "" of others */
	char label[COMPONENT_NAME_SIZE];
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	/* 0; else it stands for so many, and the digest is that of their digests in the log's
	 * order */
	uint32_t folded;
	/* what two boots are compared by, beside the digest; zero of other kinds */
	union component_facts {
		bool is_on; /* of COMPONENT_SECURE_BOOT */
		struct sbat sbat; /* of COMPONENT_SBAT */
		enum event_mok mok; /* of COMPONENT_MOK */
	} facts;
};

struct components {
	/* mask of PCRs whose components are here: in no other may two boots be compared */
	uint32_t believed;
	/* mask of PCRs that hold more than the log led to: what was there before is hidden. Set by
	 * the caller */
	uint32_t beyond;
	size_t count;
	struct component *items; /* owned */
	/* dbx's entries, sorted, COMPONENTS_REVOCATION_LEN each; empty if more than
	 * COMPONENTS_MAX_REVOKED */
	struct buf revoked;
};

struct components components_empty(void);
void components_done(struct components *components);
static inline void components_cleanup(struct components *components)
{
	components_done(components);
}

/* Of a log that passed replay_compare and replay_check_data for the PCRs in `believed`; others are
 * left out. ERR_EVENT_LOG_MALFORMED if it has no SHA-256 bank, ERR_NO_MEMORY. */
int components_read(const struct eventlog *log, uint32_t believed, struct components *ret,
	struct err *err) err_check;

/* Once only, and folded where there are too many of a kind. Names of one digest: the first one
 * stands, unless it is "". ERR_NO_MEMORY. */
int components_add(struct components *components, const struct component *component,
	struct err *err) err_check;
/* The first of this kind; NULL if there is none. */
const struct component *components_find(
	const struct components *components, enum component_kind kind);
/* The same kind and digest. */
bool components_have(const struct components *components, const struct component *component);

/* "kernel", "bootApplication": stable, for JSON. */
const char *component_kind_name(enum component_kind kind);
bool component_kind_of_name(const char *name, enum component_kind *ret);
/* What people call it, in a sentence: "kernel", "shim", "grub", "db". */
const char *component_title(const struct component *component);
/* The last part of its name: "vmlinuz-6.1.0-56". Points into the component. */
const char *component_file(const struct component *component);

#endif

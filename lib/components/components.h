/* components.h - what a boot consisted of, read from its event log: a list that can be compared
 * with another boot's.
 *
 * Only a component's digest is proven, and the class that its PCR gives it. Its name is for people:
 * unless `is_bound`, only the log states it. The order is dropped where it has no meaning (keys,
 * options, option ROMs). The last program that ran counts as the kernel, whatever its name.
 *
 * Source: PC Client PFP 1.06 sections 2.3.4 (which PCR holds what) and 10; boot/event.h for PCRs 8
 * to 14; components_grub.h. */
#ifndef COMPONENTS_COMPONENTS_H
#define COMPONENTS_COMPONENTS_H

#include "boot/eventlog.h"
#include "boot/sbat.h"
#include "disk/usrline.h"
#include "edge/crypto.h"

/* components beyond this number become one, the last: see `folded` */
#define COMPONENTS_PER_KIND 24
/* as many of the files that GRUB read: a theme has some forty */
#define COMPONENTS_BOOT_FILES     64
#define COMPONENT_NAME_SIZE       160
#define COMPONENTS_MAX_TEXTS      (16u << 10) /* bytes of texts that are longer than a name */
#define COMPONENTS_QUOTED_PCRS    0xFFu /* components of other PCRs were read, not quoted */
#define COMPONENTS_REVOCATION_LEN 16 /* bytes kept of SHA-256(type || data) of a dbx entry */
#define COMPONENTS_MAX_REVOKED    2048 /* entries of a dbx; Microsoft's of 2025 has 431 */

/* In brackets the PCR, then what name and digest are. Where nothing follows: the event's name and
 * digest. */
enum component_kind {
	COMPONENT_FIRMWARE, /* [0] */
	COMPONENT_FIRMWARE_CONFIG, /* [1, 3, 6] */
	COMPONENT_DRIVER, /* [2] option ROMs and drivers */
	COMPONENT_BOOT_ORDER, /* [1] BootOrder */
	COMPONENT_BOOT_OPTION, /* [1] Boot0001 "title" path */
	COMPONENT_SECURE_BOOT, /* [7] name "on" or "off" */
	/* [7] one per entry of the list: the certificate's subject and SHA-256 of its DER, or "hash
	 * 0123..." and the hash itself */
	COMPONENT_PK,
	COMPONENT_KEK, /* [7] likewise */
	COMPONENT_DB, /* [7] likewise */
	/* [7] one for the whole variable: "431 entries", digest of the sorted entries */
	COMPONENT_DBX,
	/* [7] authority of a program: the certificate's subject, SHA-256 of its DER */
	COMPONENT_AUTHORITY,
	COMPONENT_SBAT, /* [7] SbatLevel: "sbat,1,2025021800 shim,4 grub,5" */
	/* [7] all else: MokListTrusted, MokSBState, DMA protection */
	COMPONENT_SECURE_BOOT_SETTING,
	COMPONENT_MOK, /* [14] shim's variables: MokList, MokListX, ... */
	COMPONENT_APPLICATION, /* [4] all programs except the last: file, Authenticode digest */
	COMPONENT_KERNEL, /* [4] the last program; [9] the kernel's file as GRUB read it */
	COMPONENT_KERNEL_SECTION, /* [11] sections of a unified kernel image */
	/* [9] file, SHA-256 of its contents; [12, 13] additions to it */
	COMPONENT_INITRD,
	/* [9] the initrd that the kernel received, if it is not one file that GRUB measured */
	COMPONENT_LOADED_INITRD,
	COMPONENT_INITRD_LIST, /* [8] GRUB's command that names the initrds */
	/* [8] the arguments behind the kernel's path and their SHA-256, and every event whose text
	 * the log lacks; [9, 12] other records of the command line */
	COMPONENT_COMMAND_LINE,
	COMPONENT_BOOT_COMMANDS, /* [8] one for all other commands of GRUB, in their order */
	COMPONENT_BOOT_FILE, /* [9] other files that GRUB read: grub.cfg, grubenv, fonts */
	COMPONENT_PARTITION_TABLE, /* [5] */
	/* [6] the identifier itself, measured before the separator by the host's firmware */
	COMPONENT_VM_ID,
	COMPONENT_OTHER, /* PCRs 15 to 23, and events of PCR 5 other than the partition table */
	COMPONENT_KINDS,
};

struct component {
	enum component_kind kind;
	uint32_t pcr;
	bool is_bound; /* the digest is that of the name's contents */
	/* clean; "" if the log has no name; cut if it is longer: see components_text */
	char name[COMPONENT_NAME_SIZE];
	/* a shorter name for people, if there is one: the common name or the organization in a
	 * certificate, the numbers of a boot order, number and title of a boot option; "" for
	 * others */
	char label[COMPONENT_NAME_SIZE];
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	/* 0, or the number of components that this one replaces; then the digest is that of their
	 * digests in the log's order */
	uint32_t folded;
	/* [9] a command line: the one that GRUB's last measured text gives its kernel. Not kept in
	 * the file */
	bool is_from_grub;
	/* values that are compared besides the digest; zero for other kinds */
	union component_facts {
		bool is_on; /* of COMPONENT_SECURE_BOOT */
		struct sbat sbat; /* of COMPONENT_SBAT */
		enum event_mok mok; /* of COMPONENT_MOK and COMPONENT_SECURE_BOOT_SETTING */
		/* of COMPONENT_AUTHORITY: shim found it in its list of keys, MokListRT. Not kept in
		 * the file */
		bool is_in_mok_list;
		struct usrline line; /* of COMPONENT_COMMAND_LINE in PCR 8 */
	} facts;
};

struct components {
	/* mask of PCRs whose components are listed: two boots are compared only in these */
	uint32_t listed;
	/* mask of PCRs that hold more than the log led to, which hides some of their components.
	 * Set by the caller */
	uint32_t hidden;
	/* a boot option's program returned to the firmware, which may have started another one */
	bool has_returned;
	size_t count;
	struct component *items; /* owned */
	/* dbx's entries, sorted, COMPONENTS_REVOCATION_LEN bytes each; empty if there are more than
	 * COMPONENTS_MAX_REVOKED */
	struct buf revoked;
	/* the whole texts of names that were cut, as many as fit: for each the component's digest,
	 * the text, and 0 */
	struct buf texts;
};

struct components components_empty(void);
void components_done(struct components *components);
static inline void components_cleanup(struct components *components)
{
	components_done(components);
}

/* Reads a log that passed replay_compare and replay_check_data for the PCRs in `listed`; other
 * PCRs are left out. ERR_EVENT_LOG_MALFORMED if it has no SHA-256 bank, ERR_NO_MEMORY. */
int components_read(const struct eventlog *log, uint32_t listed, struct components *ret,
	struct err *err) err_check;

/* Adds a component unless it is listed, and folds it if there are too many of its kind. If one
 * digest has several names, the first one that is not "" is kept. ERR_NO_MEMORY. */
int components_add(struct components *components, const struct component *component,
	struct err *err) err_check;
/* The first of this kind; NULL if there is none. */
const struct component *components_find(
	const struct components *components, enum component_kind kind);
/* Is a component of this kind and digest listed? */
bool components_have(const struct components *components, const struct component *component);

/* Keeps the whole text of a component whose name is cut, or so long that it may be, if there is
 * room. ERR_NO_MEMORY. */
int components_keep_text(struct components *components, const struct component *component,
	struct bytes text, struct err *err) err_check;
/* The whole text, or the name if none was kept: then it points into the component. */
const char *components_text(const struct components *components, const struct component *component);

/* "kernel", "bootApplication": stable names for JSON. */
const char *component_kind_name(enum component_kind kind);
bool component_kind_of_name(const char *name, enum component_kind *ret);
/* A word for people, within a sentence: "kernel", "shim", "grub", "db". */
const char *component_title(const struct component *component);
/* The last part of its name: "vmlinuz-6.1.0-56". Points into the component. */
const char *component_file(const struct component *component);

#endif

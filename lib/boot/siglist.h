/* siglist.h - counts the entries of a variable of signature lists (PK, KEK, db, dbx) by owner. The
 * data is hostile.
 *
 * An entry's owner is a GUID that its writer chose; nothing proves it. The names are those of
 * owners in real firmware. Source: UEFI 2.10 section 32.4.1 (EFI_SIGNATURE_DATA.SignatureOwner);
 * GUIDs: Microsoft's secure boot key guidance, efivar's guids.txt, EDK II's EnrollDefaultKeys, the
 * keys of 40 real machines' logs. */
#ifndef BOOT_SIGLIST_H
#define BOOT_SIGLIST_H

#include "boot/uefivar.h"

#define SIGLIST_MAX_OWNERS 8

struct siglist_count {
	size_t certs; /* X.509 */
	size_t hashes; /* SHA-256 */
	size_t others;
};

struct siglist_owner {
	uint8_t guid[UEFI_GUID_SIZE];
	struct siglist_count count;
};

struct siglist {
	struct siglist_count all;
	size_t owner_count;
	/* in the order of their first entry; entries of further owners count in `all` only */
	struct siglist_owner owners[SIGLIST_MAX_OWNERS];
	bool is_malformed; /* sizes do not fit; entries after that place are not counted */
};

void siglist_read(struct bytes variable_data, struct siglist *ret);
/* "Microsoft"; NULL for an unknown owner. */
const char *siglist_owner_name(const uint8_t guid[UEFI_GUID_SIZE]);
/* Writes the owners for people: " (Microsoft, 01234567-...)"; "" if there are none. */
void siglist_owners_text(const struct siglist *list, char *ret, size_t size);

#endif

/* uefivar.h - reads measured UEFI variables and signature lists. The data is hostile; views point
 * into it.
 *
 * Source: PC Client PFP 1.06 section 10.2.6 (UEFI_VARIABLE_DATA), UEFI 2.10 section 32.4.1
 * (EFI_SIGNATURE_LIST), Linux Documentation/filesystems/efivarfs.rst (4 bytes of attributes in
 * front).
 */
#ifndef BOOT_UEFIVAR_H
#define BOOT_UEFIVAR_H

#include "base/cursor.h"

#define UEFI_GUID_SIZE    16
#define UEFIVAR_NAME_SIZE 128

/* GUIDs as stored: the first three fields are little endian. */
/* 8BE4DF61-93CA-11D2-AA0D-00E098032B8C */
extern const uint8_t uefi_global_variable_guid[UEFI_GUID_SIZE];
/* D719B2CB-3D3A-4596-A3BC-DAD00E67656F */
extern const uint8_t uefi_image_security_guid[UEFI_GUID_SIZE];
/* of shim's variables: 605DAB50-E046-4300-ABB6-3DD810DD8B23 */
extern const uint8_t uefi_shim_guid[UEFI_GUID_SIZE];
extern const uint8_t uefi_cert_x509_guid[UEFI_GUID_SIZE]; /* A5C059A1-94E4-4AA7-87B5-AB155C2BF072 */
/* C1C41626-504C-4092-ACA9-41F936934328 */
extern const uint8_t uefi_cert_sha256_guid[UEFI_GUID_SIZE];

/* The variables of Secure Boot's keys: lists of signatures. */
enum uefi_keys { UEFI_PK, UEFI_KEK, UEFI_DB, UEFI_DBX, UEFI_KEYS };
struct uefivar_id {
	const uint8_t *guid;
	const char *name;
};
extern const struct uefivar_id uefi_keys[UEFI_KEYS];

#define UEFI_GUID_TEXT_SIZE 37
/* Writes the GUID in upper case. */
void uefi_guid_text(const uint8_t guid[UEFI_GUID_SIZE], char ret[UEFI_GUID_TEXT_SIZE]);

struct uefivar {
	const uint8_t *guid; /* UEFI_GUID_SIZE bytes inside the event */
	char name[UEFIVAR_NAME_SIZE]; /* UTF-8, cleaned; longer names are cut */
	struct bytes data;
};

#define UEFI_TEXT_MAX 1024
/* Writes UTF-16 (little endian, no final 0 needed) as clean UTF-8; longer text is cut. */
void uefi_text(struct bytes utf16, char *ret, size_t size);

/* Reads the data of an event (EV_EFI_VARIABLE_*). False if the sizes do not fit in it. */
bool uefivar_parse(struct bytes event_data, struct uefivar *ret);
bool uefivar_is(const struct uefivar *var, const uint8_t guid[UEFI_GUID_SIZE], const char *name);
/* Whether it is a setting of shim, by its name (shim 15.8, README.tpm). Such a setting is measured
 * as authorities are, but authorises nothing. */
bool uefivar_is_shim_setting(const struct uefivar *var);

/* One entry of a signature list; `owner` and `data` point into the variable. */
struct uefi_signature {
	const uint8_t *type; /* UEFI_GUID_SIZE: the form of `data` */
	const uint8_t *owner; /* UEFI_GUID_SIZE */
	struct bytes data;
};

struct uefi_signature_walk {
	struct cursor lists;
	struct cursor entries; /* of the current list */
	const uint8_t *type;
	uint32_t entry_size;
	bool malformed; /* the walk ended at a size that does not fit */
};
struct uefi_signature_walk uefi_signature_walk(struct bytes variable_data);
/* False at the end, or if the variable is malformed. */
bool uefi_signature_next(struct uefi_signature_walk *walk, struct uefi_signature *ret);

#endif

/* uefivar.h - UEFI variables as measured and as efivarfs shows them, and signature lists: bytes ->
 * values.
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

/* As stored: the first three fields little endian. */
/* 8BE4DF61-93CA-11D2-AA0D-00E098032B8C */
extern const uint8_t uefi_global_variable_guid[UEFI_GUID_SIZE];
/* D719B2CB-3D3A-4596-A3BC-DAD00E67656F */
extern const uint8_t uefi_image_security_guid[UEFI_GUID_SIZE];
extern const uint8_t uefi_cert_x509_guid[UEFI_GUID_SIZE]; /* A5C059A1-94E4-4AA7-87B5-AB155C2BF072 */
/* C1C41626-504C-4092-ACA9-41F936934328 */
extern const uint8_t uefi_cert_sha256_guid[UEFI_GUID_SIZE];

#define UEFI_GUID_TEXT_SIZE 37
void uefi_guid_text(const uint8_t guid[UEFI_GUID_SIZE], char ret[UEFI_GUID_TEXT_SIZE]); /* upper
											   case */

struct uefivar {
	const uint8_t *guid; /* UEFI_GUID_SIZE bytes inside the event */
	char name[UEFIVAR_NAME_SIZE]; /* UTF-8, cleaned; longer names are cut */
	struct bytes data;
};

#define UEFI_TEXT_MAX 1024
/* UTF-16 (little endian, no final 0 needed) as clean UTF-8; longer text is cut. */
void uefi_text(struct bytes utf16, char *ret, size_t size);

/* An event's data (EV_EFI_VARIABLE_*). False if the sizes do not fit in the event. */
bool uefivar_parse(struct bytes event_data, struct uefivar *ret);
bool uefivar_is(const struct uefivar *var, const uint8_t guid[UEFI_GUID_SIZE], const char *name);
/* One of shim's settings, by its name (shim 15.8, README.tpm): measured as an authority is, it
 * vouches for nothing. */
bool uefivar_is_shim_setting(const struct uefivar *var);

/* EFI_LOAD_OPTION (UEFI 2.10 section 3.1.3): a variable Boot0001, Driver0001 ... */
struct uefi_load_option {
	bool is_active;
	struct bytes title; /* UTF-16 */
	struct bytes path; /* a device path */
};
/* False if the name or the sizes are not those of one. */
bool uefi_load_option_read(const struct uefivar *var, struct uefi_load_option *ret);
/* Numbers of load options: BootOrder, BootNext, ... */
bool uefivar_is_boot_order(const struct uefivar *var);
/* "0001 0000"; ends in "..." if not all fit; "" if it holds no such numbers. */
void uefi_boot_order_text(struct bytes data, char *ret, size_t size);

/* One entry of a signature list; `owner` and `data` point into the variable. */
struct uefi_signature {
	const uint8_t *type; /* UEFI_GUID_SIZE: what data is */
	const uint8_t *owner; /* UEFI_GUID_SIZE */
	struct bytes data;
};

struct uefi_signature_walk {
	struct cursor lists;
	struct cursor entries; /* of the current list */
	const uint8_t *type;
	uint32_t entry_size;
	bool malformed; /* set when a walk ended on a size that does not fit */
};
struct uefi_signature_walk uefi_signature_walk(struct bytes variable_data);
/* False at the end, or when malformed. */
bool uefi_signature_next(struct uefi_signature_walk *walk, struct uefi_signature *ret);

#endif

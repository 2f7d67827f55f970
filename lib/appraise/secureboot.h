/* secureboot.h - Secure Boot facts from the events of PCR 7: what was in force during the boot, not
 * what the OS shows now. Source: PC Client PFP 1.06 section 3.3.4.8; the order on real VMs is in
 * secureboot.c. */
#ifndef APPRAISE_SECUREBOOT_H
#define APPRAISE_SECUREBOOT_H

#include "appraise/renewal.h"
#include "boot/eventlog.h"
#include "boot/sbat.h"
#include "edge/crypto.h"

#define SECUREBOOT_MAX_CERTS  32
#define SECUREBOOT_VM_ID_SIZE 37

struct secureboot_cert {
	uint8_t sha256[CRYPTO_SHA256_SIZE]; /* of the DER */
	char subject[CRYPTO_NAME_SIZE]; /* "" if it does not parse */
};

struct secureboot_keys { /* one of PK, KEK, db, dbx */
	bool is_measured;
	/* the lists' sizes do not fit: the bytes behind the misfit are not read */
	bool is_malformed;
	bool is_cut; /* there were more certificates than we keep */
	size_t cert_count;
	struct secureboot_cert certs[SECUREBOOT_MAX_CERTS];
	size_t hash_count; /* SHA-256 entries */
	size_t other_count; /* entries of other types */
	uint8_t sha256[CRYPTO_SHA256_SIZE]; /* of the variable's data */
};

struct secureboot {
	bool is_enabled; /* SecureBoot measured as 01 */
	/* dbx keeps no certificates: they count as other_count */
	struct secureboot_keys keys[UEFI_KEYS];
	struct renewal_variables renewal; /* the same four, for renewal_of() */
	/* authorities (authority.h), and events that may be one: neither a setting nor a known
	 * variable */
	size_t authority_count;
	bool has_sbat; /* shim measured its revocation level */
	struct sbat sbat; /* if has_sbat */
	/* the firmware allowed a debugger: EV_EFI_ACTION "UEFI Debug Mode" */
	bool is_firmware_debug;
	bool is_shim_lenient; /* MokSBState: shim did not verify what it started */
	/* PCR 7 holds an event whose data is not what was measured, so it may hide anything; see
	 * secureboot.c */
	bool has_unbound_event;
	uint32_t unbound_event; /* the first one's number */
	/* from PCR 6's "UUID: ..." event, upper case; "" if absent */
	char vm_id[SECUREBOOT_VM_ID_SIZE];
};

/* The facts are proven only for a log that passed replay_compare and replay_check_data. A log
 * without SHA-256 digests is read too. ERR_SECURE_BOOT_LOG unless SecureBoot, PK, KEK, db and dbx
 * are measured exactly once each, before PCR 7's separator, with valid sizes; ERR_NO_MEMORY. */
int secureboot_read(const struct eventlog *log, struct secureboot *ret, struct err *err) err_check;

#endif

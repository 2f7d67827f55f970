/* renewal.h - Secure Boot's certificates of 2011 have ended: does this VM hold those of 2023?
 *
 * Firmware does not look at dates, so nothing stops by itself. What ends is supply: revocations for
 * dbx are signed for a KEK of 2023, and a new shim is signed by a UEFI CA of 2023, which firmware
 * starts only if db holds it. So both are to be renewed, and db before shim.
 *
 * Source: Microsoft's KB 5103014 (Linux on Azure) and 5085395. */
#ifndef APPRAISE_RENEWAL_H
#define APPRAISE_RENEWAL_H

#include "appraise/dbx_level.h"
#include "appraise/known_cert.h"
#include "base/err.h"
#include "boot/uefivar.h"

/* Zeroed: nothing was read. */
struct renewal_variables {
	bool is_read[UEFI_KEYS];
	struct known_certs certs[UEFI_KEYS];
	struct dbx_level dbx_level;
};

/* data: the variable's contents, which are hostile. */
void renewal_read(enum uefi_keys name, struct bytes data, struct renewal_variables *variables);
/* The firmware's variables as the system shows them now; those that cannot be read are left out. */
void renewal_look(int root_fd, struct renewal_variables *ret);

enum renewal_state {
	/* a variable was not read, or KEK and db have no entries (Secure Boot has no keys) */
	RENEWAL_UNKNOWN,
	RENEWAL_READY,
	RENEWAL_DB_MISSING, /* db has the UEFI CA of 2011 and not that of 2023, or dbx revokes it */
	RENEWAL_KEK_MISSING, /* KEK has Microsoft's of 2011 and not that of 2023 */
	RENEWAL_BOTH_MISSING,
	/* KEK has none of Microsoft's, or db none of the two UEFI CAs: the owner signs updates, or
	 * what is started */
	RENEWAL_OWN_KEYS,
	RENEWAL_STATES,
};

/* What kind of VM it is, as the cloud's metadata service says. */
enum renewal_vm { RENEWAL_VM_UNKNOWN, RENEWAL_VM_TRUSTED_LAUNCH, RENEWAL_VM_CONFIDENTIAL };

struct renewal {
	enum renewal_state state;
	/* proved by PCR 7; false: PCR 7 proves nothing of this boot, and the state is as the
	 * firmware's variables show it now */
	bool is_measured;
	/* something is to be done. With own keys this is so if db has the UEFI CA of 2011 alone */
	bool is_due;
	bool is_pending; /* it was done since the boot: the next boot measures it */
	bool lacks_kek_alone; /* db was in order at the boot, or was renewed since */
	enum renewal_vm vm; /* of renewal_of_appraisal only */
	bool is_azure; /* PK is that of Azure's firmware, so its KEK can be renewed from the guest
			*/
	bool is_windows_2011_revoked; /* by dbx */
	const struct renewal_variables *variables; /* the ones that the state is of */
};

/* measured: from PCR 7; now: the firmware's, all zero if they were not read. The result refers to
 * one of them. */
struct renewal renewal_of(
	const struct renewal_variables *measured, const struct renewal_variables *now);

const char *renewal_state_text(enum renewal_state state); /* "db missing" */
const char *renewal_state_name(enum renewal_state state); /* "dbMissing", for JSON; "" if unknown */
enum renewal_state renewal_state_of_name(const char *name);
/* What is missing, whole sentences; "" if nothing is due. */
#define RENEWAL_TEXT_SIZE 320
void renewal_text(const struct renewal *renewal, char ret[RENEWAL_TEXT_SIZE]);
/* What to do; "" if nothing is due. */
void renewal_remedy(const struct renewal *renewal, char ret[RENEWAL_TEXT_SIZE]);

/* What it means that something is due: the setting secureBoot2023. */
enum renewal_action {
	RENEWAL_WARN, /* a warning in the status */
	RENEWAL_IGNORE,
	RENEWAL_UNHEALTHY, /* so is the VM, unless PCR 7 proves that nothing is due */
};

extern const char *const renewal_action_names[]; /* "warn"; NULL behind the last */
/* ERR_CERTIFICATES_2011 if the setting makes the VM Unhealthy. */
int renewal_check(
	const struct renewal *renewal, enum renewal_action action, struct err *err) err_check;

#endif

/* Order on real VMs: PCR 7 gets SecureBoot, PK, KEK, db, dbx (EV_EFI_VARIABLE_DRIVER_CONFIG), the
 * separator, then one authority event for each key that authorised a program. shim adds authority
 * events of its own: MokListRT or Shim for its keys, SbatLevel and MokListTrusted for its settings,
 * the last two even with Secure Boot off. With Secure Boot off, PK, KEK, db and dbx may have no
 * data.
 *
 * An event's type and PCR are not measured, only its digest. Root can extend PCR 7 after the boot
 * and present a log in which the true first events are renamed and forged ones follow. Root cannot
 * move the digest of the firmware's separator, which lies between the firmware's events and
 * everything later. So the separator is recognised by its digest, and all other events by data that
 * matches their digest, whatever type the log gives them. */
#include "appraise/secureboot.h"

#include <string.h>
#include "appraise/authority.h"
#include "appraise/measured.h"
#include "boot/uefivar.h"

#define CONFIG_PCR      6
#define SECURE_BOOT_PCR 7

/* The variables that must be measured: the state, then Secure Boot's keys. */
#define VARIABLES (1 + UEFI_KEYS)

static const struct uefivar_id *variable_of(size_t which)
{
	static const struct uefivar_id state = {uefi_global_variable_guid, "SecureBoot"};

	return which ? &uefi_keys[which - 1] : &state;
}

struct reading {
	struct secureboot *facts;
	bool is_seen[VARIABLES];
	bool is_past_separator; /* of PCR 7 */
	bool is_config_closed; /* by the separator of PCR 6 */
};

/* Dates are not checked: firmware keeps using keys long after their certificates expire. */
static int read_cert(struct bytes der, struct secureboot_cert *ret, struct err *err)
{
	struct crypto_cert_info info = {0};
	bool is_one;

	if (crypto_cert_read(der, &info, &is_one, err) < 0)
		return -1;
	crypto_sha256(der, ret->sha256);
	memcpy(ret->subject, info.subject, sizeof(ret->subject));
	return 0;
}

static int count_signature(const struct uefi_signature *signature, bool keep_certs,
	struct secureboot_keys *keys, struct err *err)
{
	if (memcmp(signature->type, uefi_cert_sha256_guid, UEFI_GUID_SIZE) == 0)
		keys->hash_count++;
	else if (!keep_certs || memcmp(signature->type, uefi_cert_x509_guid, UEFI_GUID_SIZE) != 0)
		keys->other_count++;
	else if (keys->cert_count < SECUREBOOT_MAX_CERTS)
		return read_cert(signature->data, &keys->certs[keys->cert_count++], err);
	else
		keys->is_cut = true;
	return 0;
}

static int read_keys(struct bytes data, bool keep_certs, struct secureboot_keys *keys, struct err *err)
{
	struct uefi_signature_walk walk = uefi_signature_walk(data);
	struct uefi_signature signature;

	keys->is_measured = true;
	crypto_sha256(data, keys->sha256);
	while (uefi_signature_next(&walk, &signature))
		if (count_signature(&signature, keep_certs, keys, err) < 0)
			return -1;
	keys->is_malformed = walk.malformed;
	return 0;
}

/* 01 or 00. No data if the variable does not exist, which means off (seen on machines without any
 * enrolled key). */
static int read_state(struct bytes data, bool *ret, struct err *err)
{
	if (data.len > 1 || (data.len == 1 && data.data[0] > 1))
		return err_set(err, ERR_SECURE_BOOT_LOG, 0,
			"The variable SecureBoot was measured with a value that is neither 0 nor 1.");
	*ret = data.len == 1 && data.data[0] == 1;
	return 0;
}

static int read_config(struct reading *reading, const struct event *event, size_t which,
	struct bytes value, struct err *err)
{
	struct secureboot *facts = reading->facts;
	enum uefi_keys key;

	if (reading->is_past_separator)
		return err_set(err, ERR_SECURE_BOOT_LOG, 0,
			"The variable %s was measured (event %u) behind the separator, where the firmware does not.",
			variable_of(which)->name, event->number);
	if (reading->is_seen[which])
		return err_set(err, ERR_SECURE_BOOT_LOG, 0,
			"The variable %s was measured twice (event %u).", variable_of(which)->name,
			event->number);
	reading->is_seen[which] = true;
	if (which == 0)
		return read_state(value, &facts->is_enabled, err);
	key = (enum uefi_keys)(which - 1);
	renewal_read(key, value, &facts->renewal);
	return read_keys(value, /* keep_certs= */ key != UEFI_DBX, &facts->keys[key], err);
}

/* shim may measure SbatLevel as a single line break. Only the first one is shim's. */
static void read_setting(struct reading *reading, const struct uefivar *var)
{
	if (strcmp(var->name, "SbatLevel") != 0 || reading->facts->has_sbat)
		return;
	reading->facts->has_sbat = true;
	sbat_read(var->data, &reading->facts->sbat);
}

/* Types in the log are ignored: whatever holds an authority counts as one. An unknown variable
 * counts too, so that no reader concludes that nothing was authorised. Before the separator,
 * firmware measures variables of many names, so there it does not count. */
static int read_variable(struct reading *reading, const struct event *event,
	const struct uefivar *var, struct err *err)
{
	struct authority ignored;
	bool is_authority;
	size_t which = 0;

	while (which < VARIABLES &&
		!uefivar_is(var, variable_of(which)->guid, variable_of(which)->name))
		which++;
	if (authority_of_event(event, &ignored, &is_authority, err) < 0)
		return -1;
	if (!is_authority && which < VARIABLES && event->what != EVENT_AUTHORITY)
		return read_config(reading, event, which, var->data, err);
	if (uefivar_is_shim_setting(var))
		read_setting(reading, var);
	else if (is_authority || reading->is_past_separator || event->what == EVENT_AUTHORITY)
		reading->facts->authority_count++;
	return 0;
}

/* The data matches the digest; for variables replay_check_data already checked that, with its
 * exceptions. An event with any other data may hide that a check was off. */
static bool is_bound(const struct event *event)
{
	return event->what == EVENT_VARIABLE || event->what == EVENT_AUTHORITY ||
	       measured_is(event, event->data);
}

/* PFP 1.06 section 3.3.4.8 */
static bool is_firmware_debug(const struct event *event)
{
	static const char text[] = "UEFI Debug Mode";

	return event->data.len >= sizeof(text) - 1 &&
	       memcmp(event->data.data, text, sizeof(text) - 1) == 0;
}

/* shim measures MokSBState if its validation was switched off (mokutil --disable-validation). */
static bool is_shim_lenient(const struct event *event)
{
	return event->has_variable && strcmp(event->variable.name, "MokSBState") == 0 &&
	       !bytes_are_all(event->variable.data, 0);
}

static void read_weakness(const struct event *event, struct secureboot *facts)
{
	if (!is_bound(event)) {
		if (!facts->has_unbound_event)
			facts->unbound_event = event->number;
		facts->has_unbound_event = true;
		return; /* its data proves nothing */
	}
	facts->is_firmware_debug = facts->is_firmware_debug || is_firmware_debug(event);
	facts->is_shim_lenient = facts->is_shim_lenient || is_shim_lenient(event);
}

static int read_secure_boot_event(struct reading *reading, const struct event *event, struct err *err)
{
	if (measured_is_separator(event)) { /* recognised by its digest alone */
		reading->is_past_separator = true;
		return 0;
	}
	read_weakness(event, reading->facts);
	if (is_bound(event) && event->has_variable)
		return read_variable(reading, event, &event->variable, err);
	if (event->what == EVENT_VARIABLE)
		return err_set(err, ERR_SECURE_BOOT_LOG, 0,
			"Event %u of the event log is no UEFI variable, though its type says so.",
			event->number);
	if (event->what == EVENT_AUTHORITY)
		reading->facts->authority_count++;
	return 0;
}

/* Reads "UUID: " and a GUID; false for any other text. */
static bool read_vm_id(struct bytes data, char ret[SECUREBOOT_VM_ID_SIZE])
{
	static const char form[] = "UUID: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const size_t prefix = sizeof("UUID: ") - 1;

	if (data.len != sizeof(form) - 1 || memcmp(data.data, form, prefix) != 0)
		return false;
	for (size_t i = prefix; i < data.len; i++) {
		char c = (char)data.data[i];

		if (form[i] == 'x' ? !c || !strchr("0123456789ABCDEFabcdef", c) : c != form[i])
			return false;
	}
	for (size_t i = prefix; i < data.len; i++)
		ret[i - prefix] =
			(char)(data.data[i] >= 'a' ? data.data[i] - 'a' + 'A' : data.data[i]);
	ret[data.len - prefix] = '\0';
	return true;
}

/* Azure's firmware measures the VM's identifier before the separator; later anybody could. */
static void read_config_event(struct reading *reading, const struct event *event)
{
	if (measured_is_separator(event))
		reading->is_config_closed = true;
	else if (!reading->is_config_closed && !*reading->facts->vm_id &&
		 measured_is(event, event->data))
		(void)read_vm_id(event->data, reading->facts->vm_id);
}

static int check_complete(const struct reading *reading, struct err *err)
{
	for (size_t i = 0; i < VARIABLES; i++)
		if (!reading->is_seen[i])
			return err_set(err, ERR_SECURE_BOOT_LOG, 0,
				"The event log does not measure the variable %s.",
				variable_of(i)->name);
	if (!reading->is_past_separator)
		return err_set(
			err, ERR_SECURE_BOOT_LOG, 0, "The event log has no separator in PCR 7.");
	return 0;
}

int secureboot_read(const struct eventlog *log, struct secureboot *ret, struct err *err)
{
	auto_cleanup(free) struct secureboot *facts = calloc(1, sizeof(*facts)); /* 38 KiB */
	struct reading reading = {.facts = facts};
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;

	if (!facts)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the facts of Secure Boot.");
	while (event_next(log, &walk, &event)) {
		if (event.pcr == CONFIG_PCR)
			read_config_event(&reading, &event);
		if (event.pcr == SECURE_BOOT_PCR && read_secure_boot_event(&reading, &event, err) < 0)
			return -1;
	}
	if (check_complete(&reading, err) < 0)
		return -1;
	*ret = *facts;
	return 0;
}

#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "boot/devicepath.h"
#include "boot/event_text_parts.h"
#include "boot/loadoption.h"
#include "boot/siglist.h"
#include "boot/uefivar.h"

#define SHOWN_BYTES 16 /* of a value of unknown form */

static bool is_name(const struct uefivar *var, const char *name)
{
	return strcmp(var->name, name) == 0;
}

static bool describe_order(const struct uefivar *var, struct event_text *ret)
{
	char numbers[sizeof(ret->text) - UEFIVAR_NAME_SIZE];

	if (!loadoption_is_order(var) || !loadoption_order_text(var->data, numbers, sizeof(numbers)))
		return false;
	(void)text_format(ret->text, sizeof(ret->text), "%s %s", var->name, numbers);
	return true;
}

static bool describe_load_option(const struct uefivar *var, struct event_text *ret)
{
	struct loadoption option;
	struct devicepath path;
	char title[UEFIVAR_NAME_SIZE];

	if (!loadoption_read(var, &option))
		return false;
	uefi_text(option.title, title, sizeof(title));
	if (!devicepath_read(option.path, &path))
		path = (struct devicepath){0};
	(void)text_format(ret->text, sizeof(ret->text), "%s \"%s\"%s%s%s%s%s", var->name, title,
		option.is_active ? "" : " (not active)", *path.device ? " " : "", path.device,
		*path.file ? (*path.device ? "/" : " ") : "", path.file);
	return true;
}

/* EFI_SIGNATURE_LISTs: counts and owners. appraise/eventstory adds the certificates' subjects. */
static bool describe_key_lists(const struct uefivar *var, struct event_text *ret)
{
	static const char *const names[] = {"PK", "KEK", "db", "dbx", "dbt", "dbr"};
	struct siglist list;
	char rest[40] = "", owners[160];
	size_t i = 0;

	while (i < sizeof(names) / sizeof(names[0]) && !is_name(var, names[i]))
		i++;
	if (i == sizeof(names) / sizeof(names[0]) || var->data.len == 0)
		return false;
	siglist_read(var->data, &list);
	if (list.is_malformed)
		return false;
	if (list.all.others)
		(void)text_format(rest, sizeof(rest), ", %zu other%s", list.all.others,
			list.all.others == 1 ? "" : "s");
	siglist_owners_text(&list, owners, sizeof(owners));
	(void)text_format(ret->text, sizeof(ret->text), "%s: %zu certificate%s, %zu hash%s%s%s",
		var->name, list.all.certs, list.all.certs == 1 ? "" : "s", list.all.hashes,
		list.all.hashes == 1 ? "" : "es", rest, owners);
	return true;
}

/* SbatLevel: lines of component, generation and, in the first, a date. The last line break and the
 * zero that may follow it are not shown. */
static bool describe_sbat_level(const struct uefivar *var, struct event_text *ret)
{
	struct bytes text = var->data;
	char clean[256];

	if (!is_name(var, "SbatLevel"))
		return false;
	while (text.len && (text.data[text.len - 1] == 0 || text.data[text.len - 1] == '\n'))
		text.len--;
	text_clean(clean, sizeof(clean), text);
	(void)text_format(ret->text, sizeof(ret->text), "SbatLevel: %s", *clean ? clean : "(empty)");
	return true;
}

/* A switch of one byte, with the meaning of its value. */
static bool describe_switch(const struct uefivar *var, struct event_text *ret)
{
	static const struct {
		const char *name, *on, *off;
	} switches[] = {
		{"SecureBoot", "on", "off"},
		{"SetupMode", "keys may be changed by anybody", "off"},
		{"AuditMode", "on", "off"},
		{"DeployedMode", "on", "off"},
		{"MokSBState", "shim verifies nothing", "shim verifies"},
		{"MokListTrusted", "owner's keys count", "owner's keys do not count"},
	};

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (!is_name(var, switches[i].name) || var->data.len != 1 || var->data.data[0] > 1)
			continue;
		(void)text_format(ret->text, sizeof(ret->text), "%s = %02x (%s)", var->name,
			var->data.data[0], var->data.data[0] ? switches[i].on : switches[i].off);
		return true;
	}
	return false;
}

static void describe_value(const struct uefivar *var, struct event_text *ret)
{
	char hex[2 * SHOWN_BYTES + 1];

	if (var->data.len == 0)
		(void)text_format(ret->text, sizeof(ret->text), "%s, empty", var->name);
	else if (var->data.len > SHOWN_BYTES)
		(void)text_format(
			ret->text, sizeof(ret->text), "%s, %zu bytes", var->name, var->data.len);
	else {
		hex_encode(var->data, hex);
		(void)text_format(ret->text, sizeof(ret->text), "%s = %s", var->name, hex);
	}
}

/* An authority's data is one EFI_SIGNATURE_DATA: an owner and the certificate, or the hash, that
 * allowed a program to start. Only a hash is described here. */
static bool describe_authority_hash(
	const struct event *event, const struct uefivar *var, struct event_text *ret)
{
	enum { HASH_SIZE = 32 };
	char hex[2 * HASH_SIZE + 1];

	if (event->what != EVENT_AUTHORITY || var->data.len != UEFI_GUID_SIZE + HASH_SIZE)
		return false;
	hex_encode((struct bytes){var->data.data + UEFI_GUID_SIZE, HASH_SIZE}, hex);
	(void)text_format(ret->text, sizeof(ret->text), "%s: hash %s", var->name, hex);
	return true;
}

void event_text_variable(const struct event *event, struct event_text *ret)
{
	const struct uefivar *var = &event->variable;

	if (describe_order(var, ret) || describe_load_option(var, ret) ||
		describe_sbat_level(var, ret) || describe_switch(var, ret) ||
		describe_authority_hash(event, var, ret))
		return;
	if (event->what != EVENT_VARIABLE || !describe_key_lists(var, ret))
		describe_value(var, ret);
}

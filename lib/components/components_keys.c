#include "components/components_keys.h"

#include <string.h>
#include "appraise/authority.h"
#include "appraise/measured.h"
#include "base/codec.h"
#include "base/text.h"
#include "boot/event_text.h"
#include "boot/uefivar.h"
#include "components/components_event.h"

#define SHOWN_BYTES 8 /* of a hash */

static void name_of_hash(struct bytes hash, char ret[COMPONENT_NAME_SIZE])
{
	char hex[2 * SHOWN_BYTES + 1];

	hex_encode((struct bytes){hash.data, hash.len > SHOWN_BYTES ? SHOWN_BYTES : hash.len}, hex);
	(void)text_format(ret, COMPONENT_NAME_SIZE, "hash %s...", hex);
}

/* The subject, or what else names a certificate. */
static void name_of_cert(const char *subject, const char *common_name, const char *organization,
	struct component *component)
{
	char label[CRYPTO_NAME_SIZE];

	authority_label(common_name, subject, label);
	(void)text_format(component->name, sizeof(component->name), "%s",
		label[0] ? label : "(no certificate)");
	(void)text_format(component->label, sizeof(component->label), "%s",
		common_name[0] ? common_name : organization);
}

static void hash_entry(const struct uefi_signature *entry, uint8_t ret[CRYPTO_SHA256_SIZE])
{
	const struct bytes parts[] = {{entry->type, UEFI_GUID_SIZE}, entry->data};

	crypto_digest(CRYPTO_SHA256, parts, 2, ret);
}

/* Ignores the entry's owner, which does not affect what may start. */
static int add_entry(struct components *components, enum component_kind kind,
	const struct uefi_signature *entry, struct err *err)
{
	struct component found = {.kind = kind, .pcr = 7, .is_bound = true};
	struct crypto_cert_info info = {0};
	bool is_one;

	if (memcmp(entry->type, uefi_cert_x509_guid, UEFI_GUID_SIZE) == 0) {
		if (crypto_cert_read(entry->data, &info, &is_one, err) < 0)
			return -1;
		crypto_sha256(entry->data, found.sha256);
		name_of_cert(info.subject, info.common_name, info.organization, &found);
	} else if (memcmp(entry->type, uefi_cert_sha256_guid, UEFI_GUID_SIZE) == 0 &&
		   entry->data.len == sizeof(found.sha256)) {
		memcpy(found.sha256, entry->data.data, sizeof(found.sha256));
		name_of_hash(entry->data, found.name);
	} else {
		hash_entry(entry, found.sha256);
		(void)text_format(
			found.name, sizeof(found.name), "entry of %zu bytes", entry->data.len);
	}
	return components_add(components, &found, err);
}

/* Lists whose sizes do not fit count as plain bytes. */
static int add_bytes(struct components *components, enum component_kind kind,
	const struct uefivar *var, struct err *err)
{
	struct component found = {.kind = kind, .pcr = 7, .is_bound = true};

	crypto_sha256(var->data, found.sha256);
	(void)text_format(found.name, sizeof(found.name), "%zu bytes", var->data.len);
	return components_add(components, &found, err);
}

static bool is_well_formed(const struct uefivar *var, size_t *ret_count)
{
	struct uefi_signature_walk walk = uefi_signature_walk(var->data);
	struct uefi_signature entry;

	for (*ret_count = 0; uefi_signature_next(&walk, &entry);)
		(*ret_count)++;
	return !walk.malformed;
}

static int add_keys(struct components *components, enum component_kind kind,
	const struct uefivar *var, struct err *err)
{
	struct uefi_signature_walk walk = uefi_signature_walk(var->data);
	struct uefi_signature entry;
	size_t count;

	if (!is_well_formed(var, &count))
		return add_bytes(components, kind, var, err);
	while (uefi_signature_next(&walk, &entry))
		if (add_entry(components, kind, &entry, err) < 0)
			return -1;
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	return memcmp(a, b, COMPONENTS_REVOCATION_LEN);
}

/* Sorts the entries and removes duplicates. */
static void put_in_order(struct buf *entries)
{
	const size_t size = COMPONENTS_REVOCATION_LEN;
	size_t kept = 0;

	if (entries->len == 0)
		return;
	qsort(entries->data, entries->len / size, size, compare_entries);
	for (size_t at = 0; at < entries->len; at += size)
		if (kept == 0 || memcmp(entries->data + at, entries->data + kept - size, size) != 0) {
			memmove(entries->data + kept, entries->data + at, size);
			kept += size;
		}
	entries->len = kept;
}

static int add_revocations(struct components *components, const struct uefivar *var, struct err *err)
{
	struct uefi_signature_walk walk = uefi_signature_walk(var->data);
	struct component found = {.kind = COMPONENT_DBX, .pcr = 7, .is_bound = true};
	auto_cleanup(buf) struct buf entries =
		buf_with_max(COMPONENTS_MAX_REVOKED * COMPONENTS_REVOCATION_LEN);
	struct uefi_signature entry;
	uint8_t hash[CRYPTO_SHA256_SIZE];
	size_t count;

	if (!is_well_formed(var, &count) || count > COMPONENTS_MAX_REVOKED)
		return add_bytes(components, COMPONENT_DBX, var, err);
	while (uefi_signature_next(&walk, &entry)) {
		hash_entry(&entry, hash);
		if (buf_append(&entries, hash, COMPONENTS_REVOCATION_LEN, err) < 0)
			return -1;
	}
	put_in_order(&entries);
	crypto_sha256(buf_bytes(&entries), found.sha256);
	count = entries.len / COMPONENTS_REVOCATION_LEN;
	(void)text_format(
		found.name, sizeof(found.name), "%zu entr%s", count, count == 1 ? "y" : "ies");
	if (components_add(components, &found, err) < 0)
		return -1;
	buf_done(&components->revoked);
	components->revoked = entries;
	entries = buf_with_max(0);
	return 0;
}

/* Identified by its certificate, so that two programs that one certificate authorised have one
 * authority. */
static int add_authority(struct components *components, const struct event *event,
	const struct authority *authority, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_AUTHORITY);

	found.is_bound = true;
	if (authority->has_cert) {
		name_of_cert(authority->subject, authority->common_name, authority->organization,
			&found);
		memcpy(found.sha256, authority->sha256, sizeof(found.sha256));
	} else {
		name_of_hash(
			(struct bytes){authority->sha256, sizeof(authority->sha256)}, found.name);
	}
	found.facts.is_in_mok_list = uefivar_is(&event->variable, uefi_shim_guid, "MokListRT") &&
				     measured_is(event, event->data);
	return components_add(components, &found, err);
}

/* Joins the lines (component, generation and, in the first, a date) into one. */
static int add_level(struct components *components, const struct event *event,
	const struct uefivar *var, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_SBAT);
	struct bytes text = var->data;

	found.is_bound = true;
	while (text.len && (!text.data[text.len - 1] || text.data[text.len - 1] == '\n'))
		text.len--;
	text_clean(found.name, sizeof(found.name), text);
	sbat_read(var->data, &found.facts.sbat);
	return components_add(components, &found, err);
}

static int add_setting(struct components *components, const struct event *event, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_SECURE_BOOT_SETTING);
	struct event_text words;

	found.is_bound = true;
	event_text(event, &words);
	components_set_name(&found, bytes_of_text(words.text));
	if (event->has_variable && measured_is(event, event->data))
		found.facts.mok =
			event_mok_of(&(struct logtext){bytes_of_text(event->variable.name), 1});
	return components_add(components, &found, err);
}

static int add_variable(struct components *components, const struct event *event,
	const struct uefivar *var, struct err *err)
{
	static const enum component_kind kinds[UEFI_KEYS] = {
		[UEFI_PK] = COMPONENT_PK,
		[UEFI_KEK] = COMPONENT_KEK,
		[UEFI_DB] = COMPONENT_DB,
		[UEFI_DBX] = COMPONENT_DBX,
	};
	struct component state = components_of_event(event, COMPONENT_SECURE_BOOT);

	for (size_t i = 0; i < UEFI_KEYS; i++)
		if (uefivar_is(var, uefi_keys[i].guid, uefi_keys[i].name))
			return i == UEFI_DBX ? add_revocations(components, var, err)
					     : add_keys(components, kinds[i], var, err);
	if (uefivar_is(var, uefi_global_variable_guid, "SecureBoot")) {
		state.is_bound = true;
		state.facts.is_on = var->data.len == 1 && var->data.data[0] == 1;
		(void)text_format(
			state.name, sizeof(state.name), "%s", state.facts.is_on ? "on" : "off");
		return components_add(components, &state, err);
	}
	/* the variable does not exist: some firmware measures dbt and dbr anyway */
	if (var->data.len == 0 && measured_is(event, event->data))
		return 0;
	return add_setting(components, event, err);
}

/* An event is classified by its data, which is what was measured (secureboot.h), and not by its
 * type. */
int components_add_secure_boot(
	struct components *components, const struct event *event, struct err *err)
{
	const struct uefivar *var = &event->variable;
	struct component stranger = components_of_event(event, COMPONENT_AUTHORITY);
	struct authority authority;
	bool is_authority;

	if (!event->has_variable)
		return add_setting(components, event, err);
	if (strcmp(var->name, "SbatLevel") == 0)
		return add_level(components, event, var, err);
	if (uefivar_is_shim_setting(var))
		return add_setting(components, event, err);
	if (authority_of_event(event, &authority, &is_authority, err) < 0)
		return -1;
	if (is_authority)
		return add_authority(components, event, &authority, err);
	if (event->what != EVENT_AUTHORITY)
		return add_variable(components, event, var, err);
	stranger.is_bound = true;
	name_of_hash(var->data.len > UEFI_GUID_SIZE ? bytes_behind(var->data, UEFI_GUID_SIZE)
						    : var->data,
		stranger.name);
	return components_add(components, &stranger, err);
}

#include "appraise/authority.h"

#include <string.h>
#include "base/text.h"
#include "boot/eventtext.h"

#define SECURE_BOOT_PCR 7

bool authority_is_setting(const struct uefivar *var)
{
	static const char *const names[] = {"SbatLevel", "MokListTrusted", "MokSBState", "MokDBState"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(var->name, names[i]) == 0)
			return true;
	return false;
}

static bool read_cert(struct bytes der, struct authority *ret)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct crypto_cert_info info;
	struct err ignored;

	if (crypto_cert_parse(der, &cert, &ignored) < 0)
		return false;
	crypto_cert_info(cert, &info);
	ret->has_cert = true;
	memcpy(ret->sha256, info.sha256, sizeof(ret->sha256));
	memcpy(ret->subject, info.subject, sizeof(ret->subject));
	return true;
}

/* Firmware measures EFI_SIGNATURE_DATA: the owner's GUID, then a certificate or a hash. shim leaves the owner out. */
bool authority_of_variable(const struct uefivar *var, struct authority *ret)
{
	struct cursor cursor = cursor_of(var->data);
	struct bytes behind_owner;

	*ret = (struct authority){0};
	(void)cursor_bytes(&cursor, UEFI_GUID_SIZE);
	if (cursor.failed)
		return false;
	behind_owner = cursor_rest(&cursor);
	(void)text_format(ret->variable, sizeof(ret->variable), "%s", var->name);
	if (read_cert(behind_owner, ret) || read_cert(var->data, ret))
		return true;
	if (behind_owner.len == sizeof(ret->sha256))
		memcpy(ret->sha256, behind_owner.data, sizeof(ret->sha256));
	return behind_owner.len == sizeof(ret->sha256);
}

void authority_short_name(const char *subject, char ret[CRYPTO_NAME_SIZE])
{
	const char *name = strncmp(subject, "CN=", 3) == 0 ? subject : NULL;

	for (const char *at = strstr(subject, ", CN="); at; at = strstr(at + 1, ", CN="))
		name = at + 2;
	(void)text_format(ret, CRYPTO_NAME_SIZE, "%s", name ? name : subject);
	if (name && strstr(ret, ", "))
		*strstr(ret, ", ") = '\0';
}

void authority_read(const struct eventlog *log, struct authorities *ret)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct eventlog_event event;
	struct authority *last = NULL; /* that no program was found for yet */
	struct uefivar var;

	*ret = (struct authorities){0};
	while (eventlog_next(log, &walk, &event)) {
		if (last && eventtext_is_image(&event)) {
			(void)eventtext_image_file(&event, last->program, sizeof(last->program));
			last = NULL;
		}
		if (event.type != EV_EFI_VARIABLE_AUTHORITY || event.pcr != SECURE_BOOT_PCR ||
			!uefivar_parse(event.data, &var) || authority_is_setting(&var))
			continue;
		last = NULL;
		if (ret->count == AUTHORITY_MAX) {
			ret->is_cut = true;
			continue;
		}
		if (!authority_of_variable(&var, &ret->items[ret->count]))
			continue;
		last = &ret->items[ret->count++];
		last->event = event.number;
	}
}

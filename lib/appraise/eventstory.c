#include "appraise/eventstory.h"

#include <string.h>
#include "base/text.h"
#include "boot/eventtext.h"
#include "boot/uefivar.h"

static bool read_subject(struct bytes der, char ret[CRYPTO_NAME_SIZE])
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct crypto_cert_info info;
	struct err ignored;

	if (crypto_cert_parse(der, &cert, &ignored) < 0)
		return false;
	crypto_cert_info(cert, &info);
	memcpy(ret, info.subject, CRYPTO_NAME_SIZE);
	return true;
}

static void read_key_list(const struct uefivar *var, struct eventstory *story)
{
	struct uefi_signature_walk walk = uefi_signature_walk(var->data);
	struct uefi_signature signature;

	while (story->cert_count < EVENTSTORY_MAX_CERTS && uefi_signature_next(&walk, &signature))
		if (memcmp(signature.type, uefi_cert_x509_guid, UEFI_GUID_SIZE) == 0)
			(void)read_subject(signature.data, story->subjects[story->cert_count++]);
}

/* Firmware measures EFI_SIGNATURE_DATA: the owner's GUID, the certificate. shim leaves the owner out. */
static void read_authority(const struct uefivar *var, struct eventstory *story)
{
	struct cursor behind_owner = cursor_of(var->data);

	(void)cursor_bytes(&behind_owner, UEFI_GUID_SIZE);
	if (behind_owner.failed)
		return;
	if (read_subject(cursor_rest(&behind_owner), story->subjects[0]) ||
		read_subject(var->data, story->subjects[0]))
		story->cert_count = 1;
}

/* The last part of the subject that is a common name; all of it if there is none. */
static void short_name(const char *subject, char ret[CRYPTO_NAME_SIZE])
{
	const char *name = strncmp(subject, "CN=", 3) == 0 ? subject : NULL;

	for (const char *at = strstr(subject, ", CN="); at; at = strstr(at + 1, ", CN="))
		name = at + 2;
	(void)text_format(ret, CRYPTO_NAME_SIZE, "%s", name ? name : subject);
	if (name && strstr(ret, ", "))
		*strstr(ret, ", ") = '\0';
}

bool eventstory_subject(struct bytes der, char ret[CRYPTO_NAME_SIZE])
{
	char subject[CRYPTO_NAME_SIZE];

	if (!read_subject(der, subject))
		return false;
	short_name(subject, ret);
	return true;
}

static bool is_shim_setting(const struct eventlog_event *event)
{
	static const char *const names[] = {"SbatLevel", "MokListTrusted", "MokSBState", "MokDBState"};
	struct uefivar var;

	if (!uefivar_parse(event->data, &var))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(var.name, names[i]) == 0)
			return true;
	return false;
}

/* An authority is measured when it is first used, just in front of the program that it let run; a program behind another
 * authority is that one's. Thus a log is scanned once at most, whatever it holds. */
static bool find_program(const struct eventlog *log, struct eventlog_walk walk, char *ret, size_t size)
{
	struct eventlog_event event;

	while (eventlog_next(log, &walk, &event)) {
		if (eventtext_is_image(&event))
			return eventtext_image_file(&event, ret, size);
		if (event.type == EV_EFI_VARIABLE_AUTHORITY && !is_shim_setting(&event))
			return false;
	}
	return false;
}

static void tell_keys(struct eventstory *story)
{
	char name[CRYPTO_NAME_SIZE];

	for (size_t i = 0; i < story->cert_count; i++) {
		size_t len = strlen(story->text);

		short_name(story->subjects[i], name);
		(void)text_format(story->text + len, sizeof(story->text) - len, "%s%s", i ? "; " : ": ",
			*name ? name : "(no certificate)");
	}
}

void eventstory_tell(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct eventlog_event *event, struct eventstory *ret)
{
	struct uefivar var;
	char text[EVENTTEXT_SIZE], name[CRYPTO_NAME_SIZE], program[256] = "";

	*ret = (struct eventstory){0};
	eventtext(event, text);
	(void)text_format(ret->text, sizeof(ret->text), "%s", text);
	if ((event->type != EV_EFI_VARIABLE_DRIVER_CONFIG && event->type != EV_EFI_VARIABLE_AUTHORITY) ||
		!uefivar_parse(event->data, &var))
		return;
	if (event->type == EV_EFI_VARIABLE_DRIVER_CONFIG) {
		read_key_list(&var, ret);
		tell_keys(ret);
		return;
	}
	read_authority(&var, ret);
	if (ret->cert_count == 0)
		return;
	short_name(ret->subjects[0], name);
	if (find_program(log, *behind, program, sizeof(program)))
		(void)text_format(
			ret->text, sizeof(ret->text), "%s (%s) vouched for %s", name, var.name, program);
	else
		(void)text_format(ret->text, sizeof(ret->text), "%s (%s)", name, var.name);
}

#include "appraise/eventstory.h"

#include <string.h>
#include "appraise/authority.h"
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

bool eventstory_subject(struct bytes der, char ret[CRYPTO_NAME_SIZE])
{
	char subject[CRYPTO_NAME_SIZE];

	if (!read_subject(der, subject))
		return false;
	authority_short_name(subject, ret);
	return true;
}

/* A program behind another authority is that one's: thus a log is scanned once at most, whatever it holds. */
static bool find_program(const struct eventlog *log, struct eventlog_walk walk, char *ret, size_t size)
{
	struct eventlog_event event;
	struct uefivar var;

	while (eventlog_next(log, &walk, &event)) {
		if (eventtext_is_image(&event))
			return eventtext_image_file(&event, ret, size);
		if (event.type == EV_EFI_VARIABLE_AUTHORITY && uefivar_parse(event.data, &var) &&
			!authority_is_setting(&var))
			return false;
	}
	return false;
}

static void tell_keys(struct eventstory *story)
{
	char name[CRYPTO_NAME_SIZE];

	for (size_t i = 0; i < story->cert_count; i++) {
		size_t len = strlen(story->text);

		authority_short_name(story->subjects[i], name);
		(void)text_format(story->text + len, sizeof(story->text) - len, "%s%s", i ? "; " : ": ",
			*name ? name : "(no certificate)");
	}
}

/* Started out of memory, and nothing behind it: the kernel (components.h), which firmware and shim may both have measured. Older shims give
 * GRUB neither name nor size, and GRUB may be the last that is measured. */
static bool is_kernel(const struct eventlog *log, struct eventlog_walk walk,
	const struct eventlog_event *event, const char *text)
{
	struct eventlog_event next;
	size_t count = 0;

	if (event->type != EV_EFI_BOOT_SERVICES_APPLICATION || strncmp(text, "image of ", 9) != 0 ||
		strncmp(text, "image of 0 ", 11) == 0 || strstr(text, ", from "))
		return false;
	while (eventlog_next(log, &walk, &next))
		if (next.type == EV_EFI_BOOT_SERVICES_APPLICATION &&
			(++count > 1 || !bytes_equal(next.digest[0], event->digest[0])))
			return false;
	return true;
}

void eventstory_tell(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct eventlog_event *event, struct eventstory *ret)
{
	struct uefivar var;
	struct authority authority;
	char text[EVENTTEXT_SIZE], name[CRYPTO_NAME_SIZE], program[AUTHORITY_PROGRAM_SIZE] = "";

	*ret = (struct eventstory){0};
	eventtext(event, text);
	(void)text_format(ret->text, sizeof(ret->text), "%s%s",
		is_kernel(log, *behind, event, text) ? "kernel, " : "", text);
	if ((event->type != EV_EFI_VARIABLE_DRIVER_CONFIG && event->type != EV_EFI_VARIABLE_AUTHORITY) ||
		!uefivar_parse(event->data, &var))
		return;
	if (event->type == EV_EFI_VARIABLE_DRIVER_CONFIG) {
		read_key_list(&var, ret);
		tell_keys(ret);
		return;
	}
	if (authority_is_setting(&var) || !authority_of_variable(&var, &authority) || !authority.has_cert)
		return;
	ret->cert_count = 1;
	memcpy(ret->subjects[0], authority.subject, sizeof(ret->subjects[0]));
	authority_short_name(authority.subject, name);
	if (find_program(log, *behind, program, sizeof(program)))
		(void)text_format(
			ret->text, sizeof(ret->text), "%s (%s) vouched for %s", name, var.name, program);
	else
		(void)text_format(ret->text, sizeof(ret->text), "%s (%s)", name, var.name);
}

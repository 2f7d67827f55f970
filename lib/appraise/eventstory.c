#include "appraise/eventstory.h"

#include <string.h>
#include "appraise/authority.h"
#include "appraise/measured.h"
#include "base/text.h"
#include "boot/devicepath.h"
#include "boot/event_text.h"

#define SECURE_BOOT_PCR 7

/* Appends the names: ": CN=a; CN=b". */
static int append_certificate_names(
	const struct uefivar *var, struct eventstory *story, struct err *err)
{
	struct uefi_signature_walk walk = uefi_signature_walk(var->data);
	struct uefi_signature signature;

	while (story->cert_count < EVENTSTORY_MAX_CERTS && uefi_signature_next(&walk, &signature)) {
		struct crypto_cert_info info = {0};
		char label[CRYPTO_NAME_SIZE];
		size_t len = strlen(story->text);
		bool is_one;

		if (memcmp(signature.type, uefi_cert_x509_guid, UEFI_GUID_SIZE) != 0)
			continue;
		if (crypto_cert_read(signature.data, &info, &is_one, err) < 0)
			return -1;
		authority_label(info.common_name, info.subject, label);
		(void)text_format(story->text + len, sizeof(story->text) - len, "%s%s",
			story->cert_count ? "; " : ": ", *label ? label : "(no certificate)");
		memcpy(story->subjects[story->cert_count++], info.subject, CRYPTO_NAME_SIZE);
	}
	return 0;
}

/* The first program behind this authority, up to the next authority. So all calls together scan the
 * log at most once. */
static void find_program(const struct eventlog *log, struct eventlog_walk walk, char *ret, size_t size)
{
	struct event event;

	while (event_next(log, &walk, &event)) {
		if (measured_is_program(&event)) {
			(void)event_image_file(&event, ret, size);
			return;
		}
		if ((event.pcr == SECURE_BOOT_PCR || event.what == EVENT_AUTHORITY) &&
			event.has_variable && !uefivar_is_shim_setting(&event.variable))
			return;
	}
}

static bool is_from_memory(const struct event *event)
{
	struct devicepath path;

	return event->is_formed && event->image.size > 0 &&
	       (!devicepath_read(event->image.path, &path) || (!path.device[0] && !path.file[0]));
}

/* The kernel: started from memory with no other program behind it (components.h). Firmware and shim
 * may both have measured it. Older shims give GRUB neither path nor size, and GRUB may be the last
 * program that is measured. */
static bool is_kernel(const struct eventlog *log, struct eventlog_walk walk, const struct event *event)
{
	struct event next;
	size_t count = 0;

	if (!event->is_measured || event->type != EV_EFI_BOOT_SERVICES_APPLICATION ||
		!is_from_memory(event))
		return false;
	while (event_next(log, &walk, &next))
		if ((next.type == event->type ||
			    (next.pcr == event->pcr && measured_is_program(&next))) &&
			(++count > 1 || !bytes_equal(next.measured, event->measured)))
			return false;
	return true;
}

static int describe_authority(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct event *event, struct eventstory *ret, struct err *err)
{
	struct authority authority;
	char name[CRYPTO_NAME_SIZE], program[AUTHORITY_PROGRAM_SIZE] = "";
	bool is_one;

	if (authority_of_event(event, &authority, &is_one, err) < 0)
		return -1;
	if (!is_one || !authority.has_cert)
		return 0;
	ret->cert_count = 1;
	memcpy(ret->subjects[0], authority.subject, sizeof(ret->subjects[0]));
	authority_label(authority.common_name, authority.subject, name);
	find_program(log, *behind, program, sizeof(program));
	ret->names_program = program[0];
	(void)text_format(ret->text, sizeof(ret->text), "%s (%s)%s%s", name, authority.variable,
		ret->names_program ? " vouched for " : "", program);
	return 0;
}

int eventstory_describe(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct event *event, struct eventstory *ret, struct err *err)
{
	struct event_text words;

	*ret = (struct eventstory){0};
	event_text(event, &words);
	ret->kind_len = words.kind_len;
	(void)text_format(ret->text, sizeof(ret->text), "%s%s",
		is_kernel(log, *behind, event) ? "kernel, " : "", words.text);
	if (describe_authority(log, behind, event, ret, err) < 0)
		return -1;
	if (ret->cert_count || event->what != EVENT_VARIABLE || !event->is_formed)
		return 0;
	return append_certificate_names(&event->variable, ret, err);
}

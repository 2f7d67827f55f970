#include "appraise/authority.h"

#include <string.h>
#include "appraise/measured.h"
#include "base/text.h"

#define SECURE_BOOT_PCR 7

static int read_cert(struct bytes der, struct authority *ret, bool *ret_is_one, struct err *err)
{
	struct crypto_cert_info info;

	if (crypto_cert_read(der, &info, ret_is_one, err) < 0)
		return -1;
	if (!*ret_is_one)
		return 0;
	ret->has_cert = true;
	memcpy(ret->sha256, info.sha256, sizeof(ret->sha256));
	memcpy(ret->subject, info.subject, sizeof(ret->subject));
	memcpy(ret->common_name, info.common_name, sizeof(ret->common_name));
	memcpy(ret->organization, info.organization, sizeof(ret->organization));
	return 0;
}

/* Firmware measures EFI_SIGNATURE_DATA: the owner's GUID, then a certificate or a hash. shim leaves
 * the owner out. */
static int read_entry(struct bytes entry, struct authority *ret, bool *ret_is_one, struct err *err)
{
	struct bytes behind_owner;

	*ret_is_one = false;
	if (entry.len < UEFI_GUID_SIZE)
		return 0;
	behind_owner = bytes_behind(entry, UEFI_GUID_SIZE);
	if (read_cert(behind_owner, ret, ret_is_one, err) < 0)
		return -1;
	if (!*ret_is_one && read_cert(entry, ret, ret_is_one, err) < 0)
		return -1;
	if (*ret_is_one || behind_owner.len != sizeof(ret->sha256))
		return 0;
	memcpy(ret->sha256, behind_owner.data, sizeof(ret->sha256));
	*ret_is_one = true;
	return 0;
}

int authority_of_event(
	const struct event *event, struct authority *ret, bool *ret_is_one, struct err *err)
{
	struct authority found = {.event = event->number};
	const struct uefivar *var = &event->variable;

	*ret_is_one = false;
	if (!event->is_measured || event->pcr != SECURE_BOOT_PCR || !event->has_variable ||
		uefivar_is_shim_setting(var))
		return 0;
	/* replay_check_data already checked authority events, with their exceptions */
	if (event->what != EVENT_AUTHORITY && !measured_is(event, event->data))
		return 0;
	if (read_entry(var->data, &found, ret_is_one, err) < 0)
		return -1;
	if (!*ret_is_one)
		return 0;
	(void)text_format(found.variable, sizeof(found.variable), "%s", var->name);
	*ret = found;
	return 0;
}

void authority_label(const char *common_name, const char *subject, char ret[CRYPTO_NAME_SIZE])
{
	(void)text_format(ret, CRYPTO_NAME_SIZE, "%s%s", common_name[0] ? "CN=" : "",
		common_name[0] ? common_name : subject);
}

/* An unknown variable may be an authority that we cannot read. Behind it, no program is
 * assigned to an earlier authority. */
static bool may_be_authority(const struct event *event)
{
	return event->pcr == SECURE_BOOT_PCR && event->has_variable &&
	       !uefivar_is_shim_setting(&event->variable);
}

int authority_read(const struct eventlog *log, struct authorities *ret, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	struct authorities found = {0};
	struct authority *last = NULL; /* the authority that still lacks its program */

	while (event_next(log, &walk, &event)) {
		struct authority one;
		bool is_one;

		if (last && measured_is_program(&event)) {
			(void)event_image_file(&event, last->program, sizeof(last->program));
			last = NULL;
		}
		if (authority_of_event(&event, &one, &is_one, err) < 0)
			return -1;
		if (may_be_authority(&event))
			last = NULL;
		if (!is_one)
			continue;
		found.is_cut = found.count == AUTHORITY_MAX;
		if (found.is_cut)
			continue;
		last = &found.items[found.count++];
		*last = one;
	}
	*ret = found;
	return 0;
}

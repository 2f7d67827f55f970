#include "boot/siglist.h"

#include <string.h>
#include "base/text.h"

static void count_entry(const struct uefi_signature *signature, struct siglist_count *to)
{
	if (memcmp(signature->type, uefi_cert_x509_guid, UEFI_GUID_SIZE) == 0)
		to->certs++;
	else if (memcmp(signature->type, uefi_cert_sha256_guid, UEFI_GUID_SIZE) == 0)
		to->hashes++;
	else
		to->others++;
}

/* Adds the owner if it is new; NULL if there is no room. */
static struct siglist_owner *find_or_add_owner(
	const struct uefi_signature *signature, struct siglist *list)
{
	struct siglist_owner *owner = list->owners;

	for (size_t i = 0; i < list->owner_count; i++, owner++)
		if (memcmp(owner->guid, signature->owner, UEFI_GUID_SIZE) == 0)
			return owner;
	if (list->owner_count == SIGLIST_MAX_OWNERS)
		return NULL;
	list->owner_count++;
	memcpy(owner->guid, signature->owner, UEFI_GUID_SIZE);
	return owner;
}

void siglist_read(struct bytes variable_data, struct siglist *ret)
{
	struct uefi_signature_walk walk = uefi_signature_walk(variable_data);
	struct uefi_signature signature;

	*ret = (struct siglist){0};
	while (uefi_signature_next(&walk, &signature)) {
		struct siglist_owner *owner = find_or_add_owner(&signature, ret);

		count_entry(&signature, &ret->all);
		if (owner)
			count_entry(&signature, &owner->count);
	}
	ret->is_malformed = walk.malformed;
}

const char *siglist_owner_name(const uint8_t guid[UEFI_GUID_SIZE])
{
	static const struct {
		const char *guid, *name;
	} owners[] = {
		{"77FA9ABD-0359-4D32-BD60-28F4E78F784B", "Microsoft"},
		{"6DC40AE4-2EE8-9C4C-A314-0FC7B2008710", "Canonical"},
		{"D281FAD2-8D88-47A4-9792-5BAA47BB1B89", "Google"},
		{"70564DCE-9AFC-4EE3-85FC-949649D7E45C", "Dell"},
		{"F5A96B31-DBA0-4FAA-A42A-7A0C9832768E", "HP"},
		{"7FACC7B6-127F-4E9C-9C5D-080F98994345", "Lenovo"},
		{"3CC24E96-22C7-41D8-8863-8E39DCDCC2CF", "Lenovo"},
		{"A3D5E95B-0A8F-4753-8735-445AFB708F62", "VMware"},
		{"26DC4851-195F-4AE1-9A19-FBF883BBB35E", "AMI"},
		{"A0BAA8A3-041D-48A8-BC87-C36D121B5E3D", "OVMF"},
		{"00000000-0000-0000-0000-000000000000", "nobody"},
	};
	char text[UEFI_GUID_TEXT_SIZE];

	uefi_guid_text(guid, text);
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (strcmp(owners[i].guid, text) == 0)
			return owners[i].name;
	return NULL;
}

void siglist_owners_text(const struct siglist *list, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < list->owner_count; i++) {
		const char *name = siglist_owner_name(list->owners[i].guid);
		char guid[UEFI_GUID_TEXT_SIZE];

		uefi_guid_text(list->owners[i].guid, guid);
		(void)text_format(ret + len, size - len, "%s%s%s", i ? ", " : " (",
			name ? name : guid, i + 1 == list->owner_count ? ")" : "");
		len = strlen(ret);
	}
}

#include <string.h>
#include "base/text.h"
#include "boot/event_text_parts.h"
#include "boot/eventlog.h"
#include "boot/pcr.h"
#include "boot/uefivar.h"

#define SIGNATURE_SIZE 16
#define SHOWN_TABLES   8

/* PFP 1.06 section 2.3.4: PCR 0 holds the platform's firmware, PCR 2 code of cards in it. */
static const char *blob_kind(const struct event *event)
{
	if (event->type == EV_POST_CODE || event->type == EV_POST_CODE2)
		return "firmware code ";
	if (event->type == EV_NONHOST_CODE)
		return "code of another processor ";
	if (event->pcr == PCR_FIRMWARE)
		return "firmware volume ";
	return event->pcr == PCR_DRIVERS ? "option ROM " : "";
}

static void take_text(struct cursor *cursor, char *ret, size_t size)
{
	struct bytes text = cursor_bytes(cursor, cursor_u8(cursor));

	text_clean(ret, size, bytes_without_final_zeros(text));
}

/* UEFI_PLATFORM_FIRMWARE_BLOB, or BLOB2 with a name in front */
static bool describe_blob(const struct event *event, struct event_text *ret)
{
	struct cursor cursor = cursor_of(event->data);
	char name[256] = "";
	unsigned long long base, length;

	if (event->type == EV_EFI_PLATFORM_FIRMWARE_BLOB2 || event->type == EV_POST_CODE2)
		take_text(&cursor, name, sizeof(name));
	base = cursor_u64_le(&cursor);
	length = cursor_u64_le(&cursor);
	if (cursor.failed || cursor.left)
		return false;
	(void)text_format(ret->text, sizeof(ret->text), "%s%s%sat 0x%llx, %llu bytes",
		blob_kind(event), name, *name ? " " : "", base, length);
	return true;
}

static const char *table_name(const uint8_t guid[UEFI_GUID_SIZE], char ret[UEFI_GUID_TEXT_SIZE])
{
	static const struct {
		const char *guid, *name;
	} tables[] = {
		{"EB9D2D30-2D88-11D3-9A16-0090273FC14D", "ACPI 1.0"},
		{"8868E871-E4F1-11D3-BC22-0080C73C8881", "ACPI"},
		{"EB9D2D31-2D88-11D3-9A16-0090273FC14D", "SMBIOS"},
		{"F2FD1544-9794-4A2C-992E-E5BBCF20E394", "SMBIOS 3"},
	};

	uefi_guid_text(guid, ret);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(tables[i].guid, ret) == 0)
			return tables[i].name;
	return ret;
}

/* UEFI_HANDOFF_TABLE_POINTERS: count, then GUID and address of each table; POINTERS2 has a name in
 * front */
static bool describe_tables(const struct event *event, struct event_text *ret)
{
	struct cursor cursor = cursor_of(event->data);
	char name[128] = "", guid_text[UEFI_GUID_TEXT_SIZE], tables[sizeof(ret->text)] = "";
	uint64_t count;

	if (event->type == EV_EFI_HANDOFF_TABLES2)
		take_text(&cursor, name, sizeof(name));
	count = cursor_u64_le(&cursor);
	if (cursor.failed || count == 0 || count > cursor.left / (UEFI_GUID_SIZE + sizeof(uint64_t)))
		return false;
	for (uint64_t i = 0; i < count && i < SHOWN_TABLES; i++) {
		const uint8_t *guid = cursor_bytes(&cursor, UEFI_GUID_SIZE).data;

		(void)cursor_u64_le(&cursor);
		(void)text_list_add(tables, sizeof(tables), "%s", table_name(guid, guid_text));
	}
	(void)text_format(ret->text, sizeof(ret->text), "table%s of the firmware%s%s: %s%s",
		count == 1 ? "" : "s", *name ? " " : "", name, tables,
		count > SHOWN_TABLES ? ", ..." : "");
	return true;
}

/* "GCE NonHostInfo" and one byte: the technology that protects the VM's memory from its host */
static bool describe_google_vm(struct bytes data, struct event_text *ret)
{
	static const char *const technologies[] = {
		"none", "AMD SEV", "AMD SEV-ES", "Intel TDX", "AMD SEV-SNP"};
	uint8_t technology;

	if (!bytes_start_with(data, "GCE NonHostInfo") || data.len <= SIGNATURE_SIZE)
		return false;
	technology = data.data[SIGNATURE_SIZE];
	(void)text_format(ret->text, sizeof(ret->text),
		"Google Compute Engine, memory encryption: %s",
		technology < sizeof(technologies) / sizeof(technologies[0]) ? technologies[technology]
									    : "unknown");
	return true;
}

/* A signature in letters, then bytes in a vendor's own form. */
static bool describe_named_bytes(struct bytes data, struct event_text *ret)
{
	static const struct {
		const char *signature, *meaning;
	} known[] = {
		{"IntelCSxE", "Intel's management engine"},
		{"IntelCSME", "Intel's management engine"},
	};
	size_t len = data.len ? strnlen((const char *)data.data, data.len) : 0;
	const char *meaning = "";
	struct logtext signature;
	char text[64];

	if (len < 4 || len == data.len || !logtext_of((struct bytes){data.data, len}, &signature))
		return false;
	logtext_clean(&signature, text, sizeof(text));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (bytes_start_with(data, known[i].signature))
			meaning = known[i].meaning;
	(void)text_format(ret->text, sizeof(ret->text), "%s%s%s, %zu bytes", meaning,
		*meaning ? ": " : "", text, data.len);
	return true;
}

/* DEVICE_SECURITY_EVENT_DATA_HEADER and HEADER2: signature, version, and the kind of
 * device, at the same offset in both */
static bool describe_device(struct bytes data, struct event_text *ret)
{
	static const char *const kinds[] = {"device", "PCI device", "USB device"};
	struct cursor cursor = cursor_of(data);
	bool is_second = bytes_start_with(data, "SPDM Device Sec2");
	uint32_t kind;

	if (!is_second && !bytes_start_with(data, "SPDM Device Sec"))
		return false;
	(void)cursor_bytes(&cursor, SIGNATURE_SIZE);
	(void)cursor_u16_le(&cursor); /* version */
	(void)cursor_u16_le(&cursor); /* HEADER: length; HEADER2: state of authentication */
	(void)cursor_u32_le(&cursor); /* HEADER: hash algorithm; HEADER2: length */
	kind = cursor_u32_le(&cursor);
	if (cursor.failed)
		return false;
	(void)text_format(ret->text, sizeof(ret->text), "%s that measured itself (SPDM), %zu bytes",
		kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : kinds[0], data.len);
	return true;
}

/* TCG_Sp800_155_PlatformId_Event2 and 3 (PFP 1.06 section 10.4.5.2): the platform's maker and
 * model, and its reference manifest */
static bool describe_platform_id(struct bytes data, struct event_text *ret)
{
	struct cursor cursor = cursor_of(data);
	char guid[UEFI_GUID_TEXT_SIZE], made_by[64], model[64], version[64], firmware[64],
		firmware_version[64];
	const uint8_t *manifest;

	(void)cursor_bytes(&cursor, SIGNATURE_SIZE + sizeof(uint32_t)); /* signature and the
									   vendor's number */
	manifest = cursor_bytes(&cursor, UEFI_GUID_SIZE).data;
	take_text(&cursor, made_by, sizeof(made_by));
	take_text(&cursor, model, sizeof(model));
	take_text(&cursor, version, sizeof(version));
	take_text(&cursor, firmware, sizeof(firmware));
	(void)cursor_u32_le(&cursor);
	take_text(&cursor, firmware_version, sizeof(firmware_version));
	if (cursor.failed)
		return false;
	uefi_guid_text(manifest, guid);
	(void)text_format(ret->text, sizeof(ret->text),
		"platform %s %s%s%s, firmware %s %s, reference manifest %s", made_by, model,
		*version ? " " : "", version, firmware, firmware_version, guid);
	return true;
}

static bool describe_no_action(const struct event *event, struct event_text *ret)
{
	struct bytes data = event->data;
	struct event_tag tag;
	struct logtext signature;
	uint8_t locality;
	char text[64];

	if (eventlog_startup_locality(event, &locality)) {
		(void)text_format(ret->text, sizeof(ret->text), "StartupLocality %u", locality);
		return true;
	}
	if ((bytes_start_with(data, "SP800-155 Event2") ||
		    bytes_start_with(data, "SP800-155 Event3")) &&
		describe_platform_id(data, ret))
		return true;
	if (event_tag(event, &tag) && tag.is_windows) {
		event_text_windows_tag(&tag, ret);
		return true;
	}
	if (data.len < SIGNATURE_SIZE ||
		!logtext_of((struct bytes){data.data, SIGNATURE_SIZE}, &signature))
		return false;
	logtext_clean(&signature, text, sizeof(text));
	(void)text_format(ret->text, sizeof(ret->text), "%s (%zu bytes)", text, data.len);
	return true;
}

/* Settings of the platform in its vendor's own form; false if they are text, which is shown as it
 * is. */
static bool describe_settings(struct bytes data, struct event_text *ret)
{
	struct logtext text;

	if (logtext_of(data, &text) || data.len == 0)
		return false;
	(void)text_format(
		ret->text, sizeof(ret->text), "settings of the platform, %zu bytes", data.len);
	return true;
}

bool event_text_firmware(const struct event *event, struct event_text *ret)
{
	switch (event->type) {
	case EV_EFI_PLATFORM_FIRMWARE_BLOB:
	case EV_EFI_PLATFORM_FIRMWARE_BLOB2:
	case EV_POST_CODE:
	case EV_POST_CODE2:
	case EV_NONHOST_CODE:
		return describe_blob(event, ret);
	case EV_EFI_HANDOFF_TABLES:
	case EV_EFI_HANDOFF_TABLES2:
	case EV_TABLE_OF_DEVICES:
		return describe_tables(event, ret);
	case EV_NONHOST_CONFIG:
	case EV_NONHOST_INFO:
		return describe_google_vm(event->data, ret) || describe_named_bytes(event->data, ret);
	case EV_EFI_SPDM_FIRMWARE_BLOB:
	case EV_EFI_SPDM_FIRMWARE_CONFIG:
		return describe_device(event->data, ret);
	case EV_PLATFORM_CONFIG_FLAGS:
		return describe_settings(event->data, ret);
	case EV_NO_ACTION:
		return describe_no_action(event, ret);
	default:
		return false;
	}
}

#define WINDOWS_HOLDS_RECORDS 0x40000000u

static const char *windows_kind(uint32_t tag)
{
	static const char *const kinds[] = {"", "container", "information", "error",
		"parameters before the system", "parameters of the system", "authority",
		"loaded module", "trust point", "early anti-malware",
		"virtualization-based security", "kernel signature policy", "dynamic launch"};
	uint32_t kind = tag >> 16 & 0xF;

	switch (tag & 0x3FFFFFFF) {
	case 0x00010001:
		return "trust boundary";
	case 0x00010002:
		return "early anti-malware";
	case 0x00010003:
		return "loaded module";
	case 0x00010004:
		return "trust point";
	default:
		return kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : kinds[0];
	}
}

static size_t count_records(struct bytes records)
{
	struct cursor cursor = cursor_of(records);
	size_t count = 0;

	while (cursor.left) {
		(void)cursor_u32_le(&cursor);
		(void)cursor_bytes(&cursor, cursor_u32_le(&cursor));
		if (cursor.failed)
			break;
		count++;
	}
	return count;
}

void event_text_windows_tag(const struct event_tag *tag, struct event_text *ret)
{
	const char *kind = windows_kind(tag->id);

	if (tag->id & WINDOWS_HOLDS_RECORDS)
		(void)text_format(ret->text, sizeof(ret->text), "Windows: %s, %zu records", kind,
			count_records(tag->data));
	else
		(void)text_format(ret->text, sizeof(ret->text), "Windows: %s, %zu bytes", kind,
			tag->data.len);
}

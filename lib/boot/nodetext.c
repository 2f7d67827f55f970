#include "boot/nodetext.h"

#include <string.h>
#include "base/codec.h"
#include "base/cursor.h"
#include "base/text.h"
#include "boot/uefivar.h"

#define SHOWN_BYTES 16 /* of data of unknown form */
#define NAME_SIZE   128
#define FIELDS_MAX  5

static void write_guid(struct cursor *at, char ret[UEFI_GUID_TEXT_SIZE])
{
	static const uint8_t zeros[UEFI_GUID_SIZE];
	struct bytes guid = cursor_bytes(at, UEFI_GUID_SIZE);

	uefi_guid_text(guid.data ? guid.data : zeros, ret);
}

/* Writes the data, or its beginning, as hex digits. */
static void write_data(struct bytes data, char ret[2 * SHOWN_BYTES + sizeof("...")])
{
	bool is_cut = data.len > SHOWN_BYTES;

	hex_encode((struct bytes){data.data, is_cut ? SHOWN_BYTES : data.len}, ret);
	if (is_cut)
		memcpy(ret + 2 * (size_t)SHOWN_BYTES, "...", sizeof("..."));
}

static void unknown_text(const struct nodetext_node *node, char ret[NODETEXT_SIZE])
{
	char data[2 * SHOWN_BYTES + sizeof("...")];

	write_data(node->data, data);
	(void)text_format(ret, NODETEXT_SIZE, "Path(%u,%u%s%s)", node->type, node->subtype,
		*data ? "," : "", data);
}

/* A compressed EISA identifier (ACPI 6.5 section 19.3.4): 0x0A0341D0 is PNP0A03. In UEFI the low
 * half holds three letters of five bits, and the high half the number. */
static void eisa_text(uint32_t id, char ret[8])
{
	(void)text_format(ret, 8, "%c%c%c%04X", (char)('@' + (id >> 10 & 31)),
		(char)('@' + (id >> 5 & 31)), (char)('@' + (id & 31)), id >> 16);
}

static void acpi_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	static const struct {
		const char *id, *name;
	} known[] = {
		{"PNP0A03", "PciRoot"},
		{"PNP0A08", "PcieRoot"},
		{"PNP0604", "Floppy"},
		{"PNP0301", "Keyboard"},
		{"PNP0501", "Serial"},
		{"PNP0401", "ParallelPort"},
	};
	char id[8];
	uint32_t hid = cursor_u32_le(at);
	uint32_t uid = cursor_u32_le(at);

	eisa_text(hid, id);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(id, known[i].id) != 0)
			continue;
		(void)text_format(ret, NODETEXT_SIZE, "%s(0x%X)", known[i].name, uid);
		return;
	}
	(void)text_format(ret, NODETEXT_SIZE, "Acpi(%s,0x%X)", id, uid);
}

/* Reads one of the texts that follow the numbers; if it is not empty, it replaces its number. */
static void acpi_name(struct cursor *at, char ret[NAME_SIZE])
{
	size_t len = strnlen((const char *)at->at, at->left);

	text_clean(ret, NAME_SIZE, cursor_bytes(at, len));
	(void)cursor_u8(at);
}

static void acpi_extended_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	char hid[NAME_SIZE], uid[NAME_SIZE], cid[NAME_SIZE];
	uint32_t hid_number = cursor_u32_le(at);
	uint32_t uid_number = cursor_u32_le(at);
	uint32_t cid_number = cursor_u32_le(at);

	acpi_name(at, hid);
	acpi_name(at, uid);
	acpi_name(at, cid);
	if (!*hid)
		(void)text_format(hid, sizeof(hid), "0x%X", hid_number);
	if (!*uid)
		(void)text_format(uid, sizeof(uid), "0x%X", uid_number);
	if (!*cid)
		(void)text_format(cid, sizeof(cid), "0x%X", cid_number);
	(void)text_format(ret, NODETEXT_SIZE, "AcpiEx(%s,%s,%s)", hid, cid, uid);
}

static void ata_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	bool is_secondary = cursor_u8(at) != 0;
	bool is_slave = cursor_u8(at) != 0;
	unsigned lun = cursor_u16_le(at);

	(void)text_format(ret, NODETEXT_SIZE, "Ata(%s,%s,0x%X)",
		is_secondary ? "Secondary" : "Primary", is_slave ? "Slave" : "Master", lun);
}

/* The field has 32 bytes, of which an Ethernet address (type 0 or 1) uses 6. */
static void mac_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	struct bytes address = cursor_bytes(at, 32);
	unsigned type = cursor_u8(at);
	char hex[2 * 32 + 1];

	if (type <= 1 && address.len)
		address.len = 6;
	hex_encode(address, hex);
	(void)text_format(ret, NODETEXT_SIZE, "MAC(%s,0x%X)", hex, type);
}

/* The EUI-64 is stored with its lowest byte first and written with its highest byte first. */
static void nvme_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned space = cursor_u32_le(at);
	uint8_t eui[8];

	for (size_t i = 0; i < sizeof(eui); i++)
		eui[i] = cursor_u8(at);
	(void)text_format(ret, NODETEXT_SIZE, "NVMe(0x%X,%02X-%02X-%02X-%02X-%02X-%02X-%02X-%02X)",
		space, eui[7], eui[6], eui[5], eui[4], eui[3], eui[2], eui[1], eui[0]);
}

enum { SIGNATURE_MBR = 1, SIGNATURE_GUID = 2 };

static void disk_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned number = cursor_u32_le(at);
	unsigned long long start = cursor_u64_le(at);
	unsigned long long size = cursor_u64_le(at);
	struct bytes signature = cursor_bytes(at, UEFI_GUID_SIZE);
	struct cursor low = cursor_of(signature);
	/* of the partition table; the kind of the signature implies it too */
	unsigned format = cursor_u8(at);
	unsigned kind = cursor_u8(at);
	char text[UEFI_GUID_TEXT_SIZE];

	if (kind == SIGNATURE_GUID) {
		write_guid(&low, text);
		(void)text_format(ret, NODETEXT_SIZE, "HD(%u,GPT,%s,0x%llX,0x%llX)", number, text,
			start, size);
	} else if (kind == SIGNATURE_MBR)
		(void)text_format(ret, NODETEXT_SIZE, "HD(%u,MBR,0x%08X,0x%llX,0x%llX)", number,
			cursor_u32_le(&low), start, size);
	else
		(void)text_format(ret, NODETEXT_SIZE, "HD(%u,%u,0,0x%llX,0x%llX)", number, format,
			start, size);
}

/* How the data of a type is read and written.
 *
 * fields: the data's fields in their order: b w l q for a number of 1, 2, 4 or 8 bytes, g for a
 * GUID, a for an IPv4 address, h for 16 bytes as hex digits, t for the rest as text, d for the rest
 * as hex digits behind a comma, "" if there is none.
 *
 * text: $1 is the first field, a number as hexadecimal; #1 is a number as decimal.
 *
 * size: the bytes of the node's data; the least number if is_variable. Data of another size is
 * written as that of an unknown type. */
static const struct form {
	uint8_t type, subtype, size;
	bool is_variable;
	const char *fields, *text;
	void (*write)(struct cursor *at, char ret[NODETEXT_SIZE]); /* instead of fields and text */
} forms[] = {
	{1, 1, 2, false, "bb", "Pci($2,$1)", NULL},
	{1, 3, 20, false, "lqq", "MemoryMapped(#1,$2,$3)", NULL},
	{1, 4, 16, true, "gd", "VenHw($1$2)", NULL},
	{1, 5, 4, false, "l", "Ctrl($1)", NULL},
	{2, 1, 8, false, NULL, NULL, acpi_text},
	{2, 2, 12, true, NULL, NULL, acpi_extended_text},
	{2, 3, 4, true, "l", "AcpiAdr($1)", NULL},
	{3, 1, 4, false, NULL, NULL, ata_text},
	{3, 2, 4, false, "ww", "Scsi($1,$2)", NULL},
	{3, 5, 2, false, "bb", "USB($1,$2)", NULL},
	{3, 10, 16, true, "gd", "VenMsg($1$2)", NULL},
	{3, 11, 33, false, NULL, NULL, mac_text},
	{3, 12, 15, true, "aa", "IPv4($2,from $1)", NULL},
	{3, 13, 39, true, "hh", "IPv6($2,from $1)", NULL},
	{3, 17, 1, false, "b", "Unit($1)", NULL},
	{3, 18, 6, false, "www", "Sata($1,$2,$3)", NULL},
	{3, 19, 14, true, "wwqwt", "iSCSI($5)", NULL},
	{3, 20, 2, false, "w", "Vlan(#1)", NULL},
	{3, 23, 12, false, NULL, NULL, nvme_text},
	{3, 24, 0, true, "t", "Uri($1)", NULL},
	{3, 26, 1, false, "b", "SD($1)", NULL},
	{3, 29, 1, false, "b", "eMMC($1)", NULL},
	{4, 1, 38, false, NULL, NULL, disk_text},
	{4, 2, 20, false, "lqq", "CDROM($1,$2,$3)", NULL},
	{4, 3, 16, true, "gd", "VenMedia($1$2)", NULL},
	{4, 6, 16, false, "g", "FvFile($1)", NULL},
	{4, 7, 16, false, "g", "Fv($1)", NULL},
	{4, 8, 20, false, "lqq", "Offset($2,$3)", NULL},
	{5, 1, 4, true, "wwt", "BBS($1,$3)", NULL},
};

struct field {
	uint64_t number;
	char text[NAME_SIZE]; /* as $ is written */
};

static void read_field(char kind, struct cursor *at, struct field *ret)
{
	char data[2 * SHOWN_BYTES + sizeof("...")];
	struct bytes part;

	switch (kind) {
	case 'g':
		write_guid(at, ret->text);
		return;
	case 'a':
		part = cursor_bytes(at, 4);
		if (part.data)
			(void)text_format(ret->text, NAME_SIZE, "%u.%u.%u.%u", part.data[0],
				part.data[1], part.data[2], part.data[3]);
		return;
	case 'h':
		hex_encode(cursor_bytes(at, 16), ret->text);
		return;
	case 't':
		text_clean(ret->text, NAME_SIZE, bytes_without_final_zeros(cursor_rest(at)));
		return;
	case 'd':
		write_data(cursor_rest(at), data);
		(void)text_format(ret->text, NAME_SIZE, "%s%s", *data ? "," : "", data);
		return;
	default:
		ret->number = kind == 'b'   ? cursor_u8(at)
			      : kind == 'w' ? cursor_u16_le(at)
			      : kind == 'l' ? cursor_u32_le(at)
					    : cursor_u64_le(at);
		(void)text_format(ret->text, NAME_SIZE, "0x%llX", (unsigned long long)ret->number);
	}
}

static void write_form(const struct form *form, struct cursor *at, char ret[NODETEXT_SIZE])
{
	struct field fields[FIELDS_MAX] = {{0}};
	size_t len = 0;

	for (size_t i = 0; i < FIELDS_MAX && form->fields[i]; i++)
		read_field(form->fields[i], at, &fields[i]);
	for (const char *from = form->text; *from; from++, len = strlen(ret)) {
		bool is_field = *from == '$' || *from == '#';
		const struct field *field = is_field ? &fields[from[1] - '1'] : NULL;

		if (!field)
			(void)text_format(ret + len, NODETEXT_SIZE - len, "%c", *from);
		else if (*from == '$')
			(void)text_format(ret + len, NODETEXT_SIZE - len, "%s", field->text);
		else
			(void)text_format(ret + len, NODETEXT_SIZE - len, "%llu",
				(unsigned long long)field->number);
		from += is_field;
	}
}

void nodetext(const struct nodetext_node *node, char ret[NODETEXT_SIZE])
{
	struct cursor cursor = cursor_of(node->data);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *form = &forms[i];

		if (form->type != node->type || form->subtype != node->subtype ||
			!(node->data.len == form->size ||
				(form->is_variable && node->data.len > form->size)))
			continue;
		if (form->write)
			form->write(&cursor, ret);
		else
			write_form(form, &cursor, ret);
		return;
	}
	unknown_text(node, ret);
}

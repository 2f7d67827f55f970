#include "boot/nodetext.h"

#include <string.h>
#include "base/codec.h"
#include "base/cursor.h"
#include "base/text.h"
#include "boot/uefivar.h"

#define SHOWN_BYTES 16 /* of data of unknown form */
#define NAME_SIZE   128

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

/* Writes the rest of the node as UTF-8, without zeros at the end. */
static void write_rest(const struct cursor *at, char ret[NAME_SIZE])
{
	struct bytes rest = cursor_rest(at);

	while (rest.len && rest.data[rest.len - 1] == 0)
		rest.len--;
	text_clean(ret, NAME_SIZE, rest);
}

static void unknown_text(const struct nodetext_node *node, char ret[NODETEXT_SIZE])
{
	char data[2 * SHOWN_BYTES + sizeof("...")];

	write_data(node->data, data);
	(void)text_format(ret, NODETEXT_SIZE, "Path(%u,%u%s%s)", node->type, node->subtype,
		*data ? "," : "", data);
}

static void pci_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned function = cursor_u8(at);
	unsigned device = cursor_u8(at);

	(void)text_format(ret, NODETEXT_SIZE, "Pci(0x%X,0x%X)", device, function);
}

static void memory_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned type = cursor_u32_le(at);
	unsigned long long start = cursor_u64_le(at);
	unsigned long long end = cursor_u64_le(at);

	(void)text_format(ret, NODETEXT_SIZE, "MemoryMapped(%u,0x%llX,0x%llX)", type, start, end);
}

static void vendor_text(struct cursor *at, const char *name, char ret[NODETEXT_SIZE])
{
	char guid[UEFI_GUID_TEXT_SIZE], data[2 * SHOWN_BYTES + sizeof("...")];

	write_guid(at, guid);
	write_data(cursor_rest(at), data);
	(void)text_format(ret, NODETEXT_SIZE, "%s(%s%s%s)", name, guid, *data ? "," : "", data);
}

static void vendor_hardware_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	vendor_text(at, "VenHw", ret);
}

static void vendor_message_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	vendor_text(at, "VenMsg", ret);
}

static void vendor_media_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	vendor_text(at, "VenMedia", ret);
}

static void controller_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	(void)text_format(ret, NODETEXT_SIZE, "Ctrl(0x%X)", cursor_u32_le(at));
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

static void acpi_address_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	(void)text_format(ret, NODETEXT_SIZE, "AcpiAdr(0x%X)", cursor_u32_le(at));
}

static void ata_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	bool is_secondary = cursor_u8(at) != 0;
	bool is_slave = cursor_u8(at) != 0;
	unsigned lun = cursor_u16_le(at);

	(void)text_format(ret, NODETEXT_SIZE, "Ata(%s,%s,0x%X)",
		is_secondary ? "Secondary" : "Primary", is_slave ? "Slave" : "Master", lun);
}

static void scsi_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned target = cursor_u16_le(at);
	unsigned lun = cursor_u16_le(at);

	(void)text_format(ret, NODETEXT_SIZE, "Scsi(0x%X,0x%X)", target, lun);
}

static void usb_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned port = cursor_u8(at);
	unsigned interface = cursor_u8(at);

	(void)text_format(ret, NODETEXT_SIZE, "USB(0x%X,0x%X)", port, interface);
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

static void ipv4_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	uint8_t local[4] = {0}, remote[4] = {0};

	for (size_t i = 0; i < sizeof(local); i++)
		local[i] = cursor_u8(at);
	for (size_t i = 0; i < sizeof(remote); i++)
		remote[i] = cursor_u8(at);
	(void)text_format(ret, NODETEXT_SIZE, "IPv4(%u.%u.%u.%u,from %u.%u.%u.%u)", remote[0],
		remote[1], remote[2], remote[3], local[0], local[1], local[2], local[3]);
}

static void ipv6_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	char local[33], remote[33];

	hex_encode(cursor_bytes(at, 16), local);
	hex_encode(cursor_bytes(at, 16), remote);
	(void)text_format(ret, NODETEXT_SIZE, "IPv6(%s,from %s)", remote, local);
}

static void unit_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	(void)text_format(ret, NODETEXT_SIZE, "Unit(0x%X)", cursor_u8(at));
}

static void sata_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned port = cursor_u16_le(at);
	unsigned multiplier = cursor_u16_le(at);
	unsigned lun = cursor_u16_le(at);

	(void)text_format(ret, NODETEXT_SIZE, "Sata(0x%X,0x%X,0x%X)", port, multiplier, lun);
}

static void iscsi_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	char target[NAME_SIZE];

	(void)cursor_bytes(at, 12); /* protocol, options, logical unit */
	(void)cursor_u16_le(at); /* portal group */
	write_rest(at, target);
	(void)text_format(ret, NODETEXT_SIZE, "iSCSI(%s)", target);
}

static void vlan_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	(void)text_format(ret, NODETEXT_SIZE, "Vlan(%u)", cursor_u16_le(at));
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

static void uri_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	char uri[NAME_SIZE];

	write_rest(at, uri);
	(void)text_format(ret, NODETEXT_SIZE, "Uri(%s)", uri);
}

static void sd_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	(void)text_format(ret, NODETEXT_SIZE, "SD(0x%X)", cursor_u8(at));
}

static void emmc_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	(void)text_format(ret, NODETEXT_SIZE, "eMMC(0x%X)", cursor_u8(at));
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

static void cdrom_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned entry = cursor_u32_le(at);
	unsigned long long start = cursor_u64_le(at);
	unsigned long long size = cursor_u64_le(at);

	(void)text_format(ret, NODETEXT_SIZE, "CDROM(0x%X,0x%llX,0x%llX)", entry, start, size);
}

static void firmware_file_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	vendor_text(at, "FvFile", ret);
}

static void firmware_volume_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	vendor_text(at, "Fv", ret);
}

static void offset_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned long long start, end;

	(void)cursor_u32_le(at);
	start = cursor_u64_le(at);
	end = cursor_u64_le(at);
	(void)text_format(ret, NODETEXT_SIZE, "Offset(0x%llX,0x%llX)", start, end);
}

/* A boot device of a BIOS (section 10.3.6). */
static void bios_text(struct cursor *at, char ret[NODETEXT_SIZE])
{
	unsigned kind = cursor_u16_le(at);
	char name[NAME_SIZE];

	(void)cursor_u16_le(at);
	write_rest(at, name);
	(void)text_format(ret, NODETEXT_SIZE, "BBS(0x%X,%s)", kind, name);
}

/* size: the bytes of the node's data; the least number if is_variable. Data of another size is
 * written as that of an unknown type. */
static const struct form {
	uint8_t type, subtype, size;
	bool is_variable;
	void (*write)(struct cursor *at, char ret[NODETEXT_SIZE]);
} forms[] = {
	{1, 1, 2, false, pci_text},
	{1, 3, 20, false, memory_text},
	{1, 4, 16, true, vendor_hardware_text},
	{1, 5, 4, false, controller_text},
	{2, 1, 8, false, acpi_text},
	{2, 2, 12, true, acpi_extended_text},
	{2, 3, 4, true, acpi_address_text},
	{3, 1, 4, false, ata_text},
	{3, 2, 4, false, scsi_text},
	{3, 5, 2, false, usb_text},
	{3, 10, 16, true, vendor_message_text},
	{3, 11, 33, false, mac_text},
	{3, 12, 15, true, ipv4_text},
	{3, 13, 39, true, ipv6_text},
	{3, 17, 1, false, unit_text},
	{3, 18, 6, false, sata_text},
	{3, 19, 14, true, iscsi_text},
	{3, 20, 2, false, vlan_text},
	{3, 23, 12, false, nvme_text},
	{3, 24, 0, true, uri_text},
	{3, 26, 1, false, sd_text},
	{3, 29, 1, false, emmc_text},
	{4, 1, 38, false, disk_text},
	{4, 2, 20, false, cdrom_text},
	{4, 3, 16, true, vendor_media_text},
	{4, 6, 16, false, firmware_file_text},
	{4, 7, 16, false, firmware_volume_text},
	{4, 8, 20, false, offset_text},
	{5, 1, 4, true, bios_text},
};

void nodetext(const struct nodetext_node *node, char ret[NODETEXT_SIZE])
{
	struct cursor cursor = cursor_of(node->data);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *form = &forms[i];

		if (form->type != node->type || form->subtype != node->subtype)
			continue;
		if (node->data.len == form->size ||
			(form->is_variable && node->data.len > form->size)) {
			form->write(&cursor, ret);
			return;
		}
	}
	unknown_text(node, ret);
}

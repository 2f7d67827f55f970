#include "check.h"
#include "../support/kinds.h"
#include <stdio.h>
#include "components/component_stored.h"
#include "drift/drift.h"
#include "drift/drift_line.h"
#include "base/file.h"

#define MAX_ITEMS 12

struct item {
	enum component_kind kind;
	uint32_t pcr;
	const char *name;
	uint8_t fill; /* of the digest */
	bool is_claimed;
};

static const struct item shim = {COMPONENT_APPLICATION, 4, "\\EFI\\debian\\shimx64.efi", 1, true};
static const struct item grub = {COMPONENT_APPLICATION, 4, "\\EFI\\debian\\grubx64.efi", 2, true};
static const struct item kernel = {COMPONENT_KERNEL, 4, "/vmlinuz-6.1.0-55", 3, true};
static const struct item kernel_file = {COMPONENT_KERNEL, 9, "/vmlinuz-6.1.0-55", 4, true};
static const struct item initrd = {COMPONENT_INITRD, 9, "/initrd.img-6.1.0-55", 5, true};
static const struct item list = {COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 6, false};
static const struct item line = {COMPONENT_COMMAND_LINE, 8, "root=/dev/sda1 ro quiet", 7, false};
static const struct item db = {COMPONENT_DB, 7, "CN=Microsoft Corporation UEFI CA 2011", 8, false};
static const struct item firmware = {COMPONENT_FIRMWARE, 0, "firmware volume at 0x100000", 9, true};

/* Of which every PCR counts. */
static struct components no_components(void)
{
	struct components components = components_empty();

	components.listed = 0xFFFFFF;
	return components;
}

static void add(struct components *components, const struct item *item)
{
	struct component component = {
		.kind = item->kind, .pcr = item->pcr, .is_bound = !item->is_claimed};
	struct err err;

	(void)snprintf(component.name, sizeof(component.name), "%s", item->name);
	memset(component.sha256, item->fill, sizeof(component.sha256));
	component_stored_read(&component);
	if (item->kind == COMPONENT_AUTHORITY)
		component.facts.is_in_mok_list = strstr(item->name, "(MokListRT)") != NULL;
	check_ok(components_add(components, &component, &err), &err);
}

static void add_all(struct components *components, const struct item *items)
{
	for (size_t i = 0; i < MAX_ITEMS && items[i].name; i++)
		add(components, &items[i]);
}

/* The usual boot with some items replaced: an item of `after` takes the place of the first of its
 * kind and PCR in `usual`. */
static const struct item *const usual[] = {
	&shim, &grub, &kernel, &kernel_file, &initrd, &list, &line, &db, &firmware};

struct row {
	const char *shown;
	struct item gone[4], come[6];
	uint32_t explained; /* mask of kinds that a package explains */
	const char *rules;
	enum err_code code;
	bool is_explained;
	const char *text;
};

#define KIND(kind) (1u << (kind))

#define BY_OLD_CA                                                                                  \
	{                                                                                          \
		COMPONENT_AUTHORITY, 7, "CN=CA 2011", 20, false                                    \
	}
#define BY_NEW_CA                                                                                  \
	{                                                                                          \
		COMPONENT_AUTHORITY, 7, "CN=CA 2023", 21, false                                    \
	}
#define NEW_CA                                                                                     \
	{                                                                                          \
		COMPONENT_DB, 7, "CN=CA 2023", 21, false                                           \
	}
#define BY_KNOWN_CA                                                                                \
	{                                                                                          \
		COMPONENT_AUTHORITY, 7, "CN=Microsoft Corporation UEFI CA 2011", 8, false          \
	}
#define OTHER_SHIM                                                                                 \
	{                                                                                          \
		COMPONENT_APPLICATION, 4, "\\EFI\\debian\\shimx64.efi", 31, true                   \
	}
#define TRUSTED                                                                                    \
	{                                                                                          \
		COMPONENT_SECURE_BOOT_SETTING, 7, "MokListTrusted = 01 (owner's keys count)", 32,  \
			false                                                                      \
	}
#define BY_OWNERS_KEY                                                                              \
	{                                                                                          \
		COMPONENT_AUTHORITY, 7, "CN=Owner (MokListRT)", 50, false                          \
	}
#define MOK_LIST                                                                                   \
	{                                                                                          \
		COMPONENT_MOK, 14, "MokList (shim: keys that the owner added)", 51, true           \
	}
#define OTHER_MOK_LIST                                                                             \
	{                                                                                          \
		COMPONENT_MOK, 14, "MokList (shim: keys that the owner added)", 52, true           \
	}
#define POLICY                                                                                     \
	{                                                                                          \
		COMPONENT_MOK, 14, "MokPolicy (shim: what it demands of programs)", 53, true       \
	}
#define FONT                                                                                       \
	{                                                                                          \
		COMPONENT_BOOT_FILE, 9, "/boot/grub/fonts/unicode.pf2", 80, true                   \
	}
#define IN_MEMORY                                                                                  \
	{                                                                                          \
		COMPONENT_BOOT_FILE, 9, "(memdisk)/boot/grub/grub.cfg", 92, true                   \
	}
#define OTHER_IN_MEMORY                                                                            \
	{                                                                                          \
		COMPONENT_BOOT_FILE, 9, "(memdisk)/boot/grub/grub.cfg", 93, true                   \
	}
#define GRUBENV                                                                                    \
	{                                                                                          \
		COMPONENT_BOOT_FILE, 9, "(hd0,gpt2)/grub2/grubenv", 83, true                       \
	}
#define OTHER_GRUBENV                                                                              \
	{                                                                                          \
		COMPONENT_BOOT_FILE, 9, "(hd0,gpt2)/grub2/grubenv", 84, true                       \
	}
#define COMMANDS                                                                                   \
	{                                                                                          \
		COMPONENT_BOOT_COMMANDS, 8, "9 commands", 85, true                                 \
	}
#define OTHER_COMMANDS                                                                             \
	{                                                                                          \
		COMPONENT_BOOT_COMMANDS, 8, "11 commands", 86, true                                \
	}
#define RECEIVED                                                                                   \
	{                                                                                          \
		COMPONENT_COMMAND_LINE, 9, "kernel command line, which the log does not show", 87, \
			true                                                                       \
	}
#define OTHER_RECEIVED                                                                             \
	{                                                                                          \
		COMPONENT_COMMAND_LINE, 9, "kernel command line, which the log does not show", 88, \
			true                                                                       \
	}
#define OTHER_GRUB                                                                                 \
	{                                                                                          \
		COMPONENT_APPLICATION, 4, "\\EFI\\debian\\grubx64.efi", 54, true                   \
	}
#define UCODE                                                                                      \
	{                                                                                          \
		COMPONENT_INITRD, 9, "/ucode", 38, true                                            \
	}
#define BOTH                                                                                       \
	{                                                                                          \
		COMPONENT_INITRD_LIST, 8, "/ucode /initrd.img-6.1.0-55", 39, false                 \
	}

static bool is_gone(const struct row *row, const struct item *item)
{
	for (size_t i = 0; i < COUNT(row->gone) && row->gone[i].name; i++)
		if (memcmp(&row->gone[i], item, sizeof(*item)) == 0)
			return true;
	return false;
}

static void explain(struct drift *drift, uint32_t kinds)
{
	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];

		if (difference->change != DRIFT_REMOVED && kinds & KIND(difference->after.kind))
			difference->explanation = (struct explanation){EXPLANATION_PACKAGE,
				"as installed by the package manager on 2026-11-20"};
	}
}

static bool has_list(const struct item had[4])
{
	for (size_t i = 0; i < 4 && had[i].name; i++)
		if (had[i].kind == COMPONENT_INITRD_LIST)
			return true;
	return false;
}

/* had: beside the usual ones, in the accepted boot only; a list in place of the usual one. */
static void judge(const struct row *row, const struct item had[4], struct drift_judgement *ret)
{
	auto_cleanup(components) struct components before = no_components();
	auto_cleanup(components) struct components boot = no_components();
	auto_cleanup(drift) struct drift drift = {0};
	auto_cleanup(json) json *object = NULL;
	struct rules rules;
	struct err err;

	for (size_t i = 0; i < COUNT(usual); i++) {
		if (usual[i] != &list || !has_list(had))
			add(&before, usual[i]);
		if (!is_gone(row, usual[i]))
			add(&boot, usual[i]);
	}
	for (size_t i = 0; i < 4 && had[i].name; i++)
		add(&before, &had[i]);
	for (size_t i = 0; i < COUNT(row->come) && row->come[i].name; i++)
		add(&boot, &row->come[i]);
	if (row->rules)
		check_ok(json_parse(TEXT(row->rules), &object, &err), &err);
	check_ok(rules_parse(object, &rules, &err), &err);
	check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
	explain(&drift, row->explained);
	drift_judge(&rules, &boot, &drift, ret);
}

/* By the default rules, with what a package explains. */
static void judge_two(const struct components *before, const struct components *boot,
	uint32_t explained, struct drift_judgement *ret)
{
	auto_cleanup(drift) struct drift drift = {0};
	struct rules rules = rules_default();
	struct err err;

	check_ok(drift_find(before, 1, boot, &drift, &err), &err);
	explain(&drift, explained);
	drift_judge(&rules, boot, &drift, ret);
}

static const struct item new_kernel = {COMPONENT_KERNEL, 4, "/vmlinuz-6.1.0-56", 13, true};
static const struct item new_kernel_file = {COMPONENT_KERNEL, 9, "/vmlinuz-6.1.0-56", 14, true};
static const struct item new_initrd = {COMPONENT_INITRD, 9, "/initrd.img-6.1.0-56", 15, true};
static const struct item new_list = {COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-56", 16, false};

static const struct item microcode = {COMPONENT_INITRD, 9, "/microcode.cpio", 40, true};
static const struct item rebuilt_initrd = {COMPONENT_INITRD, 9, "/initrd.img-6.1.0-55", 41, true};
static const struct item two_initrds = {
	COMPONENT_INITRD_LIST, 8, "/microcode.cpio /initrd.img-6.1.0-55", 42, false};
static const struct item loaded_initrds = {
	COMPONENT_LOADED_INITRD, 9, "initrd, which the log does not show", 45, true};

static const struct item new_shim = {
	COMPONENT_APPLICATION, 4, "\\EFI\\debian\\shimx64.efi", 31, true};
static const struct item new_list_of_shim = {
	COMPONENT_MOK, 14, "MokList (shim: keys that the owner added)", 70, true};
static const struct item new_list_x = {
	COMPONENT_MOK, 14, "MokListX (shim: keys that the owner revoked)", 71, true};

static const struct row rows[] = {
	{"the same boot", {{0}}, {{0}}, 0, NULL, ERR_OK, true, ""},
	{"a kernel by its package", {kernel, kernel_file, initrd, list},
		{new_kernel, new_kernel_file, new_initrd, new_list},
		KIND(COMPONENT_KERNEL) | KIND(COMPONENT_INITRD), NULL, ERR_OK, true,
		"kernel changed: vmlinuz-6.1.0-56, as installed by the package manager on 2026-11-20; initrd changed: initrd.img-6.1.0-56, as installed by the package manager on 2026-11-20; grub, shim, Secure Boot keys unchanged"},
	{"a kernel by hand", {kernel, kernel_file, initrd, list},
		{new_kernel, new_kernel_file, new_initrd, new_list}, KIND(COMPONENT_INITRD), NULL,
		ERR_DRIFT_KERNEL, false,
		"kernel changed: vmlinuz-6.1.0-56, unexplained; initrd changed: initrd.img-6.1.0-56, as installed by the package manager on 2026-11-20; grub, shim, Secure Boot keys unchanged"},
	{"the same by hand, ruled a note", {kernel, kernel_file}, {new_kernel, new_kernel_file}, 0,
		"{\"kernelChanged\":\"note\"}", ERR_OK, false,
		"kernel changed: vmlinuz-6.1.0-56; grub, shim, Secure Boot keys unchanged"},
	{"the same by hand, ruled out", {kernel, kernel_file}, {new_kernel, new_kernel_file}, 0,
		"{\"kernelChanged\":\"ignore\"}", ERR_OK, true, ""},
	{"grub by hand", {grub}, {{COMPONENT_APPLICATION, 4, "\\EFI\\debian\\grubx64.efi", 22, true}},
		0, NULL, ERR_DRIFT_APPLICATION, false,
		"grub changed: grubx64.efi, unexplained; kernel, shim, Secure Boot keys unchanged"},
	{"a program before shim", {{0}}, {{COMPONENT_APPLICATION, 4, "\\EFI\\evil.efi", 22, true}},
		0, NULL, ERR_DRIFT_APPLICATION, false,
		"boot application added: evil.efi, unexplained; kernel, grub, shim, Secure Boot keys unchanged"},
	{"init=/bin/sh", {line},
		{{COMPONENT_COMMAND_LINE, 8, "root=/dev/sda1 ro quiet init=/bin/sh", 27, false}}, 0,
		NULL, ERR_DRIFT_COMMAND_LINE, false,
		"kernel command line changed: added init=/bin/sh, unexplained; kernel, grub, shim, Secure Boot keys unchanged"},
	{"an initrd beside the good one, called a font", {list},
		{{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55 /evil", 26, false},
			{COMPONENT_BOOT_FILE, 9, "/boot/grub/fonts/unicode.pf2", 25, true}},
		0, NULL, ERR_DRIFT_INITRD, false,
		"list of initrds changed: /initrd.img-6.1.0-55 /evil (was /initrd.img-6.1.0-55), unexplained; boot file added: unicode.pf2, unexplained, and it may be an initrd; kernel, grub, shim, Secure Boot keys unchanged"},
	{"the evil initrd instead, called a font", {initrd},
		{{COMPONENT_BOOT_FILE, 9, "/boot/grub/fonts/unicode.pf2", 25, true}}, 0, NULL,
		ERR_DRIFT_INITRD, false,
		"initrd removed: initrd.img-6.1.0-55, unexplained; boot file added: unicode.pf2, unexplained, and it may be an initrd; kernel, grub, shim, Secure Boot keys unchanged"},
	{"an initrd behind microcode, rebuilt, and what the kernel got of both", {initrd, list},
		{microcode, rebuilt_initrd, two_initrds, loaded_initrds}, KIND(COMPONENT_INITRD),
		NULL, ERR_OK, true,
		"initrd changed: initrd.img-6.1.0-55, as installed by the package manager on 2026-11-20; initrd added: microcode.cpio, as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"},
	{"the same, and one of them nobody knows", {initrd, list},
		{microcode, {COMPONENT_BOOT_FILE, 9, "/unicode.pf2", 43, true}, two_initrds,
			loaded_initrds},
		KIND(COMPONENT_INITRD), NULL, ERR_DRIFT_INITRD, false,
		"list of initrds changed: /microcode.cpio /initrd.img-6.1.0-55 (was /initrd.img-6.1.0-55), unexplained; loaded initrd added: initrd, which the log does not show, unexplained; boot file added: unicode.pf2, unexplained, and it may be an initrd; 1 more change"},
	{"another thing that the log calls what the kernel got", {initrd, list},
		{microcode, rebuilt_initrd, two_initrds, loaded_initrds,
			{COMPONENT_LOADED_INITRD, 9, "initrd", 44, true}},
		KIND(COMPONENT_INITRD), NULL, ERR_DRIFT_INITRD, false,
		"loaded initrd added: initrd, unexplained; loaded initrd added: initrd, which the log does not show, unexplained; initrd changed: initrd.img-6.1.0-55, as installed by the package manager on 2026-11-20; initrd added: microcode.cpio, as installed by the package manager on 2026-11-20"},
	{"shim's own lists, with an explained shim", {shim, grub},
		{new_shim, grub, new_list_of_shim, new_list_x}, KIND(COMPONENT_APPLICATION), NULL,
		ERR_OK, true,
		"shim's variable added: MokList, as it may with another shim; shim's variable added: MokListX, as it may with another shim; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"},
	{"the same with a shim by hand", {shim, grub}, {new_shim, grub, new_list_of_shim}, 0, NULL,
		ERR_DRIFT_SETTINGS, false,
		"shim's variable added: MokList, unexplained; shim changed: shimx64.efi, unexplained; grub, kernel, Secure Boot keys unchanged"},
	{"the same with another grub", {grub},
		{{COMPONENT_APPLICATION, 4, "\\EFI\\debian\\grubx64.efi", 22, true}, new_list_of_shim},
		KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
		"shim's variable added: MokList, unexplained; grub changed: grubx64.efi, as installed by the package manager on 2026-11-20; kernel, shim, Secure Boot keys unchanged"},
	{"another setting of shim's, with an explained shim", {shim, grub},
		{new_shim, grub, {COMPONENT_MOK, 14, "MokDBState (x)", 72, true}},
		KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
		"shim's variable added: MokDBState, unexplained; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"},
	{"a key comes", {{0}}, {{COMPONENT_DB, 7, "CN=Evil", 28, false}}, 0, NULL, ERR_DRIFT_KEYS,
		false, "Evil added to db, unexplained; kernel, grub, shim unchanged"},
	{"firmware of the cloud", {firmware},
		{{COMPONENT_FIRMWARE, 0, "firmware volume at 0x200000", 29, true}}, 0, NULL, ERR_OK,
		false,
		"firmware changed: firmware volume at 0x200000 (was firmware volume at 0x100000); kernel, grub, shim, Secure Boot keys unchanged"},
	{"the last partition grew", {{0}}, {{COMPONENT_PARTITION_TABLE, 5, "disk", 30, false}}, 0,
		NULL, ERR_OK, true, ""},
	{"a signer that comes with an explained shim", {shim},
		{{COMPONENT_APPLICATION, 4, "\\EFI\\debian\\shimx64.efi", 31, true},
			{COMPONENT_AUTHORITY, 7, "CN=Microsoft UEFI CA 2023", 32, false}},
		KIND(COMPONENT_APPLICATION), NULL, ERR_OK, true,
		"shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; kernel, grub, Secure Boot keys unchanged"},
	{"a signer that comes with nothing", {{0}}, {{COMPONENT_AUTHORITY, 7, "CN=Evil", 32, false}},
		0, NULL, ERR_DRIFT_APPLICATION, false,
		"signer added: Evil, unexplained; kernel, grub, shim, Secure Boot keys unchanged"},
	{"a signer that comes with a shim by hand", {shim},
		{{COMPONENT_APPLICATION, 4, "\\EFI\\debian\\shimx64.efi", 31, true},
			{COMPONENT_AUTHORITY, 7, "CN=Evil", 32, false}},
		0, NULL, ERR_DRIFT_APPLICATION, false,
		"shim changed: shimx64.efi, unexplained; signer added: Evil, unexplained; kernel, grub, Secure Boot keys unchanged"},
};

/* What follows from another change, and what only looks so. */
static const struct {
	struct item had[4];
	struct row row;
} consequences[] = {
	/* another signature of the same program */
	{{BY_OLD_CA},
		{"a certificate by a signed update of db, and the same shim", {{0}},
			{NEW_CA, BY_NEW_CA}, KIND(COMPONENT_DB), NULL, ERR_OK, true,
			"CA 2023 added to db, as installed by the package manager on 2026-11-20; kernel, grub, shim unchanged"}},
	{{BY_OLD_CA},
		{"a signer that db held before", {{0}}, {BY_KNOWN_CA}, 0, NULL, ERR_OK, true, ""}},
	{{BY_OLD_CA},
		{"a certificate that came into db unexplained", {{0}}, {NEW_CA, BY_NEW_CA}, 0, NULL,
			ERR_DRIFT_KEYS, false,
			"CA 2023 added to db, unexplained; signer changed: CA 2023 (was CA 2011), unexplained; kernel, grub, shim unchanged"}},
	{{BY_OLD_CA},
		{"a signer that db does not hold", {{0}}, {BY_NEW_CA}, 0, NULL,
			ERR_DRIFT_APPLICATION, false,
			"signer changed: CA 2023 (was CA 2011), unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA},
		{"a signer whose event does not hold the certificate", {{0}},
			{{COMPONENT_AUTHORITY, 7, "CN=Microsoft Corporation UEFI CA 2011", 8, true}},
			0, NULL, ERR_DRIFT_APPLICATION, false,
			"signer changed: Microsoft Corporation UEFI CA 2011 (was CA 2011), unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA},
		{"another signer that db holds, and a program by hand", {grub},
			{{COMPONENT_APPLICATION, 4, "\\EFI\\debian\\grubx64.efi", 31, true},
				BY_KNOWN_CA},
			0, NULL, ERR_DRIFT_APPLICATION, false,
			"signer changed: Microsoft Corporation UEFI CA 2011 (was CA 2011), unexplained; grub changed: grubx64.efi, unexplained; kernel, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA}, {"a signer more that db holds", {{0}}, {BY_KNOWN_CA, BY_OLD_CA}, 0, NULL,
			      ERR_OK, true, ""}},
	{{BY_OLD_CA, BY_KNOWN_CA}, {"a signer less", {{0}}, {BY_KNOWN_CA}, 0, NULL, ERR_OK, true, ""}},
	{{BY_OLD_CA},
		{"the only signer gone", {{0}}, {{0}}, 0, NULL, ERR_DRIFT_APPLICATION, false,
			"signer removed: CA 2011, unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA, BY_KNOWN_CA},
		{"a signer less, and a program by hand", {grub}, {OTHER_GRUB, BY_KNOWN_CA}, 0, NULL,
			ERR_DRIFT_APPLICATION, false,
			"grub changed: grubx64.efi, unexplained; signer removed: CA 2011, unexplained; kernel, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA, NEW_CA},
		{"db loses a certificate unexplained, and another one signed", {{0}}, {BY_KNOWN_CA},
			0, NULL, ERR_DRIFT_KEYS, false,
			"CA 2023 removed from db, unexplained; kernel, grub, shim unchanged"}},
	{{BY_OLD_CA, MOK_LIST}, {"a key that MokList held before", {{0}}, {BY_OWNERS_KEY, MOK_LIST},
					0, NULL, ERR_OK, true, ""}},
	{{BY_OLD_CA, MOK_LIST},
		{"a key of a list that came with another shim", {shim, grub},
			{OTHER_SHIM, grub, BY_OWNERS_KEY, OTHER_MOK_LIST},
			KIND(COMPONENT_APPLICATION), NULL, ERR_OK, true,
			"shim's variable changed: MokList, as it may with another shim; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{BY_OLD_CA, MOK_LIST},
		{"a key of a MokList that changed", {{0}}, {BY_OWNERS_KEY, OTHER_MOK_LIST}, 0, NULL,
			ERR_DRIFT_SETTINGS, false,
			"shim's variable changed: MokList, unexplained; signer changed: Owner (MokListRT) (was CA 2011), unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA},
		{"a key of a MokList that nobody measured", {{0}}, {BY_OWNERS_KEY}, 0, NULL,
			ERR_DRIFT_APPLICATION, false,
			"signer changed: Owner (MokListRT) (was CA 2011), unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA, MOK_LIST},
		{"a key that only its event puts into MokList", {{0}},
			{{COMPONENT_AUTHORITY, 7, "CN=Owner (MokListRT)", 50, true}, MOK_LIST}, 0,
			NULL, ERR_DRIFT_APPLICATION, false,
			"signer changed: Owner (MokListRT) (was CA 2011), unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA, MOK_LIST},
		{"a key of MokList, and a program by hand", {grub},
			{OTHER_GRUB, BY_OWNERS_KEY, MOK_LIST}, 0, NULL, ERR_DRIFT_APPLICATION, false,
			"signer changed: Owner (MokListRT) (was CA 2011), unexplained; grub changed: grubx64.efi, unexplained; kernel, shim, Secure Boot keys unchanged"}},
	{{BY_OLD_CA, MOK_LIST},
		{"a key of MokList, and a kernel by hand with an explained grub", {grub, kernel},
			{OTHER_GRUB, new_kernel, BY_OWNERS_KEY, MOK_LIST},
			KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_APPLICATION, false,
			"signer changed: Owner (MokListRT) (was CA 2011), unexplained; kernel changed: vmlinuz-6.1.0-56, unexplained; grub changed: grubx64.efi, as installed by the package manager on 2026-11-20; shim, Secure Boot keys unchanged"}},
	/* what shim measures */
	{{TRUSTED},
		{"a setting that another shim measures no more", {shim, grub}, {OTHER_SHIM, grub},
			KIND(COMPONENT_APPLICATION), NULL, ERR_OK, true,
			"Secure Boot setting removed: MokListTrusted = 01 (owner's keys count), as it may with another shim; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{{0}}, {"a setting that another shim measures anew", {shim, grub},
			{OTHER_SHIM, grub, TRUSTED}, KIND(COMPONENT_APPLICATION), NULL, ERR_OK, true,
			"Secure Boot setting added: MokListTrusted = 01 (owner's keys count), as it may with another shim; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{{0}}, {"shim's policy, measured by another shim", {shim, grub},
			{OTHER_SHIM, grub,
				{COMPONENT_MOK, 14, "MokPolicy (shim: what it demands of programs)",
					33, true}},
			KIND(COMPONENT_APPLICATION), NULL, ERR_OK, true,
			"shim's variable added: MokPolicy, as it may with another shim; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{TRUSTED},
		{"a setting that the same shim measures no more", {{0}}, {{0}}, 0, NULL,
			ERR_DRIFT_SETTINGS, false,
			"Secure Boot setting removed: MokListTrusted = 01 (owner's keys count), unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{TRUSTED},
		{"a setting that leaves with a shim by hand", {shim, grub}, {OTHER_SHIM, grub}, 0,
			NULL, ERR_DRIFT_SETTINGS, false,
			"Secure Boot setting removed: MokListTrusted = 01 (owner's keys count), unexplained; shim changed: shimx64.efi, unexplained; grub, kernel, Secure Boot keys unchanged"}},
	{{TRUSTED},
		{"another value of a setting, with another shim", {shim, grub},
			{OTHER_SHIM, grub,
				{COMPONENT_SECURE_BOOT_SETTING, 7,
					"MokListTrusted = 00 (owner's keys do not count)", 34, false}},
			KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
			"Secure Boot setting changed: MokListTrusted = 00 (owner's keys do not count) (was MokListTrusted = 01 (owner's keys count)), unexplained; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{{0}}, {"validation off, with another shim", {shim, grub},
			{OTHER_SHIM, grub,
				{COMPONENT_SECURE_BOOT_SETTING, 7,
					"MokSBState = 01 (shim verifies nothing)", 35, false}},
			KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
			"Secure Boot setting added: MokSBState = 01 (shim verifies nothing), unexplained; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{POLICY},
		{"shim's policy, measured by another shim no more", {shim, grub},
			{OTHER_SHIM, grub}, KIND(COMPONENT_APPLICATION), NULL, ERR_OK, true,
			"shim's variable removed: MokPolicy, as it may with another shim; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{POLICY},
		{"shim's policy, gone with the same shim", {{0}}, {{0}}, 0, NULL,
			ERR_DRIFT_SETTINGS, false,
			"shim's variable removed: MokPolicy, unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{POLICY},
		{"shim's policy, gone with another grub", {grub}, {OTHER_GRUB},
			KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
			"shim's variable removed: MokPolicy, unexplained; grub changed: grubx64.efi, as installed by the package manager on 2026-11-20; kernel, shim, Secure Boot keys unchanged"}},
	{{POLICY},
		{"another policy, with another shim", {shim, grub},
			{OTHER_SHIM, grub,
				{COMPONENT_MOK, 14, "MokPolicy (shim: what it demands of programs)",
					55, true}},
			KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
			"shim's variable changed: MokPolicy, unexplained; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{MOK_LIST},
		{"MokList, gone with another shim", {shim, grub}, {OTHER_SHIM, grub},
			KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
			"shim's variable removed: MokList, unexplained; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, kernel, Secure Boot keys unchanged"}},
	{{TRUSTED},
		{"a setting that leaves with another shim, and a kernel by hand",
			{shim, grub, kernel}, {OTHER_SHIM, grub, new_kernel},
			KIND(COMPONENT_APPLICATION), NULL, ERR_DRIFT_SETTINGS, false,
			"Secure Boot setting removed: MokListTrusted = 01 (owner's keys count), unexplained; kernel changed: vmlinuz-6.1.0-56, unexplained; shim changed: shimx64.efi, as installed by the package manager on 2026-11-20; grub, Secure Boot keys unchanged"}},
	{{TRUSTED},
		{"a setting that leaves with a program in front of the same shim", {{0}},
			{{COMPONENT_APPLICATION, 4, "\\EFI\\kit.efi", 56, true}}, 0, NULL,
			ERR_DRIFT_SETTINGS, false,
			"Secure Boot setting removed: MokListTrusted = 01 (owner's keys count), unexplained; boot application added: kit.efi, unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	/* what goes because of an explained change */
	{{UCODE, BOTH},
		{"an initrd that the boot configuration on the disk leaves out", {list},
			{{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 36, false}},
			KIND(COMPONENT_INITRD_LIST), NULL, ERR_OK, true,
			"list of initrds changed: /initrd.img-6.1.0-55 (was /ucode /initrd.img-6.1.0-55), as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{UCODE, BOTH},
		{"an initrd left out at the boot menu", {list},
			{{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 36, false}}, 0, NULL,
			ERR_DRIFT_INITRD, false,
			"list of initrds changed: /initrd.img-6.1.0-55 (was /ucode /initrd.img-6.1.0-55), unexplained; initrd removed: ucode, unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{UCODE, BOTH},
		{"an initrd that is gone although the list on the disk names it", {list, initrd},
			{{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 36, false},
				{COMPONENT_BOOT_FILE, 9, "/font", 37, true}},
			KIND(COMPONENT_INITRD_LIST), NULL, ERR_DRIFT_INITRD, false,
			"initrd removed: initrd.img-6.1.0-55, unexplained; initrd removed: ucode, unexplained; boot file added: font, unexplained, and it may be an initrd; list of initrds changed: /initrd.img-6.1.0-55 (was /ucode /initrd.img-6.1.0-55), as installed by the package manager on 2026-11-20"}},
	{{{COMPONENT_INITRD, 9, "/ucode2", 38, true}, BOTH},
		{"an initrd that is gone, and its name only begins as one that was left out",
			{list}, {{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 36, false}},
			KIND(COMPONENT_INITRD_LIST), NULL, ERR_DRIFT_INITRD, false,
			"initrd removed: ucode2, unexplained; list of initrds changed: /initrd.img-6.1.0-55 (was /ucode /initrd.img-6.1.0-55), as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{{COMPONENT_INITRD, 13, "/ucode", 38, true}, BOTH},
		{"an extension image that is gone, called as an initrd that was left out", {list},
			{{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 36, false}},
			KIND(COMPONENT_INITRD_LIST), NULL, ERR_DRIFT_INITRD, false,
			"initrd removed: ucode, unexplained; list of initrds changed: /initrd.img-6.1.0-55 (was /ucode /initrd.img-6.1.0-55), as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{UCODE, {COMPONENT_INITRD_LIST, 8, "/ucode /initrd.img-6.1.0-55", 39, true}},
		{"an initrd left out, and the list before is not what was measured", {list},
			{{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 36, false}},
			KIND(COMPONENT_INITRD_LIST), NULL, ERR_DRIFT_INITRD, false,
			"initrd removed: ucode, unexplained; list of initrds changed: /initrd.img-6.1.0-55 (was /ucode /initrd.img-6.1.0-55), as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{UCODE, BOTH},
		{"all initrds gone, and no list", {list, initrd}, {{0}}, 0, NULL, ERR_DRIFT_INITRD,
			false,
			"initrd removed: initrd.img-6.1.0-55, unexplained; initrd removed: ucode, unexplained; list of initrds removed: /ucode /initrd.img-6.1.0-55, unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{UCODE, BOTH},
		{"an initrd left out by the disk, and the other one replaced", {list, initrd},
			{{COMPONENT_INITRD_LIST, 8, "/initrd.img-6.1.0-55", 36, false}, rebuilt_initrd},
			KIND(COMPONENT_INITRD_LIST), NULL, ERR_DRIFT_INITRD, false,
			"initrd changed: initrd.img-6.1.0-55, unexplained; list of initrds changed: /initrd.img-6.1.0-55 (was /ucode /initrd.img-6.1.0-55), as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"}},
	/* what GRUB reads, and only the log names */
	{{{0}}, {"a font by a package", {{0}}, {FONT}, KIND(COMPONENT_BOOT_FILE), NULL, ERR_OK, true,
			"boot file added: unicode.pf2, as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{FONT}, {"a font less", {{0}}, {{0}}, 0, NULL, ERR_OK, false,
			 "boot file removed: unicode.pf2; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{GRUBENV},
		{"GRUB's environment changed", {{0}}, {OTHER_GRUBENV}, 0, NULL, ERR_OK, false,
			"boot file changed: grubenv; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{GRUBENV, COMMANDS},
		{"GRUB's environment changed, and with it what it did", {{0}},
			{OTHER_GRUBENV, OTHER_COMMANDS}, KIND(COMPONENT_BOOT_FILE), NULL, ERR_OK, true,
			"boot file changed: grubenv, as installed by the package manager on 2026-11-20; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{GRUBENV, COMMANDS},
		{"the same, and its contents are not on the disk", {{0}},
			{OTHER_GRUBENV, OTHER_COMMANDS}, 0, NULL, ERR_CHANGE_UNCLEAR, false,
			"boot file changed: grubenv, reason not found out; GRUB commands changed; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{COMMANDS},
		{"another disk's initrd by the same path, and the good one read beside it", {{0}},
			{FONT, OTHER_COMMANDS}, 0, NULL, ERR_DRIFT_INITRD, false,
			"boot file added: unicode.pf2, unexplained, and it may be an initrd; GRUB commands changed; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{COMMANDS},
		{"the same, and what the kernel got of it", {{0}},
			{FONT, OTHER_COMMANDS, loaded_initrds}, 0, NULL, ERR_DRIFT_INITRD, false,
			"loaded initrd added: initrd, which the log does not show, unexplained; boot file added: unicode.pf2, unexplained, and it may be an initrd; GRUB commands changed; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{{0}}, {"what the kernel got is not the one initrd", {{0}}, {loaded_initrds}, 0, NULL,
			ERR_DRIFT_INITRD, false,
			"loaded initrd added: initrd, which the log does not show, unexplained; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{FONT}, {"an initrd instead of a font", {{0}},
			 {{COMPONENT_BOOT_FILE, 9, "/boot/grub/fonts/unicode.pf2", 82, true}}, 0,
			 NULL, ERR_DRIFT_INITRD, false,
			 "boot file changed: unicode.pf2, unexplained, and it may be an initrd; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{FONT}, {"an initrd called GRUB's environment", {{0}}, {OTHER_GRUBENV}, 0, NULL,
			 ERR_DRIFT_INITRD, false,
			 "boot file added: grubenv, unexplained, and it may be an initrd; boot file removed: unicode.pf2; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{FONT}, {"a font that only its package's owner may name so, by a rule", {{0}},
			 {{COMPONENT_BOOT_FILE, 9, "/boot/grub/fonts/unicode.pf2", 82, true}}, 0,
			 "{\"initrdChanged\":\"note\"}", ERR_OK, false,
			 "boot file changed: unicode.pf2; kernel, grub, shim, Secure Boot keys unchanged"}},
	{{COMMANDS},
		{"an initrd called what the kernel got as its line, with a kernel by its package",
			{kernel}, {new_kernel, RECEIVED, OTHER_RECEIVED, OTHER_COMMANDS},
			KIND(COMPONENT_KERNEL), NULL, ERR_DRIFT_COMMAND_LINE, false,
			"kernel command line added: kernel command line, which the log does not show, unexplained; kernel changed: vmlinuz-6.1.0-56, as installed by the package manager on 2026-11-20; grub, shim, Secure Boot keys unchanged"}},
	{{RECEIVED, COMMANDS},
		{"what the kernel got as its line, with a kernel by its package", {kernel},
			{new_kernel, OTHER_RECEIVED, COMMANDS}, KIND(COMPONENT_KERNEL), NULL,
			ERR_OK, true,
			"kernel changed: vmlinuz-6.1.0-56, as installed by the package manager on 2026-11-20; grub, shim, Secure Boot keys unchanged"}},
};

static void check_row(const struct row *row, const struct item had[4])
{
	struct drift_judgement judgement;

	judge(row, had, &judgement);
	if (strcmp(judgement.text, row->text) != 0)
		fail_msg("%s:\n  %s\nexpected\n  %s", row->shown, judgement.text, row->text);
	if (judgement.verdict.reason.code != row->code)
		fail_msg("%s: %d, expected %d", row->shown, judgement.verdict.reason.code, row->code);
	assert_int_equal(judgement.verdict.health, row->code == ERR_OK ? HEALTH_HEALTHY
						   : row->code == ERR_CHANGE_UNCLEAR
							   ? HEALTH_UNKNOWN
							   : HEALTH_UNHEALTHY);
	assert_int_equal(judgement.is_explained, row->is_explained);
}

static void each_change_has_its_verdict_and_its_sentence(void **state)
{
	static const struct item nothing[4];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i], nothing);
}

static void a_consequence_joins_its_explained_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(consequences); i++)
		check_row(&consequences[i].row, consequences[i].had);
}

static void the_oldest_version_that_may_start_only_rises(void **state)
{
	static const struct {
		const char *old, *new;
		enum err_code code;
		const char *verb;
	} levels[] = {
		{"sbat,1,2022052400 shim,2 grub,3", "sbat,1,2025021800 shim,4 grub,5", ERR_OK,
			"raised: "},
		{"sbat,1,2023012900 shim,2 grub,3 grub.debian,4", "sbat,1,2025021800 shim,4 grub,5",
			ERR_OK, "raised: "},
		{"sbat,1,2025021800 shim,4 grub,5", "sbat,1,2025021800 shim,4 grub,6",
			ERR_DRIFT_SETTINGS, "changed: "},
		{"sbat,1,2022052400 shim,2 grub,3", "sbat,1,2025021800 shim,2 grub,3 grub.debian,4",
			ERR_OK, "raised: "},
		{"sbat,1,2025021800 shim,4 grub,5", "sbat,1,2022052400 shim,2 grub,3",
			ERR_DRIFT_SETTINGS, "lowered: "},
		{"sbat,1,2025021800 shim,4 grub,5", "sbat,1,2025021800 shim,5 grub,4",
			ERR_DRIFT_SETTINGS, "lowered: "},
		{"sbat,1,2025021800 shim,4 grub,5", "sbat,1,2025021800 shim,4", ERR_DRIFT_SETTINGS,
			"lowered: "},
		{"sbat,1,2025021800 shim,4 grub,5", "", ERR_DRIFT_SETTINGS, "lowered: "},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(levels); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		struct drift_judgement judgement;

		add(&before, &(struct item){COMPONENT_SBAT, 7, levels[i].old, 1, false});
		add(&boot, &(struct item){COMPONENT_SBAT, 7, levels[i].new, 2, false});
		judge_two(&before, &boot, 0, &judgement);
		assert_int_equal(judgement.verdict.reason.code, levels[i].code);
		assert_non_null(strstr(judgement.text, levels[i].verb));
	}
}

static void a_level_may_come_and_not_go(void **state)
{
	static const struct {
		const char *old, *new, *second; /* NULL: none */
		enum err_code code;
	} levels[] = {
		{NULL, "sbat,1,2022052400 shim,2 grub,3", NULL, ERR_OK},
		{NULL, "sbat,1,2021030218", NULL, ERR_OK},
		{NULL, "", NULL, ERR_DRIFT_SETTINGS},
		{NULL, "shim,2 grub,3", NULL, ERR_DRIFT_SETTINGS},
		{NULL, "sbat,1,2022052400 shim grub,3", NULL, ERR_DRIFT_SETTINGS},
		{NULL, "sbat,1,2021030218", "sbat,1,2022052400 shim,2", ERR_DRIFT_SETTINGS},
		/* the first one is shim's, and the other was measured later, by whoever lowered it
		 */
		{"sbat,1,2022052400 shim,2", "sbat,1,2021030218", "sbat,1,2022052400 shim,2",
			ERR_DRIFT_SETTINGS},
		{"sbat,1,2022052400 shim,2", NULL, NULL, ERR_DRIFT_SETTINGS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(levels); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		struct drift_judgement judgement;

		if (levels[i].old)
			add(&before, &(struct item){COMPONENT_SBAT, 7, levels[i].old, 1, false});
		if (levels[i].new)
			add(&boot, &(struct item){COMPONENT_SBAT, 7, levels[i].new, 2, false});
		if (levels[i].second)
			add(&boot, &(struct item){COMPONENT_SBAT, 7, levels[i].second,
					   levels[i].old ? 1 : 3, false});
		judge_two(&before, &boot, 0, &judgement);
		assert_int_equal(judgement.verdict.reason.code, levels[i].code);
		assert_int_equal(judgement.is_explained, levels[i].code == ERR_OK);
	}
}

static void add_dbx(struct components *components, const char *fills)
{
	struct component dbx = {.kind = COMPONENT_DBX, .pcr = 7, .is_bound = true};
	struct err err;

	for (const char *at = fills; *at; at++) {
		char entry[COMPONENTS_REVOCATION_LEN];

		memset(entry, *at, sizeof(entry));
		check_ok(buf_append(&components->revoked, entry, sizeof(entry), &err), &err);
	}
	crypto_sha256(buf_bytes(&components->revoked), dbx.sha256);
	(void)snprintf(dbx.name, sizeof(dbx.name), "%zu entries", strlen(fills));
	check_ok(components_add(components, &dbx, &err), &err);
}

static void revocations_may_be_added_but_not_removed(void **state)
{
	static const struct {
		const char *old, *new;
		enum err_code code;
		const char *text;
	} lists[] = {
		{"abc", "abc", ERR_OK, ""},
		{"abc", "aabcz", ERR_OK, "dbx: 2 entries added, none removed"},
		{"abc", "abcd", ERR_OK, "dbx: 1 entry added, none removed"},
		{"bcd", "abcd", ERR_OK, "dbx: 1 entry added, none removed"},
		{"abc", "abdefg", ERR_DRIFT_KEYS, "dbx: 1 entry removed, 4 added, unexplained"},
		{"abc", "b", ERR_DRIFT_KEYS, "dbx: 2 entries removed, 0 added, unexplained"},
		{"abc", "", ERR_DRIFT_KEYS, "dbx: 3 entries removed, 0 added, unexplained"},
		{"", "abc", ERR_OK, "dbx: 3 entries added, none removed"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		struct drift_judgement judgement;

		add_dbx(&before, lists[i].old);
		add_dbx(&boot, lists[i].new);
		judge_two(&before, &boot, 0, &judgement);
		assert_string_equal(judgement.text, lists[i].text);
		assert_int_equal(judgement.verdict.reason.code, lists[i].code);
	}
}

static void add_line(struct components *components, const char *text, bool is_kept)
{
	struct component found = {.kind = COMPONENT_COMMAND_LINE, .pcr = 8, .is_bound = true};
	struct err err;

	crypto_sha256(bytes_of_text(text), found.sha256);
	(void)snprintf(found.name, sizeof(found.name), "%.*s", COMPONENT_NAME_SIZE - 1, text);
	if (is_kept)
		check_ok(components_keep_text(components, &found, bytes_of_text(text), &err), &err);
	check_ok(components_add(components, &found, &err), &err);
}

#define LONG_LINE                                                                                  \
	"root=/dev/mapper/rootvg-rootlv ro loglevel=3 crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M console=tty1 console=ttyS0 earlyprintk=ttyS0 rootdelay=300 nvme_core.io_timeout=240 net.ifnames=0"

static void a_long_command_line_shows_what_came_and_went(void **state)
{
	static const struct {
		const char *old, *new;
		bool is_kept; /* of the accepted boot: earlier versions kept no more than a name */
		const char *text;
	} lines[] = {
		{LONG_LINE, LONG_LINE " init=/bin/bash", true, "added init=/bin/bash, unexplained"},
		{LONG_LINE " selinux=1", LONG_LINE, true, "removed selinux=1, unexplained"},
		{LONG_LINE, LONG_LINE " init=/bin/bash", false,
			"root=/dev/mapper/rootvg-rootl ... net.ifnames=0 init=/bin/bash, unexplained"},
		{LONG_LINE, "ro " LONG_LINE, true,
			"ro root=/dev/mapper/rootvg-ro ... .io_timeout=240 net.ifnames=0, unexplained"},
		{"ro", "ro " LONG_LINE " init=/bin/bash", true,
			"added root=/dev/mapper/rootvg-rootlv loglevel=3 and 8 more words, unexplained"},
		{"ro", "ro init=/bin/bash,and-an-argument-that-pushes-all-else-out-of-sight", true,
			"added init=/bin/bash,and-an-argument-that-pushes-al..., unexplained"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		auto_cleanup(drift) struct drift drift = {0};
		struct rules rules = rules_default();
		struct drift_judgement judgement;
		char text[DRIFT_TEXT_SIZE];
		struct err err;

		add_line(&before, lines[i].old, lines[i].is_kept);
		add_line(&boot, lines[i].new, true);
		check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
		components_done(&before);
		components_done(&boot);
		drift_judge(&rules, &boot, &drift, &judgement);
		(void)snprintf(text, sizeof(text), "kernel command line changed: %s", lines[i].text);
		assert_string_equal(judgement.text, text);
		assert_string_equal(drift_after(&drift.differences[0]), lines[i].new);
	}
	judged_print(7, (struct judged){.attacks = COUNT(lines)});
}

/* A line of about this many characters, in which the word is the last, the first, or in the middle.
 */
static void make_line(const char *word, size_t len, size_t place, char ret[5000])
{
	size_t count = len / 8, at = place == 0 ? count : place == 1 ? 0 : count / 2, used = 0;

	for (size_t i = 0; i <= count; i++) {
		if (i == at && word[0])
			used += (size_t)snprintf(ret + used, 5000 - used, "%s ", word);
		used += (size_t)snprintf(ret + used, 5000 - used, "a%zu=%04zu ", i % 10, i);
	}
	ret[used - 1] = '\0';
}

/* With an explanation the line is good, and shows the word all the same. */
static void a_word_is_shown_wherever_a_line_has_it(void **state)
{
	static const size_t lengths[] = {20, 140, 159, 160, 161, 187, 500, 1000, 2047, 4000};
	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths) * 6; i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		bool is_good = i % 2;
		struct drift_judgement judgement;
		char old[5000], new[5000];

		make_line("", lengths[i / 6], 0, old);
		make_line("init=/bin/bash", lengths[i / 6], i / 2 % 3, new);
		add_line(&before, old, true);
		add_line(&boot, new, true);
		judge_two(&before, &boot, is_good ? KIND(COMPONENT_COMMAND_LINE) : 0, &judgement);
		if (!strstr(judgement.text, "changed: added init=/bin/bash, "))
			fail_msg("%zu: %s", lengths[i / 6], judgement.text);
		assert_int_equal(
			judgement.verdict.health, is_good ? HEALTH_HEALTHY : HEALTH_UNHEALTHY);
		assert_string_equal(components_text(&boot, &boot.items[0]), new);
		judged_add(&judged, is_good);
	}
	judged_print(7, judged);
}

/* Too many to keep: nobody knows whether one was removed. */
static void revocations_that_were_not_kept_are_not_counted(void **state)
{
	auto_cleanup(components) struct components before = no_components();
	auto_cleanup(components) struct components boot = no_components();
	struct drift_judgement judgement;

	(void)state;
	add_dbx(&before, "abc");
	buf_done(&before.revoked);
	add_dbx(&boot, "abcd");
	judge_two(&before, &boot, 0, &judgement);
	assert_string_equal(judgement.text, "dbx changed: 4 entries, unexplained");
	assert_int_equal(judgement.verdict.reason.code, ERR_DRIFT_KEYS);
}

static void the_closest_variant_is_compared(void **state)
{
	static const struct item variants[][MAX_ITEMS] = {
		{{COMPONENT_KERNEL, 4, "/a", 1, true}, {COMPONENT_FIRMWARE, 0, "f", 9, true}},
		{{COMPONENT_KERNEL, 4, "/b", 2, true}, {COMPONENT_FIRMWARE, 0, "f", 8, true}},
		{{COMPONENT_KERNEL, 4, "/b", 2, true}, {COMPONENT_FIRMWARE, 0, "f", 9, true}},
		{{COMPONENT_KERNEL, 4, "/c", 3, true}, {COMPONENT_FIRMWARE, 0, "f", 9, true}},
	};
	static const struct {
		struct item boot[MAX_ITEMS];
		size_t variant, count;
	} boots[] = {
		{{{COMPONENT_KERNEL, 4, "/a", 1, true}, {COMPONENT_FIRMWARE, 0, "f", 9, true}}, 0, 0},
		{{{COMPONENT_KERNEL, 4, "/b", 2, true}, {COMPONENT_FIRMWARE, 0, "f", 9, true}}, 2, 0},
		/* a known kernel with other firmware is closer than another kernel with known
		   firmware */
		{{{COMPONENT_KERNEL, 4, "/a", 1, true}, {COMPONENT_FIRMWARE, 0, "f", 7, true}}, 0, 1},
		/* the latest of those that differ alike */
		{{{COMPONENT_KERNEL, 4, "/d", 4, true}, {COMPONENT_FIRMWARE, 0, "f", 9, true}}, 3, 1},
	};
	struct components known[COUNT(variants)];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(variants); i++) {
		known[i] = no_components();
		add_all(&known[i], variants[i]);
	}
	for (size_t i = 0; i < COUNT(boots); i++) {
		auto_cleanup(components) struct components boot = no_components();
		auto_cleanup(drift) struct drift drift = {0};

		add_all(&boot, boots[i].boot);
		check_ok(drift_find(known, COUNT(known), &boot, &drift, &err), &err);
		assert_int_equal(drift.variant, boots[i].variant);
		assert_int_equal(drift.count, boots[i].count);
	}
	for (size_t i = 0; i < COUNT(variants); i++)
		components_done(&known[i]);
}

/* However much changed: one line, whole words, the worst first, and the number of what is left
 * out. */
static void a_sentence_stays_short(void **state)
{
	auto_cleanup(components) struct components before = no_components();
	auto_cleanup(components) struct components boot = no_components();
	auto_cleanup(drift) struct drift drift = {0};
	struct rules rules = rules_default();
	struct drift_judgement judgement;
	char name[COMPONENT_NAME_SIZE];
	struct err err;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (uint8_t i = 0; i < 20; i++) {
		name[0] = (char)('a' + i);
		add(&boot, &(struct item){COMPONENT_FIRMWARE, 0, name, i, true});
		add(&boot, &(struct item){COMPONENT_DRIVER, 2, name, i, true});
	}
	add(&boot, &(struct item){COMPONENT_KERNEL, 4, name, 1, true});
	check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
	drift_judge(&rules, &boot, &drift, &judgement);
	assert_int_equal(judgement.verdict.reason.code, ERR_DRIFT_KERNEL);
	assert_int_equal(strncmp(judgement.text, "kernel added: txxx", 18), 0);
	assert_string_equal(strrchr(judgement.text, ';'), "; 38 more changes");
}

/* A PCR that was not read in one of the two boots is unclear, as serious as what it could hold. */
static void a_pcr_that_one_boot_does_not_list_is_unclear(void **state)
{
	static const struct item before_items[MAX_ITEMS] = {{COMPONENT_KERNEL, 4, "/a", 1, true},
		{COMPONENT_COMMAND_LINE, 8, "quiet", 2, false}};
	static const struct item boot_items[MAX_ITEMS] = {
		{COMPONENT_KERNEL, 4, "/a", 1, true}, {COMPONENT_MOK, 14, "MokList", 3, true}};
	auto_cleanup(components) struct components before = components_empty();
	auto_cleanup(components) struct components boot = components_empty();
	auto_cleanup(drift) struct drift drift = {0};
	struct rules rules = rules_default();
	struct drift_judgement judgement;
	struct err err;

	(void)state;
	add_all(&before, before_items);
	add_all(&boot, boot_items);
	before.listed = 0x3FF;
	boot.listed = 0x40FF;
	check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
	assert_int_equal(drift.count, 3);
	drift_judge(&rules, &boot, &drift, &judgement);
	assert_int_equal(judgement.verdict.health, HEALTH_UNKNOWN);
	assert_int_equal(judgement.verdict.reason.code, ERR_CHANGE_UNCLEAR);
	assert_false(judgement.is_explained);
	assert_false(judgement.is_acceptable);
	assert_string_equal(judgement.text,
		"shim's variable not compared: PCR 14 of the accepted boot is not known; initrd not compared: PCR 9 could not be read; kernel command line not compared: PCR 8 could not be read; kernel unchanged");
	rules.action[RULES_INITRD] = rules.action[RULES_COMMAND_LINE] = RULES_IGNORE;
	rules.action[RULES_SECURE_BOOT_SETTINGS] = RULES_NOTE;
	drift_judge(&rules, &boot, &drift, &judgement);
	assert_int_equal(judgement.verdict.health, HEALTH_HEALTHY);
	assert_false(judgement.is_acceptable); /* it would be learned without PCRs 8 and 9 */
	rules = rules_default();
	drift_done(&drift);
	boot.hidden = 0x100; /* somebody extended it behind the log */
	check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
	drift_judge(&rules, &boot, &drift, &judgement);
	assert_int_equal(judgement.verdict.reason.code, ERR_DRIFT_COMMAND_LINE);
	assert_string_equal(judgement.text,
		"kernel command line hidden: PCR 8 holds more than the log tells, unexplained; shim's variable not compared: PCR 14 of the accepted boot is not known; initrd not compared: PCR 9 could not be read; kernel unchanged");
}

/* Emptiness is knowledge: the first event of a PCR is an addition. */
static void the_first_event_of_an_empty_pcr_is_an_addition(void **state)
{
	static const struct {
		struct item item;
		enum err_code code;
		const char *text;
	} firsts[] = {
		{{COMPONENT_COMMAND_LINE, 12, "init=/bin/sh", 3, true}, ERR_DRIFT_COMMAND_LINE,
			"kernel command line added: init=/bin/sh, unexplained; kernel unchanged"},
		{{COMPONENT_INITRD, 13, "sysext initrd", 3, true}, ERR_DRIFT_INITRD,
			"initrd added: sysext initrd, unexplained; kernel unchanged"},
		{{COMPONENT_KERNEL_SECTION, 11, ".cmdline", 3, true}, ERR_DRIFT_KERNEL,
			"kernel image section added: .cmdline, unexplained"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(firsts); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		struct drift_judgement judgement;

		add(&before, &(struct item){COMPONENT_KERNEL, 4, "/a", 1, true});
		add(&boot, &(struct item){COMPONENT_KERNEL, 4, "/a", 1, true});
		add(&boot, &firsts[i].item);
		judge_two(&before, &boot, 0, &judgement);
		assert_int_equal(judgement.verdict.reason.code, firsts[i].code);
		assert_string_equal(judgement.text, firsts[i].text);
		/* of an accepted boot whose PCR was not compared nobody knows whether it was there
		 */
		before.listed &= ~(1u << firsts[i].item.pcr);
		judge_two(&before, &boot, 0, &judgement);
		assert_int_equal(judgement.verdict.health,
			firsts[i].item.pcr == 11 ? HEALTH_HEALTHY : HEALTH_UNKNOWN);
		assert_non_null(strstr(judgement.text, "of the accepted boot is not known"));
	}
}

/* Also where nothing was before; what followed from explained changes explains nothing of it. */
/* In a menu entry that is on the disk, so that the configuration would explain it. */
/* step: bytes of a character; with a final 0, as UTF-16 is measured. */
static size_t in_characters_of(size_t step, const char *text, uint8_t *ret)
{
	size_t len = strlen(text) * step;

	memset(ret, 0, len + step);
	for (size_t i = 0; text[i]; i++)
		ret[i * step] = (uint8_t)text[i];
	return step == 2 ? len + step : len;
}

static void a_word_that_leads_to_a_shell_is_found(void **state)
{
	static const struct {
		const char *line, *other, *word;
	} words[] = {
		{"ro quiet single", "ro quiet", "single"},
		{"ro recovery nomodeset dis_ucode_ldr", "ro", "recovery"},
		{"ro 1", "ro", "1"},
		{"S ro", "ro", "S"},
		{"ro systemd.unit=rescue.target", "ro", "systemd.unit=rescue.target"},
		{"ro rd.systemd.unit=emergency.target", "ro", "rd.systemd.unit=emergency.target"},
		{"ro systemd.debug-shell=1", "ro", "systemd.debug-shell=1"},
		{"ro rd.break=pre-mount", "ro", "rd.break=pre-mount"},
		{"ro break=top", "ro", "break=top"},
		{"ro init=/bin/sh", "ro", "init=/bin/sh"},
		{"ro init=/bin/bash init=/sbin/init", "ro init=/sbin/init", "init=/bin/bash"},
		{"rdinit=/usr/bin/busybox", "", "rdinit=/usr/bin/busybox"},
		{"ro emergency", "ro emergency-x", "emergency"},
		{"ro rd.emergency", "ro", "rd.emergency"},
		{"ro -b", "ro", "-b"},
		{"ro systemd.unit=runlevel1.target", "ro", "systemd.unit=runlevel1.target"},
		{"ro systemd.unit=debug-shell.service", "ro", "systemd.unit=debug-shell.service"},
		{"ro rd.systemd.wants=debug-shell.service", "ro",
			"rd.systemd.wants=debug-shell.service"},
		{"ro init=/sbin/sulogin", "ro", "init=/sbin/sulogin"},
		{"ro rd.shell rd.emergency=halt systemd.unit=multi-user.target -x", "ro", NULL},
		{"ro\tsingle quiet", "ro quiet", "single"},
		{"ro x\xA0single", "ro", "single"},
		{"ro init=/bin/sh\xA0x", "ro", "init=/bin/sh"},
		{"ro x\x85single", "ro", NULL},
		{"ro \"single\"", "ro", "single"},
		{"ro x=\"a 'rd.break'\"", "ro", "rd.break"},
		{"ro x=\"level 1\"", "ro quiet x=\"level 1\"", NULL},
		{"ro single", "ro single quiet", NULL},
		{"ro init=/usr/lib/systemd/systemd", "ro", NULL},
		{"ro init=/nix/store/x-nixos/init", "ro init=/nix/store/y-nixos/init", NULL},
		{"ro rescue=no singleuser 10 ss breakpoint crashkernel=1G rd.shell=0", "ro", NULL},
		{"ro quiet nomodeset", "ro", NULL},
		{"", "ro single", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		for (size_t step = 1; step <= 2; step++) {
			char word[DRIFT_LINE_WORD_SIZE];
			uint8_t bytes[256];
			size_t len = in_characters_of(step, words[i].line, bytes);
			bool is_found = drift_line_has_shell(
				(struct bytes){bytes, len}, words[i].other, word);

			assert_int_equal(is_found, words[i].word != NULL);
			if (is_found)
				assert_string_equal(word, words[i].word);
		}
	}
}

/* Linux gets UTF-8, in which the last byte of U+00E0 and of U+0820 is its blank 0xA0. */
static void a_blank_within_a_character_is_found(void **state)
{
	static const struct {
		uint8_t low, high;
		bool is_blank;
	} characters[] = {
		{0xE0, 0, true},
		{0xE9, 0, false},
		{0xA0, 0, true},
		{0x20, 8, true},
		{0x21, 8, true}, /* in the middle: E0 A0 A1 */
		{0xAC, 0x20, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(characters); i++) {
		const uint8_t words[] = {'x', 0, characters[i].low, characters[i].high, '1', 0, 0, 0};
		char word[DRIFT_LINE_WORD_SIZE];

		assert_int_equal(drift_line_has_shell((struct bytes){words, sizeof(words)}, "", word),
			characters[i].is_blank);
	}
}

static void what_hides_counts_as_the_worst_that_it_could_be(void **state)
{
	static const struct {
		uint32_t pcr;
		enum err_code code;
		const char *text;
	} rows_by_pcr[] = {
		{8, ERR_DRIFT_COMMAND_LINE, "kernel command line hidden: PCR 8 holds more"},
		{9, ERR_DRIFT_INITRD, "initrd hidden: PCR 9 holds more"},
		{14, ERR_DRIFT_SETTINGS, "shim's variable hidden: PCR 14 holds more"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows_by_pcr); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		struct drift_judgement judgement;

		add(&before, &(struct item){COMPONENT_KERNEL, 4, "/a", 1, true});
		add(&boot, &(struct item){COMPONENT_KERNEL, 4, "/b", 2, true});
		add(&boot, &(struct item){COMPONENT_KERNEL_SECTION, 11, ".linux", 3, true});
		boot.listed &= ~(1u << rows_by_pcr[i].pcr);
		boot.hidden = 1u << rows_by_pcr[i].pcr;
		judge_two(&before, &boot, KIND(COMPONENT_KERNEL) | KIND(COMPONENT_KERNEL_SECTION),
			&judgement);
		assert_int_equal(judgement.verdict.reason.code, rows_by_pcr[i].code);
		assert_int_equal(
			strncmp(judgement.text, rows_by_pcr[i].text, strlen(rows_by_pcr[i].text)), 0);
		before.listed = boot.listed; /* accepted like that */
		judge_two(&before, &boot, KIND(COMPONENT_KERNEL) | KIND(COMPONENT_KERNEL_SECTION),
			&judgement);
		assert_int_equal(judgement.verdict.health, HEALTH_HEALTHY);
	}
}

static const struct item section = {COMPONENT_KERNEL_SECTION, 11, ".linux", 60, true};
static const struct item other_section = {COMPONENT_KERNEL_SECTION, 11, ".linux", 61, true};
static const struct item fips = {COMPONENT_COMMAND_LINE, 12, "fips=1", 62, false};
static const struct item evil_words = {COMPONENT_COMMAND_LINE, 12, "init=/bin/sh", 63, false};
static const struct item credentials = {COMPONENT_INITRD, 12, "Credentials initrd", 64, true};
static const struct item extension = {COMPONENT_INITRD, 13, "System extension initrd", 65, true};
static const struct item other_extension = {
	COMPONENT_INITRD, 13, "System extension initrd", 66, true};

/* PCRs 11 to 13, of which a boot without systemd's stub reads the start value. The kernel is
 * updated by its package where is_update. */
static void an_empty_pcr_is_knowledge(void **state)
{
	static const struct {
		const struct item *before[2], *boot[2];
		bool is_update;
		uint32_t unlisted, unread, hidden; /* PCRs: of the accepted boot, of this one */
		enum health health;
	} cases[] = {
		{{NULL}, {NULL}, false, 0, 0, 0, HEALTH_HEALTHY},
		{{NULL}, {NULL}, true, 0, 0, 0, HEALTH_HEALTHY},
		{{NULL}, {NULL}, true, 1u << 11, 0, 0, HEALTH_HEALTHY},
		{{NULL}, {NULL}, false, 1u << 12, 0, 0, HEALTH_HEALTHY},
		{{NULL}, {NULL}, false, 1u << 13, 0, 0, HEALTH_HEALTHY},
		{{&section}, {&section}, false, 0, 0, 0, HEALTH_HEALTHY},
		{{&section}, {&other_section}, true, 0, 0, 0, HEALTH_HEALTHY},
		{{&fips}, {&fips}, true, 0, 0, 0, HEALTH_HEALTHY},
		{{&fips, &credentials}, {&credentials, &fips}, false, 0, 0, 0, HEALTH_HEALTHY},
		{{&extension}, {&extension}, true, 0, 0, 0, HEALTH_HEALTHY},
		{{&section, &extension}, {&section, &extension}, false, 0, 0, 0, HEALTH_HEALTHY},
		/* of a unified image that a package brings */
		{{NULL}, {&section}, true, 0, 0, 0, HEALTH_HEALTHY},
		/* systemd extends PCR 11 while it starts, which no log of the boot has */
		{{NULL}, {NULL}, false, 0, 0, 1u << 11, HEALTH_HEALTHY},
		{{NULL}, {&section}, false, 1u << 11, 0, 0, HEALTH_HEALTHY},
		/* the first there */
		{{NULL}, {&section}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{NULL}, {&fips}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{NULL}, {&evil_words}, true, 0, 0, 0, HEALTH_UNHEALTHY},
		{{NULL}, {&credentials}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{NULL}, {&credentials}, true, 0, 0, 0, HEALTH_UNHEALTHY},
		{{NULL}, {&extension}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{NULL}, {&extension}, true, 0, 0, 0, HEALTH_UNHEALTHY},
		/* one more, or another */
		{{&section}, {&other_section}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{&section}, {&section, &other_section}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{&fips}, {&evil_words}, true, 0, 0, 0, HEALTH_UNHEALTHY},
		{{&fips}, {&fips, &evil_words}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{&fips}, {&fips, &credentials}, true, 0, 0, 0, HEALTH_UNHEALTHY},
		{{&fips}, {NULL}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		{{&extension}, {&other_extension}, true, 0, 0, 0, HEALTH_UNHEALTHY},
		{{&extension}, {&extension, &other_extension}, false, 0, 0, 0, HEALTH_UNHEALTHY},
		/* what the log keeps back */
		{{NULL}, {NULL}, false, 0, 0, 1u << 12, HEALTH_UNHEALTHY},
		{{NULL}, {NULL}, true, 0, 0, 1u << 13, HEALTH_UNHEALTHY},
		{{&fips}, {&fips}, true, 0, 0, 1u << 12, HEALTH_UNHEALTHY},
		/* what was not read in one of both */
		{{NULL}, {&evil_words}, false, 1u << 12, 0, 0, HEALTH_UNKNOWN},
		{{NULL}, {&extension}, true, 1u << 13, 0, 0, HEALTH_UNKNOWN},
		{{&fips}, {NULL}, false, 0, 1u << 12, 0, HEALTH_UNKNOWN},
		{{NULL}, {NULL}, false, 0, 1u << 13, 0, HEALTH_UNKNOWN},
	};
	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		struct drift_judgement judgement;

		before.listed &= ~cases[i].unlisted;
		boot.listed &= ~(cases[i].unread | cases[i].hidden);
		boot.hidden = cases[i].hidden;
		add(&before, &kernel);
		add(&boot, cases[i].is_update ? &new_kernel : &kernel);
		for (size_t k = 0; k < 2; k++) {
			if (cases[i].before[k])
				add(&before, cases[i].before[k]);
			if (cases[i].boot[k])
				add(&boot, cases[i].boot[k]);
		}
		judge_two(&before, &boot, KIND(COMPONENT_KERNEL), &judgement);
		if (judgement.verdict.health != cases[i].health)
			fail_msg("case %zu: %d, %s", i, judgement.verdict.health, judgement.text);
		judged_add(&judged, cases[i].health == HEALTH_HEALTHY);
	}
	judged_print(6, judged);
}

/* What is certainly unexplained comes before what nobody could find out. */
static void what_could_not_be_found_out_is_unknown(void **state)
{
	auto_cleanup(components) struct components before = no_components();
	auto_cleanup(components) struct components boot = no_components();
	auto_cleanup(drift) struct drift drift = {0};
	struct rules rules = rules_default();
	struct drift_judgement judgement;
	struct err err;

	(void)state;
	add(&before, &kernel);
	add(&before, &initrd);
	add(&boot, &new_kernel);
	add(&boot, &new_initrd);
	check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
	assert_int_equal(drift.count, 2);
	for (size_t i = 0; i < 2; i++)
		drift.differences[i].explanation = (struct explanation){
			EXPLANATION_UNKNOWN, "'/boot/x' was not read: it is too large."};
	drift_judge(&rules, &boot, &drift, &judgement);
	assert_int_equal(judgement.verdict.health, HEALTH_UNKNOWN);
	assert_int_equal(judgement.verdict.reason.code, ERR_CHANGE_UNCLEAR);
	assert_string_equal(judgement.verdict.reason.msg,
		"kernel changed: vmlinuz-6.1.0-56, reason not found out; initrd changed: initrd.img-6.1.0-56, reason not found out. Whether an update explains it could not be found out: '/boot/x' was not read: it is too large.");
	assert_false(judgement.is_explained);
	drift.differences[1].explanation = (struct explanation){0};
	drift_judge(&rules, &boot, &drift, &judgement);
	assert_int_equal(judgement.verdict.health, HEALTH_UNHEALTHY);
	assert_int_equal(judgement.verdict.reason.code, ERR_DRIFT_INITRD);
}

/* So that a boot with a PCR that somebody extends later is not learned over the one that the owner
 * accepted with it. */
static void of_two_alike_the_one_that_knows_more_is_closer(void **state)
{
	struct components known[2] = {no_components(), no_components()};
	auto_cleanup(components) struct components boot = no_components();
	auto_cleanup(drift) struct drift drift = {0};
	struct err err;

	(void)state;
	known[1].listed = 0xFF;
	check_ok(drift_find(known, 2, &boot, &drift, &err), &err);
	assert_int_equal(drift.variant, 0);
	boot.listed = 0xFF;
	boot.hidden = 0x100;
	check_ok(drift_find(known, 2, &boot, &drift, &err), &err);
	assert_int_equal(drift.variant, 1);
	assert_int_equal(drift.count, 0);
	boot.listed = 0xFFFFFF; /* to be read again, and another one */
	boot.hidden = 0;
	add(&known[0], &line);
	add(&boot, &(struct item){COMPONENT_COMMAND_LINE, 8, "init=/bin/sh", 99, false});
	check_ok(drift_find(known, 2, &boot, &drift, &err), &err);
	assert_int_equal(drift.variant, 0);
	assert_int_equal(drift.count, 1);
	components_done(&known[0]);
}

static const struct item this_vm = {COMPONENT_VM_ID, 6, "1111", 60, false};
static const struct item other_vm = {COMPONENT_VM_ID, 6, "2222", 61, false};
static const struct item old_key = {COMPONENT_DB, 7, "CN=Old", 62, false};
static const struct item new_key = {COMPONENT_DB, 7, "CN=New", 63, false};
static const struct item new_rom = {COMPONENT_DRIVER, 2, "ROM", 64, true};
static const struct item moks = {COMPONENT_MOK, 14, "MokList", 65, true};

/* A disk in another VM finds other firmware, devices and keys there: one change. Whoever stays in
 * the same VM cannot play that. */
static void another_vm_is_one_change(void **state)
{
	static const struct item relabelled = {COMPONENT_FIRMWARE_CONFIG, 6, "", 60, true};
	static const struct item grown = {COMPONENT_VM_ID, 6, "3333", 66, false};
	static const struct {
		const char *shown;
		struct item boot[MAX_ITEMS];
		const char *rules;
		enum err_code code;
		const char *text;
	} vms[] = {
		{"another VM", {kernel, other_vm, new_key, new_rom, moks}, NULL, ERR_OK,
			"VM id changed: 2222 (was 1111); with it db, shim's variable, option ROM or driver; kernel unchanged"},
		{"the same, for which the owner wants an alarm", {kernel, other_vm, new_key},
			"{\"vmIdentityChanged\":\"unhealthy\"}", ERR_DRIFT_VM_IDENTITY,
			"VM id changed: 2222 (was 1111), unexplained; with it db; kernel unchanged"},
		{"the same, of which he wants to hear nothing", {kernel, other_vm, new_key},
			"{\"vmIdentityChanged\":\"ignore\"}", ERR_OK, ""},
		{"another kernel there", {new_kernel, other_vm, old_key}, NULL, ERR_DRIFT_KERNEL,
			"kernel changed: vmlinuz-6.1.0-56, unexplained; VM id changed: 2222 (was 1111); Secure Boot keys unchanged"},
		{"the same VM", {kernel, this_vm, new_key}, NULL, ERR_DRIFT_KEYS,
			"New added to db, unexplained; Old removed from db, unexplained; kernel unchanged"},
		{"another identifier behind the old one",
			{kernel, this_vm, other_vm, old_key, new_key}, NULL, ERR_DRIFT_KEYS,
			"New added to db, unexplained; VM id added: 2222; kernel unchanged"},
		{"the old identifier's event called another thing",
			{kernel, relabelled, other_vm, old_key, new_key}, NULL, ERR_DRIFT_KEYS,
			"New added to db, unexplained; firmware configuration added; VM id changed: 2222 (was 1111); kernel unchanged"},
		{"two identifiers", {kernel, other_vm, grown, old_key, new_key}, NULL, ERR_DRIFT_KEYS,
			"New added to db, unexplained; VM id changed: 2222 (was 1111); VM id added: 3333; kernel unchanged"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(vms); i++) {
		auto_cleanup(components) struct components before = no_components();
		auto_cleanup(components) struct components boot = no_components();
		auto_cleanup(drift) struct drift drift = {0};
		auto_cleanup(json) json *object = NULL;
		struct drift_judgement judgement;
		struct rules rules;
		struct err err;

		add_all(&before, (const struct item[MAX_ITEMS]){kernel, this_vm, old_key});
		add_all(&boot, vms[i].boot);
		if (vms[i].rules)
			check_ok(json_parse(TEXT(vms[i].rules), &object, &err), &err);
		check_ok(rules_parse(object, &rules, &err), &err);
		check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
		drift_judge(&rules, &boot, &drift, &judgement);
		if (strcmp(judgement.text, vms[i].text) != 0)
			fail_msg("%s:\n  %s\nexpected\n  %s", vms[i].shown, judgement.text,
				vms[i].text);
		assert_int_equal(judgement.verdict.reason.code, vms[i].code);
		assert_int_equal(judgement.is_acceptable, vms[i].code == ERR_OK);
	}
}

static bool read_vector(int folder, const char *name, struct components *ret)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(EVENTLOG_MAX_BYTES);
	struct eventlog log;
	struct err err;

	if (file_read(folder, name, FILE_NO_LINKS, &bytes, &err) < 0)
		return false;
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	check_ok(components_read(&log, 0xFFFFFF, ret, &err), &err);
	return true;
}

/* A laptop with Ubuntu before and after an update of its kernel; what GRUB did differently follows
 * from it. */
static void a_real_update_is_told(void **state)
{
	const char *vectors = getenv("VECTORS");
	auto_cleanup(fd) int folder = -1;
	auto_cleanup(components) struct components before = components_empty();
	auto_cleanup(components) struct components after = components_empty();
	struct drift_judgement judgement;
	struct err err;

	(void)state;
	if (dir_open(vectors ? vectors : "../shared/vectors", &folder, &err) < 0 ||
		!read_vector(folder, "eventlog/guard-oss-evidence/test-before.eventlog.bin", &before) ||
		!read_vector(folder, "eventlog/guard-oss-evidence/test-update.eventlog.bin", &after)) {
		print_message("SKIPPED: no vectors: a real update is not told\n");
		return;
	}
	judge_two(&before, &after,
		KIND(COMPONENT_KERNEL) | KIND(COMPONENT_INITRD) | KIND(COMPONENT_BOOT_FILE),
		&judgement);
	assert_int_equal(judgement.verdict.health, HEALTH_HEALTHY);
	assert_true(judgement.is_explained);
	assert_non_null(
		strstr(judgement.text, "kernel changed: vmlinuz-5.4.0-100-generic, as installed"));
	judge_two(&before, &after, KIND(COMPONENT_INITRD) | KIND(COMPONENT_BOOT_FILE), &judgement);
	assert_int_equal(judgement.verdict.reason.code, ERR_DRIFT_KERNEL);
	judge_two(&before, &after, KIND(COMPONENT_KERNEL), &judgement);
	assert_int_equal(judgement.verdict.reason.code, ERR_DRIFT_INITRD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_has_its_verdict_and_its_sentence),
		cmocka_unit_test(a_consequence_joins_its_explained_cause),
		cmocka_unit_test(the_oldest_version_that_may_start_only_rises),
		cmocka_unit_test(a_level_may_come_and_not_go),
		cmocka_unit_test(revocations_may_be_added_but_not_removed),
		cmocka_unit_test(revocations_that_were_not_kept_are_not_counted),
		cmocka_unit_test(the_closest_variant_is_compared),
		cmocka_unit_test(a_sentence_stays_short),
		cmocka_unit_test(a_pcr_that_one_boot_does_not_list_is_unclear),
		cmocka_unit_test(the_first_event_of_an_empty_pcr_is_an_addition),
		cmocka_unit_test(a_long_command_line_shows_what_came_and_went),
		cmocka_unit_test(a_word_that_leads_to_a_shell_is_found),
		cmocka_unit_test(a_blank_within_a_character_is_found),
		cmocka_unit_test(what_hides_counts_as_the_worst_that_it_could_be),
		cmocka_unit_test(an_empty_pcr_is_knowledge),
		cmocka_unit_test(a_word_is_shown_wherever_a_line_has_it),
		cmocka_unit_test(what_could_not_be_found_out_is_unknown),
		cmocka_unit_test(another_vm_is_one_change),
		cmocka_unit_test(of_two_alike_the_one_that_knows_more_is_closer),
		cmocka_unit_test(a_real_update_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

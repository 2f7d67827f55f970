#include "check.h"
#include "../support/root.h"
#include "disk/bootconfig.h"
#include "disk/bootscript.h"
#include "disk/usrline.h"

static bool asks_for(
	const char *config, const char *environment, enum bootconfig_text what, const char *text)
{
	auto_cleanup(buf) struct buf found = buf_with_max(BOOTCONFIG_TEXT_MAX);
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(TEXT(text), digest);
	if (!bootconfig_asks_for(TEXT(config), TEXT(environment), what, digest, &found))
		return false;
	assert_true(bytes_are_text(buf_bytes(&found), text));
	return true;
}

/* config: what the boot configuration says; text: what GRUB then measured. */
static void a_command_line_is_found(void **state)
{
	static const struct {
		const char *config, *environment, *text;
		bool is_found;
	} rows[] = {
		/* test/data/boot */
		{"linux /vmlinuz console=ttyS0 panic=-1\ninitrd /initrd.gz\nboot\n", "",
			"console=ttyS0 panic=-1", true},
		{"linux /vmlinuz console=ttyS0 panic=-1", "", "console=ttyS0 panic=-1 init=/bin/sh",
			false},
		{"linux /vmlinuz console=ttyS0 panic=-1 init=/bin/sh", "", "console=ttyS0 panic=-1",
			false},
		{"# linux /vmlinuz quiet\n", "", "quiet", false},
		/* update-grub of Debian 12 and Ubuntu 24.04 */
		{"\tmenuentry 'x' {\n\t\tlinux\t/boot/vmlinuz-6.1.0-56-amd64 root=UUID=1 ro  quiet \n}\n",
			"", "root=UUID=1 ro quiet", true},
		{"set vt_handoff=vt.handoff=7\nlinux /v root=UUID=1 ro quiet $vt_handoff\n", "",
			"root=UUID=1 ro quiet vt.handoff=7", true},
		{"set vt_handoff=vt.handoff=7\nlinux /v root=UUID=1 ro quiet $vt_handoff\n", "",
			"root=UUID=1 ro quiet", true},
		{"set vt_handoff=vt.handoff=7\nlinux /v root=UUID=1 ro quiet $vt_handoff\n", "",
			"root=UUID=1 ro quiet init=/bin/sh", false},
		{"if x; then\n linux ($root)/v a\nelse\n linuxefi /v b\nfi", "", "b", true},
		/* entries of RHEL 8 and 9 */
		{"title RHEL\nlinux /vmlinuz-4.18\noptions $kernelopts $tuned_params\n",
			"# GRUB Environment Block\nkernelopts=root=UUID=1 ro crashkernel=auto \n####",
			"root=UUID=1 ro crashkernel=auto", true},
		{"options root=UUID=1 ro ${tuned_params}\n", "tuned_params=a  b\n",
			"root=UUID=1 ro a b", true},
		/* words */
		{"linux /v dyndbg=\"file a +p\" x", "", "\"dyndbg=file a +p\" x", true},
		{"linux /v 'a b' c", "", "\"a b\" c", true},
		{"linux /v a\\ b", "", "\"a b\"", true},
		{"linux /v a\\\"b", "", "a\\\"b", true},
		{"set x=\"one two\"\nlinux /v $x \"$x\"", "", "one two \"one two\"", true},
		{"set x='$y'\nlinux /v '$x' ${x", "", "$x ${x", true},
		{"linux /v", "", "", true},
		{"linux", "", "", true},
		{"", "", "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (asks_for(rows[i].config, rows[i].environment, BOOTCONFIG_COMMAND_LINE,
			    rows[i].text) != rows[i].is_found)
			fail_msg("row %zu: %s", i, rows[i].config);
}

static void a_list_of_initrds_is_found(void **state)
{
	(void)state;
	assert_true(asks_for(
		"linux /v a\ninitrd  /initrd.gz\n", "", BOOTCONFIG_INITRDS, "initrd /initrd.gz"));
	assert_true(asks_for(
		"initrd /ucode /initrd.gz", "", BOOTCONFIG_INITRDS, "initrd /ucode /initrd.gz"));
	assert_false(
		asks_for("initrd /ucode /initrd.gz", "", BOOTCONFIG_INITRDS, "initrd /initrd.gz"));
	assert_false(asks_for("linux /initrd.gz", "", BOOTCONFIG_INITRDS, "initrd /initrd.gz"));
}

#define UBUNTU                                                                                     \
	"if [ \"${initrdfail}\" = 1 ]; then\n  linux\t/v root=PARTUUID=1 ro\n  initrd\t/i\nelse\n  linux\t/v root=PARTUUID=1 ro panic=-1\nfi\ninitrdfail\n"

static void a_line_for_a_kernel_without_initrds_is_found(void **state)
{
	static const struct {
		const char *config, *text;
		bool is_found;
	} rows[] = {
		{"linux /v a\n", "a", true},
		{"linux /v a\ninitrd /i\n", "a", false},
		{"linux /v a\necho x\n\tinitrd\t/i\n", "a", false},
		{"linux /v a\ninitrdefi /i\n", "a", false},
		{"menuentry x {\n linux /v a\n}\nmenuentry y {\n linux /v b\n initrd /i\n}\n", "a",
			true},
		{"menuentry x {\n linux /v a\n}\nmenuentry y {\n linux /v b\n initrd /i\n}\n", "b",
			false},
		{"menuentry x {\n linux /v a\n}\nmenuentry y {\n linux /v b\n initrd /i\n}\n", "c",
			false},
		/* GRUB_FORCE_PARTUUID of Ubuntu's cloud images */
		{UBUNTU, "root=PARTUUID=1 ro panic=-1", true},
		{UBUNTU, "root=PARTUUID=1 ro", false},
		{UBUNTU, "root=PARTUUID=1 ro panic=-1 init=/bin/sh", false},
		{"linux /v a\nlinux /v b\ninitrd /i\n", "a", true},
		{"linux /v a\nlinux /v a\ninitrd /i\n", "a", true},
		/* an entry's lines have no order */
		{"initrd /i\nlinux /v\noptions a\n", "a", false},
		{"options a\nlinux /v\n", "a", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (asks_for(rows[i].config, "", BOOTCONFIG_LINE_ALONE, rows[i].text) !=
			rows[i].is_found)
			fail_msg("row %zu: %s", i, rows[i].config);
}

/* The text as UTF-16 with its final NUL. */
static bool asks_for_wide(const char *entry, const char *text)
{
	auto_cleanup(buf) struct buf found = buf_with_max(BOOTCONFIG_TEXT_MAX);
	uint8_t digest[CRYPTO_SHA256_SIZE], wide[512] = {0};
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		wide[2 * i] = (uint8_t)text[i];
	crypto_sha256((struct bytes){wide, 2 * len + 2}, digest);
	if (!bootconfig_asks_for(TEXT(entry), TEXT(""), BOOTCONFIG_COMMAND_LINE, digest, &found))
		return false;
	assert_true(bytes_equal(buf_bytes(&found), (struct bytes){wide, 2 * len + 2}));
	return true;
}

/* text: the load options that systemd-boot gives to the kernel of this entry. */
static void load_options_are_found(void **state)
{
	static const struct {
		const char *entry, *text;
		bool is_found;
	} rows[] = {
		/* kernel-install of Debian, Fedora and openSUSE */
		{"title Debian\nversion 6.1\nlinux /d/6.1/linux\ninitrd /d/6.1/initrd.img-6.1\noptions root=/dev/sda1 ro quiet\n",
			"initrd=\\d\\6.1\\initrd.img-6.1 root=/dev/sda1 ro quiet", true},
		{"options    root=/dev/sda1  ro \t\nlinux /v\ninitrd\t/i",
			"initrd=\\i root=/dev/sda1  ro", true},
		{"initrd /ucode.img\ninitrd //d\\\\x/initrd\noptions a\noptions b\n",
			"initrd=\\ucode.img initrd=\\d\\x\\initrd a b", true},
		{"linux /v\noptions quiet\n", "quiet", true},
		{"linux /v\ninitrd /i\n", "initrd=\\i", true},
		{"options \"quoted words\"\n", "quoted words", true},
		{"options x=\"a b\" 'c'\n", "x=\"a b\" 'c'", true},
		{"options $kernelopts ${x}\n", "$kernelopts ${x}", true},
		/* what nobody wrote into it */
		{"linux /v\ninitrd /i\noptions quiet\n", "initrd=\\i quiet init=/bin/sh", false},
		{"linux /v\ninitrd /i\noptions quiet\n", "initrd=\\evil quiet", false},
		{"linux /v\ninitrd /i\noptions quiet\n", "initrd=\\i initrd=\\evil quiet", false},
		{"linux /v\ninitrd /i\noptions quiet\n", "quiet", false},
		{"linux /v\ninitrd /i\noptions quiet\n", "quiet initrd=\\i", false},
		{"linux /v\ninitrd /i\noptions quiet\n", "initrd=\\i", false},
		{"linux /v\ninitrd /i\n#options single\n", "initrd=\\i single", false},
		{"linux /v\ninitrd /i\noptionsx single\n", "initrd=\\i single", false},
		{"linux /v\noptions a\noptions b\n", "b", false},
		{"linux /v\noptions a\noptions b\n", "b a", false},
		{"linux /v\n", "", false},
		{"linux /v\noptions\n", "", false},
		{"", "", false},
		{"options \xff\n", "\xff", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (asks_for_wide(rows[i].entry, rows[i].text) != rows[i].is_found)
			fail_msg("row %zu: %s", i, rows[i].text);
}

/* Set in another file than the entry that uses them. */
static void variables_of_an_entry_stand_in_other_files(void **state)
{
	static const struct {
		const char *text;
		bool is_found;
	} rows[] = {
		{"root=UUID=1 ro skew_tick=1 isolcpus=1", true},
		{"root=UUID=1 ro", true}, /* a variable may be empty */
		{"root=UUID=1 ro skew_tick=1 isolcpus=1 init=/bin/sh", false},
		{"root=UUID=1 ro init=/bin/sh", false}, /* another variable's value */
		{"isolcpus=1", false},
	};
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles files = {0};
	auto_cleanup(buf) struct buf text = {0};
	struct err err, gap;

	(void)state;
	root_write(&root, "boot/grub2/grub.cfg",
		TEXT("blscfg\nset tuned_params=\"skew_tick=1 isolcpus=1\"\nset other=\"init=/bin/sh\""));
	root_write(&root, "boot/grub2/grubenv", TEXT("kernelopts=root=UUID=1 ro\n#######"));
	root_write(&root, "boot/loader/entries/1.conf",
		TEXT("linux /v\noptions $kernelopts $tuned_params\n"));
	check_ok(bootfiles_look(root.fd, &(struct bootfiles){0}, 1, &files, &err), &err);
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t digest[CRYPTO_SHA256_SIZE];

		crypto_sha256(TEXT(rows[i].text), digest);
		if (!bootconfig_find(root.fd, &files, BOOTCONFIG_COMMAND_LINE, digest, &text,
			    &gap) == rows[i].is_found)
			fail_msg("row %zu: %s", i, rows[i].text);
	}
}

#define USR_A  "verity.usr=PARTUUID=7130c94a-213a-4e5a-8e26-6cce9662f132"
#define USR_B  "verity.usr=PARTUUID=e03dd35c-7c2d-4a47-b3fe-27f15780a57c"
#define HASH_1 "1111111111111111111111111111111111111111111111111111111111111111"
#define HASH_2 "2222222222222222222222222222222222222222222222222222222222222222"

/* Two lines of one system are the same but for what its updates replace. */
static void lines_of_one_system_have_one_pattern(void **state)
{
	static const struct {
		const char *line;
		bool is_same;
	} rows[] = {
		{USR_A " ro verity.usrhash=" HASH_1, true},
		{USR_B " ro verity.usrhash=" HASH_2, true},
		{USR_B " ro flatcar.first_boot=detected verity.usrhash=" HASH_2, true},
		{USR_B " ro flatcar.first_boot=1 verity.usrhash=" HASH_2, false},
		{USR_B " ro init=/bin/sh verity.usrhash=" HASH_2, false},
		{USR_B " verity.usrhash=" HASH_2, false},
		{"ro " USR_B " verity.usrhash=" HASH_2, false},
		{USR_B "0 ro verity.usrhash=" HASH_2, false},
		{"verity.usr=PARTUUID=1 ro verity.usrhash=" HASH_2, false},
		{USR_B " ro", false},
		{USR_B " ro verity.usrhash=", false},
		{USR_B " ro verity.usrhash=" HASH_2 "2", false},
		{USR_B " ro verity.usrhash=" HASH_2 " verity.usrhash=" HASH_1, false},
		{USR_B " " USR_B " ro verity.usrhash=" HASH_2, false},
		{USR_B " rover ity.usrhash=" HASH_2, false},
		{"ro", false},
		{"", false},
	};
	struct usrline first, second;

	(void)state;
	usrline_read(TEXT(rows[0].line), &first);
	for (size_t i = 0; i < COUNT(rows); i++) {
		usrline_read(TEXT(rows[i].line), &second);
		if (usrline_is_same(&first, &second) != rows[i].is_same)
			fail_msg("row %zu", i);
		assert_int_equal(second.is_first_boot, i == 2);
	}
	assert_int_equal(first.usr_hash[0], 0x11);
	usrline_read(TEXT("ro quiet"), &first);
	usrline_read(TEXT("ro quiet"), &second);
	assert_false(usrline_is_same(&first, &second)); /* no such lines */
}

static void variables_without_end_are_bounded(void **state)
{
	auto_cleanup(buf) struct buf config = buf_with_max(1 << 20);
	auto_cleanup(buf) struct buf huge = buf_with_max(1 << 20);
	char line[64];
	struct err err;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		(void)snprintf(line, sizeof(line), "set v%zu=%zu\nv1=%zu\n", i, i, i);
		check_ok(buf_append_text(&config, line, &err), &err);
	}
	check_ok(buf_append_text(&config, "linux /v", &err), &err);
	for (size_t i = 0; i < 200; i++) {
		(void)snprintf(line, sizeof(line), " $v%zu $v1 ${v2}", i);
		check_ok(buf_append_text(&config, line, &err), &err);
	}
	assert_false(asks_for((const char *)config.data, "", BOOTCONFIG_COMMAND_LINE, "x"));
	check_ok(buf_append_text(&huge, "linux /v ", &err), &err);
	for (size_t i = 0; i < 10000; i++)
		check_ok(buf_append_text(&huge, "abc ", &err), &err);
	assert_false(asks_for((const char *)huge.data, "", BOOTCONFIG_COMMAND_LINE, "x"));
}

static void the_file_that_asks_for_it_is_named(void **state)
{
	auto_cleanup(root) struct root root = root_make();
	auto_cleanup(bootfiles) struct bootfiles files = {0};
	uint8_t digest[CRYPTO_SHA256_SIZE];
	auto_cleanup(buf) struct buf text = {0};
	const struct bootfile *found;
	struct err err, gap;

	(void)state;
	root_write(&root, "boot/grub2/grub.cfg", TEXT("blscfg\nset tuned_params=\n"));
	root_write(&root, "boot/grub2/grubenv", TEXT("kernelopts=ro quiet\n"));
	root_write(&root, "boot/loader/entries/1.conf", TEXT("linux /v\noptions $kernelopts\n"));
	root_write(&root, "boot/loader/loader.conf", TEXT("linux /v other\n"));
	check_ok(bootfiles_look(root.fd, &(struct bootfiles){0}, 1, &files, &err), &err);
	crypto_sha256(TEXT("ro quiet"), digest);
	found = bootconfig_find(root.fd, &files, BOOTCONFIG_COMMAND_LINE, digest, &text, &gap);
	assert_non_null(found);
	assert_string_equal(found->path, "boot/loader/entries/1.conf");
	crypto_sha256(TEXT("other"), digest);
	assert_null(bootconfig_find(root.fd, &files, BOOTCONFIG_COMMAND_LINE, digest, &text, &gap));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_line_is_found),
		cmocka_unit_test(a_list_of_initrds_is_found),
		cmocka_unit_test(a_line_for_a_kernel_without_initrds_is_found),
		cmocka_unit_test(load_options_are_found),
		cmocka_unit_test(variables_of_an_entry_stand_in_other_files),
		cmocka_unit_test(lines_of_one_system_have_one_pattern),
		cmocka_unit_test(variables_without_end_are_bounded),
		cmocka_unit_test(the_file_that_asks_for_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

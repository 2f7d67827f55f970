#include "check.h"
#include "../support/root.h"
#include "disk/bootconfig.h"
#include "disk/bootscript.h"

static bool asks_for(
	const char *config, const char *environment, enum bootconfig_text what, const char *text)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(TEXT(text), digest);
	return bootconfig_asks_for(TEXT(config), TEXT(environment), what, digest);
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
	const struct bootfile *found;
	struct err err, gap;

	(void)state;
	root_write(&root, "boot/grub2/grub.cfg", TEXT("blscfg\nset tuned_params=\n"));
	root_write(&root, "boot/grub2/grubenv", TEXT("kernelopts=ro quiet\n"));
	root_write(&root, "boot/loader/entries/1.conf", TEXT("linux /v\noptions $kernelopts\n"));
	root_write(&root, "boot/loader/loader.conf", TEXT("linux /v other\n"));
	check_ok(bootfiles_look(root.fd, &(struct bootfiles){0}, 1, &files, &err), &err);
	crypto_sha256(TEXT("ro quiet"), digest);
	found = bootconfig_find(root.fd, &files, BOOTCONFIG_COMMAND_LINE, digest, &gap);
	assert_non_null(found);
	assert_string_equal(found->path, "boot/loader/entries/1.conf");
	crypto_sha256(TEXT("other"), digest);
	assert_null(bootconfig_find(root.fd, &files, BOOTCONFIG_COMMAND_LINE, digest, &gap));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_line_is_found),
		cmocka_unit_test(a_list_of_initrds_is_found),
		cmocka_unit_test(variables_without_end_are_bounded),
		cmocka_unit_test(the_file_that_asks_for_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

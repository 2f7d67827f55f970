#include "check.h"
#include "boot/grubtext.h"

static void a_text_is_what_it_looks_like(void **state)
{
	static const struct {
		const char *text;
		enum grubtext_kind kind;
	} rows[] = {
		{"linux /vmlinuz ro", GRUBTEXT_LINUX},
		{"linuxefi (hd0,gpt2)/vmlinuz ro", GRUBTEXT_LINUX},
		{"linux16 2048+20000 ro", GRUBTEXT_LINUX},
		{"linux", GRUBTEXT_LINUX},
		{"multiboot2 /xen.gz", GRUBTEXT_LOADER},
		{"module /vmlinuz init=/bin/sh", GRUBTEXT_LOADER},
		{"modules", GRUBTEXT_COMMAND},
		{"initrd /initrd.img", GRUBTEXT_INITRD},
		{"initrdefi /initrd.img", GRUBTEXT_INITRD},
		{"/vmlinuz ro", GRUBTEXT_LINE},
		{"(hd0,gpt2)/vmlinuz ro", GRUBTEXT_LINE},
		{"\"/a b\" ro", GRUBTEXT_LINE},
		{"\\'a ro", GRUBTEXT_LINE},
		{"2048+20000 ro", GRUBTEXT_LINE},
		{"+1", GRUBTEXT_LINE},
		{"0+10,200+4 ro", GRUBTEXT_LINE},
		{"2048 ro", GRUBTEXT_COMMAND},
		{"[ -f /grubenv ]", GRUBTEXT_COMMAND},
		{"set a=1+1", GRUBTEXT_COMMAND},
		{"normal_exit", GRUBTEXT_LEAVING},
		{"chainloader /EFI/x.efi", GRUBTEXT_COMMAND},
		{"", GRUBTEXT_COMMAND},
		{" /vmlinuz", GRUBTEXT_COMMAND},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (grubtext_kind_of(TEXT(rows[i].text)) != rows[i].kind)
			fail_msg("'%s' is not %d", rows[i].text, (int)rows[i].kind);
}

/* GRUB 2.12, lib/cmdline.c */
static void what_a_kernel_is_given_is_known_by_the_command(void **state)
{
	static const struct {
		const char *text, *arguments;
		bool is_given;
	} rows[] = {
		{"/vmlinuz root=x ro", "/vmlinuz root=x ro", true},
		{"/vmlinuz \"a=b c\" ro", "/vmlinuz a=b c ro", true},
		{"/vmlinuz a=\\\"b\\\\\\'", "/vmlinuz a=\"b\\'", true},
		{"/vmlinuz root=x", "/vmlinuz root=x ro", false},
		{"/vmlinuz root=x ro", "/vmlinuz root=x", false},
		{"/vmlinuz root=y", "/vmlinuz root=x", false},
		{"/vmlinuz\\", "/vmlinuz\\", true},
		{"", "", true},
		{"x", "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (grubtext_is_given(TEXT(rows[i].text), TEXT(rows[i].arguments)) != rows[i].is_given)
			fail_msg("'%s' and '%s'", rows[i].text, rows[i].arguments);
}

static void a_text_ends_at_its_first_nul(void **state)
{
	static const struct {
		struct bytes data;
		size_t len;
	} rows[] = {
		{{(const uint8_t *)"linux /a", 8}, 8}, {{(const uint8_t *)"linux /a\0", 9}, 8},
		{{(const uint8_t *)"linux /a\0\0\0", 11}, 8},
		{{(const uint8_t *)"linux /a\0 init=/bin/sh", 22}, 8},
		{{(const uint8_t *)"linux /a\0\xFF\0x", 12}, 8},
		{{(const uint8_t *)"\0linux", 6}, 0}, {{(const uint8_t *)"\0\0", 2}, 0},
		{{(const uint8_t *)"", 0}, 0}, {{(const uint8_t *)"i\0n\0\0\0", 6}, 3}, /* UTF-16 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes text = grubtext_of(rows[i].data);

		if (text.len != rows[i].len || text.data != rows[i].data.data)
			fail_msg("row %zu: %zu bytes", i, text.len);
	}
}

static void words_are_taken_off_in_front(void **state)
{
	(void)state;
	assert_true(bytes_equal(grubtext_first_word(TEXT("linux /a b")), TEXT("linux")));
	assert_true(bytes_equal(grubtext_behind_first_word(TEXT("linux /a b")), TEXT("/a b")));
	assert_int_equal(grubtext_behind_first_word(TEXT("linux")).len, 0);
	assert_int_equal(grubtext_behind_first_word(TEXT("linux ")).len, 0);
	assert_int_equal(grubtext_first_word(TEXT("")).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_what_it_looks_like),
		cmocka_unit_test(what_a_kernel_is_given_is_known_by_the_command),
		cmocka_unit_test(a_text_ends_at_its_first_nul),
		cmocka_unit_test(words_are_taken_off_in_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"
#include "../support/logmaker.h"
#include "boot/event.h"

#define BYTES(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static struct event event_of(uint32_t pcr, uint32_t type, struct bytes data)
{
	struct event event = {.pcr = pcr, .type = type, .data = data};

	event_read(&event);
	return event;
}

static void a_loaders_text_is_known_by_its_pcr_and_word(void **state)
{
	static const struct {
		uint32_t pcr;
		struct bytes data;
		enum event_what what;
		const char *text; /* NULL: the data has not the form */
	} rows[] = {
		{8, BYTES("grub_cmd: boot\0"), EVENT_COMMAND, "boot"},
		{8, BYTES("grub_cmd: (hd0)/vmlinuz ro"), EVENT_COMMAND_LINE, "(hd0)/vmlinuz ro"},
		{8, BYTES("kernel_cmdline: /vmlinuz ro"), EVENT_COMMAND_LINE, "/vmlinuz ro"},
		{8, BYTES("module_cmdline: /xen"), EVENT_MODULE_LINE, "/xen"},
		{8, BYTES("boot"), EVENT_COMMAND_LINE, NULL},
		{9, BYTES("/boot/grub.cfg"), EVENT_FILE, "/boot/grub.cfg"},
		{9, BYTES("\x01\x02"), EVENT_FILE, NULL},
		{11, BYTES(".linux\0"), EVENT_SECTION, ".linux"},
		{11, BYTES("linux"), EVENT_SECTION, NULL},
		{12, BYTES("r\0o\0\0\0"), EVENT_COMMAND_LINE, "ro"},
		{12, BYTES("initrd=/initrd ro"), EVENT_COMMAND_LINE, "initrd=/initrd ro"},
		{12, BYTES("Credentials initrd"), EVENT_ADDITION, "Credentials initrd"},
		{13, BYTES("an extension"), EVENT_EXTENSION, "an extension"},
		{4, BYTES("anything"), EVENT_LOADER, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event event = event_of(rows[i].pcr, EV_IPL, rows[i].data);
		char text[64];

		assert_int_equal(event.what, rows[i].what);
		assert_int_equal(event.is_formed, rows[i].text != NULL);
		if (!rows[i].text)
			continue;
		logtext_clean(&event.text, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static void shims_variables_are_known_by_their_names(void **state)
{
	(void)state;
	assert_int_equal(event_of(14, EV_IPL, BYTES("MokListX\0")).mok, EVENT_MOK_LIST_X);
	assert_false(event_of(14, EV_IPL, BYTES("MokListX ")).is_formed);
	assert_int_equal(event_of(14, EV_EFI_ACTION, BYTES("MokList")).what, EVENT_ACTION);
}

/* What judges goes by it; what shows goes by what the event calls itself. */
static void a_variable_is_read_whatever_the_type(void **state)
{
	auto_cleanup(buf) struct buf data =
		variable_data(uefi_image_security_guid, "db", TEXT("value"));
	struct event event = event_of(7, EV_EFI_ACTION, buf_bytes(&data));

	(void)state;
	assert_true(event.has_variable && !event_is_variable(&event));
	assert_true(uefivar_is(&event.variable, uefi_image_security_guid, "db"));
	event = event_of(7, EV_EFI_VARIABLE_DRIVER_CONFIG, buf_bytes(&data));
	assert_true(event_is_variable(&event));
	data.len--;
	event = event_of(7, EV_EFI_VARIABLE_DRIVER_CONFIG, buf_bytes(&data));
	assert_false(event.has_variable || event_is_variable(&event) || event.is_formed);
	assert_int_equal(event.what, EVENT_VARIABLE);
}

static struct buf image_data(uint64_t location, uint64_t size, struct bytes path)
{
	struct buf data = buf_with_max(256);

	put_number(&data, location, 8);
	put_number(&data, size, 8);
	put_number(&data, 0, 8);
	put_number(&data, path.len, 8);
	put(&data, path.data, path.len);
	return data;
}

static void a_program_is_the_same_wherever_it_was_loaded(void **state)
{
	auto_cleanup(buf) struct buf data = image_data(1, 4096, BYTES("path"));
	auto_cleanup(buf) struct buf moved = image_data(2, 4096, BYTES("path"));
	auto_cleanup(buf) struct buf larger = image_data(1, 4097, BYTES("path"));
	auto_cleanup(buf) struct buf other = image_data(1, 4096, BYTES("elsewhere"));
	struct event one = event_of(4, EV_EFI_BOOT_SERVICES_APPLICATION, buf_bytes(&data));
	struct event another = event_of(4, EV_EFI_BOOT_SERVICES_APPLICATION, buf_bytes(&moved));

	(void)state;
	assert_int_equal(one.image.size, 4096);
	assert_true(bytes_equal(one.image.path, BYTES("path")));
	assert_true(event_is_same(&one, &another));
	another = event_of(4, EV_EFI_BOOT_SERVICES_APPLICATION, buf_bytes(&larger));
	assert_false(event_is_same(&one, &another));
	another = event_of(4, EV_EFI_BOOT_SERVICES_APPLICATION, buf_bytes(&other));
	assert_false(event_is_same(&one, &another));
	data.len--; /* the path is longer than the event */
	one = event_of(4, EV_EFI_BOOT_SERVICES_APPLICATION, buf_bytes(&data));
	assert_true(one.what == EVENT_IMAGE && !one.is_formed);
}

static void tags_are_known_by_their_numbers(void **state)
{
	struct event event = event_of(9, EV_EVENT_TAG, BYTES("\xec\x22\x3b\x8f\2\0\0\0ab"));

	(void)state;
	assert_int_equal(event.tag.id, EVENT_TAG_INITRD);
	assert_true(bytes_equal(event.tag.data, BYTES("ab")) && !event.tag.is_windows);
	assert_false(event_of(9, EV_EVENT_TAG, BYTES("\xec\x22\x3b\x8f\3\0\0\0ab")).is_formed);
	assert_true(event_of(12, EV_EVENT_TAG, BYTES("\1\0\1\x40\0\0\0\0")).tag.is_windows);
}

/* Of UTF-8 and of UTF-16, and never beyond the end. */
static void words_are_found_in_texts_of_both_widths(void **state)
{
	static const struct bytes texts[] = {
		{(const uint8_t *)"one two", 7}, {(const uint8_t *)"o\0n\0e\0 \0t\0w\0o\0", 14}};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct logtext text, rest;

		assert_true(logtext_of(texts[i], &text));
		rest = logtext_behind(&text, 4);
		assert_true(logtext_is(&text, "one two") && logtext_is(&rest, "two"));
		assert_true(logtext_starts_with(&text, "one") && logtext_ends_with(&text, "two"));
		assert_true(logtext_holds(&text, "e t") && !logtext_holds(&text, "two "));
		assert_false(logtext_is(&text, "one") || logtext_starts_with(&text, "one two three"));
		assert_false(logtext_ends_with(&text, "none two"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loaders_text_is_known_by_its_pcr_and_word),
		cmocka_unit_test(shims_variables_are_known_by_their_names),
		cmocka_unit_test(a_variable_is_read_whatever_the_type),
		cmocka_unit_test(a_program_is_the_same_wherever_it_was_loaded),
		cmocka_unit_test(tags_are_known_by_their_numbers),
		cmocka_unit_test(words_are_found_in_texts_of_both_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

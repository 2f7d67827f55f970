#include "check.h"
#include "base/codec.h"

static const struct {
	const char *plain, *standard, *url;
} rfc4648_section_10[] = {
	{"", "", ""},
	{"f", "Zg==", "Zg"},
	{"fo", "Zm8=", "Zm8"},
	{"foo", "Zm9v", "Zm9v"},
	{"foob", "Zm9vYg==", "Zm9vYg"},
	{"fooba", "Zm9vYmE=", "Zm9vYmE"},
	{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
	{"\xfb\xff\xfe", "+//+", "-__-"},
};

static void check_decodes(const char *text, enum base64_form form, const char *plain)
{
	auto_cleanup(buf) struct buf out = buf_with_max(64);
	struct err err;

	check_ok(base64_decode(TEXT(text), form, &out, &err), &err);
	assert_true(bytes_equal(buf_bytes(&out), TEXT(plain)));
}

static void check_encodes(const char *plain, enum base64_form form, const char *text)
{
	auto_cleanup(buf) struct buf out = buf_with_max(64);
	struct err err;

	check_ok(base64_encode(TEXT(plain), form, &out, &err), &err);
	assert_true(bytes_equal(buf_bytes(&out), TEXT(text)));
}

static void base64_agrees_with_rfc4648(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rfc4648_section_10); i++) {
		check_encodes(rfc4648_section_10[i].plain, BASE64_STANDARD,
			rfc4648_section_10[i].standard);
		check_encodes(rfc4648_section_10[i].plain, BASE64_URL, rfc4648_section_10[i].url);
		check_decodes(rfc4648_section_10[i].standard, BASE64_STANDARD,
			rfc4648_section_10[i].plain);
		check_decodes(rfc4648_section_10[i].url, BASE64_URL, rfc4648_section_10[i].plain);
	}
	check_decodes("Zm9vYg==", BASE64_URL, "foob");
}

static void base64_of_any_length_comes_back(void **state)
{
	uint8_t plain[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 7 + (i >> 3));
	for (size_t len = 0; len <= sizeof(plain); len++) {
		auto_cleanup(buf) struct buf text = buf_with_max(2000);
		auto_cleanup(buf) struct buf back = buf_with_max(1000);
		enum base64_form form = len % 2 ? BASE64_STANDARD : BASE64_URL;
		struct err err;

		check_ok(base64_encode((struct bytes){plain, len}, form, &text, &err), &err);
		check_ok(base64_decode(buf_bytes(&text), form, &back, &err), &err);
		assert_true(bytes_equal(buf_bytes(&back), (struct bytes){plain, len}));
	}
}

static void base64_refuses_what_is_not_canonical(void **state)
{
	static const struct {
		const char *text;
		enum base64_form form;
	} bad[] = {
		{"Zg", BASE64_STANDARD},
		{"Zg=", BASE64_STANDARD},
		{"Zg===", BASE64_STANDARD},
		{"Z", BASE64_URL},
		{"Zh==", BASE64_STANDARD},
		{"Zm9=", BASE64_STANDARD},
		{"Zh", BASE64_URL},
		{"Zm9v\n", BASE64_STANDARD},
		{"Zm 9v", BASE64_URL},
		{"+//+", BASE64_URL},
		{"-__-", BASE64_STANDARD},
		{"Zg==Zg==", BASE64_STANDARD},
		{"=", BASE64_URL},
		{"====", BASE64_STANDARD},
		{"Zg=", BASE64_URL},
		{"Z\x80==", BASE64_STANDARD},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		auto_cleanup(buf) struct buf out = buf_with_max(64);
		struct err err;

		check_ok(buf_append_text(&out, "kept", &err), &err);
		check_err(base64_decode(TEXT(bad[i].text), bad[i].form, &out, &err), &err,
			ERR_FORMAT);
		assert_true(bytes_equal(buf_bytes(&out), TEXT("kept")));
	}
}

static void hex_is_strict(void **state)
{
	uint8_t out[3];
	char text[7];
	struct err err;

	(void)state;
	check_ok(hex_decode(TEXT("00aBff"), out, 3, &err), &err);
	hex_encode((struct bytes){out, 3}, text);
	assert_string_equal(text, "00abff");
	check_err(hex_decode(TEXT("00abf"), out, 3, &err), &err, ERR_FORMAT);
	check_err(hex_decode(TEXT("00abfff"), out, 3, &err), &err, ERR_FORMAT);
	check_err(hex_decode(TEXT("00abfg"), out, 3, &err), &err, ERR_FORMAT);
}

static void a_uuid_shows_its_version_and_variant(void **state)
{
	static const struct {
		uint8_t random[UUID_BYTES];
		const char *text;
	} rows[] = {
		{{0}, "00000000-0000-4000-8000-000000000000"},
		{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff},
			"ffffffff-ffff-4fff-bfff-ffffffffffff"},
		{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
			"00010203-0405-4607-8809-0a0b0c0d0e0f"},
	};
	char text[UUID_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uuid_encode(rows[i].random, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_agrees_with_rfc4648),
		cmocka_unit_test(base64_of_any_length_comes_back),
		cmocka_unit_test(base64_refuses_what_is_not_canonical),
		cmocka_unit_test(hex_is_strict),
		cmocka_unit_test(a_uuid_shows_its_version_and_variant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

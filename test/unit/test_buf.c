#include "check.h"
#include "base/cursor.h"

static void a_buffer_never_grows_past_its_maximum(void **state)
{
	auto_cleanup(buf) struct buf buf = buf_with_max(1000);
	uint8_t bytes[600] = {1};
	struct err err;

	(void)state;
	check_ok(buf_append(&buf, bytes, 600, &err), &err);
	check_err(buf_append(&buf, bytes, 401, &err), &err, ERR_FORMAT);
	assert_int_equal(buf.len, 600);
	check_err(buf_append(&buf, bytes, SIZE_MAX, &err), &err, ERR_FORMAT);
	check_ok(buf_append(&buf, bytes, 400, &err), &err);
	assert_int_equal(buf.data[1000], 0);
	check_ok(buf_set(&buf, TEXT("x"), &err), &err);
	assert_true(bytes_equal(buf_bytes(&buf), TEXT("x")));
	buf_done(&buf);
	buf_done(&buf);
}

static void a_cursor_reads_little_endian_numbers(void **state)
{
	static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xff};
	struct cursor cursor = cursor_of((struct bytes){bytes, sizeof(bytes)});

	(void)state;
	assert_int_equal(cursor_u8(&cursor), 1);
	assert_int_equal(cursor_u16_le(&cursor), 0x0302);
	assert_int_equal(cursor_u32_le(&cursor), 0x07060504);
	assert_true(cursor_u64_le(&cursor) == 0x0f0e0d0c0b0a0908u);
	assert_int_equal(cursor_rest(&cursor).len, 1);
	assert_false(cursor.failed);
	assert_int_equal(cursor_u16_le(&cursor), 0);
	assert_true(cursor.failed);
	assert_int_equal(cursor_u8(&cursor), 0);
	assert_null(cursor_rest(&cursor).data);
}

static void a_cursor_survives_any_size(void **state)
{
	static const uint8_t bytes[4] = {0};
	static const uint64_t sizes[] = {5, UINT32_MAX, UINT64_MAX, (uint64_t)1 << 63};

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct cursor cursor = cursor_of((struct bytes){bytes, sizeof(bytes)});

		assert_int_equal(cursor_bytes(&cursor, sizes[i]).len, 0);
		assert_true(cursor.failed);
	}
}

static void lines_are_taken_off_one_by_one(void **state)
{
	struct bytes rest = TEXT("one\n\nthree"), line;

	(void)state;
	assert_true(bytes_next_line(&rest, &line) && bytes_equal(line, TEXT("one")));
	assert_true(bytes_next_line(&rest, &line) && line.len == 0);
	assert_true(bytes_next_line(&rest, &line) && bytes_equal(line, TEXT("three")));
	assert_false(bytes_next_line(&rest, &line));
	rest = TEXT("end\n");
	assert_true(bytes_next_line(&rest, &line) && bytes_equal(line, TEXT("end")));
	assert_false(bytes_next_line(&rest, &line));
	rest = (struct bytes){0};
	assert_false(bytes_next_line(&rest, &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_taken_off_one_by_one),
		cmocka_unit_test(a_buffer_never_grows_past_its_maximum),
		cmocka_unit_test(a_cursor_reads_little_endian_numbers),
		cmocka_unit_test(a_cursor_survives_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

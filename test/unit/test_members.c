/* Rows of members: each type at its limits, and what is written is what is read. */
#include "check.h"

#include "edge/members.h"

struct sample {
	char text[4], path[8];
	int64_t number, time_s;
	uint64_t size;
	uint32_t count;
	bool is_set;
	uint8_t digest[2];
};

static const struct member rows[] = {
	{"text", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct sample, text)},
	{"path", MEMBER_PATH, MEMBER_OPTIONAL, MEMBER_PLACE(struct sample, path)},
	{"number", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct sample, number)},
	{"time", MEMBER_TIME, MEMBER_REQUIRED, MEMBER_PLACE(struct sample, time_s)},
	{"size", MEMBER_SIZE, MEMBER_REQUIRED, MEMBER_PLACE(struct sample, size)},
	{"count", MEMBER_COUNT, MEMBER_SPARSE, MEMBER_PLACE(struct sample, count)},
	{"flag", MEMBER_FLAG, MEMBER_REQUIRED, MEMBER_PLACE(struct sample, is_set)},
	{"digest", MEMBER_HEX, MEMBER_SPARSE, MEMBER_PLACE(struct sample, digest)},
};

static const struct member required_path[] = {
	{"path", MEMBER_PATH, MEMBER_REQUIRED, MEMBER_PLACE(struct sample, path)},
};

static int read_sample(const char *text, struct members members, struct sample *ret, struct err *err)
{
	auto_cleanup(json) json *object = NULL;

	memset(ret, 0, sizeof(*ret));
	check_ok(json_parse(TEXT(text), &object, err), err);
	return members_read(object, members, ret, err);
}

static void check_round_trip(const char *text)
{
	auto_cleanup(buf) struct buf again = buf_with_max(4096);
	auto_cleanup(json) json *object = json_new_object();
	struct sample sample, second;
	struct err err;

	check_ok(read_sample(text, MEMBERS(rows), &sample, &err), &err);
	members_add(object, MEMBERS(rows), &sample);
	check_ok(json_print(object, JSON_COMPACT, &again, &err), &err);
	assert_int_equal(again.len, strlen(text));
	assert_memory_equal(again.data, text, again.len);
	check_ok(read_sample(text, MEMBERS(rows), &second, &err), &err);
	memset(second.text + strlen(second.text) + 1, 'x',
		sizeof(second.text) - strlen(second.text) - 1);
	assert_true(members_equal(MEMBERS(rows), &sample, &second));
	second.size++;
	assert_false(members_equal(MEMBERS(rows), &sample, &second));
}

static void what_is_written_is_what_is_read(void **state)
{
	(void)state;
	check_round_trip("{\"text\":\"abc\",\"path\":\"/a/b/c\",\"number\":-900719925474099,"
			 "\"time\":253402300799,\"size\":900719925474099,\"count\":4294967295,"
			 "\"flag\":true,\"digest\":\"00ff\"}");
	check_round_trip("{\"text\":\"\",\"path\":\"\",\"number\":0,\"time\":0,\"size\":0,"
			 "\"flag\":false}");
}

static void each_type_has_its_limits(void **state)
{
	static const char *const bad[] = {
		"{\"number\":0,\"time\":0,\"size\":0}",
		"{\"text\":\"abcd\",\"number\":0,\"time\":0,\"size\":0}",
		"{\"text\":\"\",\"path\":\"a\",\"number\":0,\"time\":0,\"size\":0}",
		"{\"text\":\"\",\"path\":\"/1234567\",\"number\":0,\"time\":0,\"size\":0}",
		"{\"text\":\"\",\"number\":\"0\",\"time\":0,\"size\":0}",
		"{\"text\":\"\",\"number\":0.5,\"time\":0,\"size\":0}",
		"{\"text\":\"\",\"number\":0,\"time\":-1,\"size\":0}",
		"{\"text\":\"\",\"number\":0,\"time\":253402300800,\"size\":0}",
		"{\"text\":\"\",\"number\":0,\"time\":0,\"size\":-1}",
		"{\"text\":\"\",\"number\":0,\"time\":0,\"size\":0,\"count\":-1}",
		"{\"text\":\"\",\"number\":0,\"time\":0,\"size\":0,\"count\":4294967296}",
		"{\"text\":\"\",\"number\":0,\"time\":0,\"size\":0,\"digest\":\"00\"}",
		"{\"text\":\"\",\"number\":0,\"time\":0,\"size\":0,\"digest\":\"00ff00\"}",
		"{\"text\":\"\",\"number\":0,\"time\":0,\"size\":0,\"digest\":\"00fg\"}",
	};
	struct sample sample;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_err(read_sample(bad[i], MEMBERS(rows), &sample, &err), &err, ERR_FORMAT);
	check_err(read_sample("{}", MEMBERS(required_path), &sample, &err), &err, ERR_FORMAT);
	check_err(read_sample("{\"path\":\"\"}", MEMBERS(required_path), &sample, &err), &err,
		ERR_FORMAT);
	check_ok(read_sample("{\"path\":\"/\"}", MEMBERS(required_path), &sample, &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_what_is_read),
		cmocka_unit_test(each_type_has_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* One row is a line for people and a member for programs, and what is not known is neither. */
#include "appraise/facts.h"
#include "base/text.h"
#include "check.h"

static void keep_line(void *context, const char *label, const char *text)
{
	struct buf *lines = context;
	char line[200];
	struct err err;

	(void)text_format(line, sizeof(line), "%s=%s;", label, text);
	check_ok(buf_append_text(lines, line, &err), &err);
}

static void add_all(const struct facts *facts)
{
	const struct facts unknown = facts_if(facts, false);
	const struct facts part = facts_within(facts, "part");
	const struct facts no_part = facts_within(&unknown, "noPart");

	fact_text(facts, "text", "Text", "words");
	fact_text(facts, "empty", "Empty", "");
	fact_text(facts, "none", "None", NULL);
	fact_text(facts, NULL, "people", "only");
	fact_text(facts, "programs", NULL, "only");
	fact_count(facts, "count", "Count", 0);
	fact_flag(facts, "flag", "Flag", true);
	fact_time(facts, "time", "Time", 86400);
	fact_time(facts, "never", "Never", 0);
	fact_pcrs(facts, "pcrs", "PCRs", 1u << 4 | 1u << 23, "as logged");
	fact_pcrs(facts, "noPcrs", "No PCRs", 0, "as logged");
	fact_count(&part, "inner", "Inner", 7);
	fact_count(&no_part, "inner", "Not inner", 7);
	fact_flag(&unknown, "unknownFlag", "Unknown", false);
	fact_pcrs(&unknown, "unknownPcrs", "Unknown", 1, "as logged");
	fact_text(&unknown, NULL, "Unknown", "words");
}

static void rows_are_lines(void **state)
{
	auto_cleanup(buf) struct buf lines = buf_with_max(4096);
	const struct facts facts = facts_as_lines(keep_line, &lines);

	(void)state;
	add_all(&facts);
	assert_string_equal((const char *)lines.data,
		"Text=words;people=only;Count=0;Flag=on;Time=1970-01-02T00:00:00Z;"
		"PCRs=4, 23: as logged;Inner=7;");
}

static void rows_are_members(void **state)
{
	auto_cleanup(json) json *members = json_new_object();
	auto_cleanup(buf) struct buf text = buf_with_max(4096);
	const struct facts facts = facts_as_json(members);
	struct err err;

	(void)state;
	add_all(&facts);
	check_ok(json_print(members, JSON_COMPACT, &text, &err), &err);
	assert_string_equal((const char *)text.data,
		"{\"part\":{\"inner\":7},\"noPart\":null,\"text\":\"words\",\"empty\":null,\"none\":null,"
		"\"programs\":\"only\",\"count\":0,\"flag\":true,\"time\":\"1970-01-02T00:00:00Z\","
		"\"never\":null,\"pcrs\":[4,23],\"noPcrs\":[],\"unknownFlag\":null,\"unknownPcrs\":null}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_lines),
		cmocka_unit_test(rows_are_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

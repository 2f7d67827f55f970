#include "appraise/facts.h"

#include "appraise/unquoted.h"
#include "base/clock.h"
#include "base/text.h"

struct facts facts_if(const struct facts *facts, bool is_known)
{
	struct facts ret = *facts;

	ret.is_known = facts->is_known && is_known;
	return ret;
}

struct facts facts_within(const struct facts *facts, const char *name)
{
	struct facts ret = *facts;

	if (facts->line)
		return ret;
	if (!facts->is_known)
		json_add_null(facts->members, name);
	ret.members = facts->is_known ? json_add_object(facts->members, name) : NULL;
	return ret;
}

static void put_line(const struct facts *facts, const char *label, const char *text)
{
	if (facts->is_known && label && text && *text)
		facts->line(facts->context, label, text);
}

/* True if the caller must add the member; an unknown fact is added as null here. */
static bool is_member(const struct facts *facts, const char *name)
{
	if (name && !facts->is_known)
		json_add_null(facts->members, name);
	return name && facts->is_known;
}

void fact_text(const struct facts *facts, const char *name, const char *label, const char *text)
{
	if (facts->line)
		put_line(facts, label, text);
	else if (is_member(facts, name))
		json_add_known_text(facts->members, name, text);
}

void fact_count(const struct facts *facts, const char *name, const char *label, size_t count)
{
	char text[24];

	(void)text_format(text, sizeof(text), "%zu", count);
	if (facts->line)
		put_line(facts, label, text);
	else if (is_member(facts, name))
		json_add_int(facts->members, name, (int64_t)count);
}

void fact_flag(const struct facts *facts, const char *name, const char *label, bool is_on)
{
	if (facts->line)
		put_line(facts, label, is_on ? "on" : "off");
	else if (is_member(facts, name))
		json_add_bool(facts->members, name, is_on);
}

void fact_time(const struct facts *facts, const char *name, const char *label, int64_t unix_s)
{
	char text[CLOCK_TEXT_SIZE] = "";

	if (unix_s)
		clock_text(unix_s, text);
	fact_text(facts, name, label, text);
}

void fact_pcrs(const struct facts *facts, const char *name, const char *label, uint32_t mask,
	const char *what)
{
	char list[UNQUOTED_TEXT_SIZE], line[UNQUOTED_TEXT_SIZE + 80];
	json *pcrs;

	unquoted_text(mask, list);
	(void)text_format(line, sizeof(line), "%s: %s", list, what);
	if (facts->line) {
		put_line(facts, label, mask ? line : NULL);
	} else if (is_member(facts, name)) {
		pcrs = json_add_array(facts->members, name);
		for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
			if (mask & 1u << pcr)
				json_add_int(pcrs, NULL, pcr);
	}
}

json *fact_list(const struct facts *facts, const char *name)
{
	return facts->line ? NULL : json_add_array(facts->members, name);
}

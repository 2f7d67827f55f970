/* facts.h - a fact is one row: a line for people, or a member of the JSON for programs.
 *
 * An unknown fact has no line, and is null as a member. A fact with the name NULL is for people
 * only, one with the label NULL for programs only. */
#ifndef APPRAISE_FACTS_H
#define APPRAISE_FACTS_H

#include "edge/json.h"

/* Prints a line: its label and a text that is never empty. */
typedef void fact_line(void *context, const char *label, const char *text);

struct facts {
	bool is_known; /* false: all these facts are unknown */
	fact_line *line; /* NULL: write members instead */
	void *context; /* of line */
	json *members; /* NULL after a failed allocation, as in edge/json.h */
};

static inline struct facts facts_as_lines(fact_line *line, void *context)
{
	return (struct facts){.is_known = true, .line = line, .context = context};
}
static inline struct facts facts_as_json(json *members)
{
	return (struct facts){.is_known = true, .members = members};
}
/* A copy whose facts are known only if is_known holds too. */
struct facts facts_if(const struct facts *facts, bool is_known);
/* A copy that writes its members into an object of that name, null if unknown; lines have no such
 * parts. */
struct facts facts_within(const struct facts *facts, const char *name);

/* NULL and "" mean unknown. */
void fact_text(const struct facts *facts, const char *name, const char *label, const char *text);
void fact_count(const struct facts *facts, const char *name, const char *label, size_t count);
void fact_flag(const struct facts *facts, const char *name, const char *label, bool is_on);
void fact_time(const struct facts *facts, const char *name, const char *label, int64_t unix_s);
/* The PCRs of a mask as a list; the line ends with `what`. */
void fact_pcrs(const struct facts *facts, const char *name, const char *label, uint32_t mask,
	const char *what);
/* A list whose items the caller adds; NULL for lines. */
json *fact_list(const struct facts *facts, const char *name);

#endif

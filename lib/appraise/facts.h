/* facts.h - a fact is one row: a line for people, or a member of the JSON for programs.
 *
 * What is not known has no line, and is null as a member. A name of NULL is for people alone, a
 * label of NULL for programs alone. */
#ifndef APPRAISE_FACTS_H
#define APPRAISE_FACTS_H

#include "edge/json.h"

/* Shows a line: its label, and a text that is never empty. */
typedef void fact_line(void *context, const char *label, const char *text);

struct facts {
	bool is_known; /* false: none of these facts was found out */
	fact_line *line; /* NULL: members */
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
/* The same place, for facts that are known only if this is so. */
struct facts facts_if(const struct facts *facts, bool is_known);
/* For members of an object of their own, null if they are not known; lines have no such parts. */
struct facts facts_within(const struct facts *facts, const char *name);

/* NULL and "" are not known. */
void fact_text(const struct facts *facts, const char *name, const char *label, const char *text);
void fact_count(const struct facts *facts, const char *name, const char *label, size_t count);
void fact_flag(const struct facts *facts, const char *name, const char *label, bool is_on);
void fact_time(const struct facts *facts, const char *name, const char *label, int64_t unix_s);
/* The PCRs of a mask as a list; `what` is what the line says of them. */
void fact_pcrs(const struct facts *facts, const char *name, const char *label, uint32_t mask,
	const char *what);
/* A list whose items the caller adds; NULL for lines. */
json *fact_list(const struct facts *facts, const char *name);

#endif

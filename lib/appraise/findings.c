#include "appraise/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void findings_done(struct findings *findings)
{
	free(findings->others);
	*findings = (struct findings){0};
}

const struct err *findings_at(const struct findings *findings, size_t index)
{
	return index ? &findings->others[index - 1] : &findings->first;
}

static bool is_listed(const struct findings *findings, const struct err *err)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings_at(findings, i)->code == err->code &&
			strcmp(findings_at(findings, i)->msg, err->msg) == 0)
			return true;
	return false;
}

void findings_add(struct findings *findings, const struct err *err)
{
	if (findings->count == FINDINGS_MAX || is_listed(findings, err))
		return;
	if (findings->count == 0) {
		findings->first = *err;
		findings->count = 1;
		return;
	}
	if (!findings->others)
		findings->others = calloc(FINDINGS_MAX - 1, sizeof(*findings->others));
	if (!findings->others) {
		findings->lacks_memory = true;
		return;
	}
	findings->others[findings->count++ - 1] = *err;
}

void findings_add_all(struct findings *findings, const struct findings *others)
{
	for (size_t i = 0; i < others->count; i++)
		findings_add(findings, findings_at(others, i));
	findings->lacks_memory |= others->lacks_memory;
}

void finding(struct findings *findings, enum err_code code, const char *format, ...)
{
	char text[ERR_MSG_SIZE];
	struct err err;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err_fill(&err, code, 0, "%s", text);
	findings_add(findings, &err);
}

bool findings_hold(const struct findings *findings, enum err_code code)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings_at(findings, i)->code == code)
			return true;
	return code == ERR_NO_MEMORY && findings->lacks_memory;
}

int findings_check(const struct findings *findings, struct err *err)
{
	if (findings->count == 0)
		return 0;
	*err = findings->first;
	return -1;
}

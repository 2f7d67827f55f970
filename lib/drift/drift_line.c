#include "drift/drift_line.h"

#include <string.h>
#include "base/text.h"

static bool has_word(const char *line, const char *word, size_t len)
{
	for (const char *at = line; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == len && memcmp(at, word, len) == 0)
			return true;
	return false;
}

void drift_line_words(const char *line, const char *other, char *ret, size_t size)
{
	ret[0] = '\0';
	for (const char *at = line; *at; at += strcspn(at, " "), at += *at == ' ') {
		size_t len = strcspn(at, " "), used = strlen(ret);

		if (len && !has_word(other, at, len) &&
			!text_format(ret + used, size - used, "%s%.*s", used ? " " : "", (int)len, at))
			return;
	}
}

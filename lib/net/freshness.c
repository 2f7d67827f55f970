#include "net/freshness.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* -1: not a number and nothing else. A large number counts as the limit. */
static int64_t seconds_of(const char *text, size_t len)
{
	int64_t seconds = 0;

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		text++;
		len -= 2;
	}
	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		if (seconds < FRESHNESS_MAX_S)
			seconds = seconds * 10 + (text[i] - '0');
	}
	return seconds < FRESHNESS_MAX_S ? seconds : FRESHNESS_MAX_S;
}

static bool is_directive(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && strncasecmp(text, name, len) == 0;
}

/* One directive, "NAME" or "NAME=VALUE". Of several times the shortest counts. */
static void take_directive(const char *text, size_t len, int64_t *lifetime_s)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	int64_t seconds;

	if (is_directive(text, name_len, "no-store") || is_directive(text, name_len, "no-cache"))
		*lifetime_s = 0;
	if (!is_directive(text, name_len, "max-age"))
		return;
	seconds = equals ? seconds_of(equals + 1, len - name_len - 1) : -1;
	if (seconds < 0)
		*lifetime_s = 0;
	else if (*lifetime_s < 0 || seconds < *lifetime_s)
		*lifetime_s = seconds;
}

uint32_t freshness_s(const char *cache_control, const char *age, int64_t lifetime_s)
{
	static const char blanks[] = " \t,";
	int64_t stated_s = -1;
	int64_t age_s = age ? seconds_of(age, strlen(age)) : 0;

	for (const char *at = cache_control ? cache_control : ""; *(at += strspn(at, blanks));) {
		size_t len = strcspn(at, blanks);

		take_directive(at, len, &stated_s);
		at += len;
	}
	if (stated_s < 0)
		stated_s = lifetime_s < FRESHNESS_MAX_S ? lifetime_s : FRESHNESS_MAX_S;
	return age_s < 0 || stated_s <= age_s ? 0 : (uint32_t)(stated_s - age_s);
}

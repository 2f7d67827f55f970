#include "base/clock.h"

#include <string.h>
#include <time.h>
#include "base/text.h"

int64_t clock_now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t clock_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct clock_time clock_read(void)
{
	struct timespec boot;

	(void)clock_gettime(CLOCK_BOOTTIME, &boot);
	return (struct clock_time){.wall_s = clock_now_s(), .boot_s = boot.tv_sec};
}

#define YEAR_0000_S (-62167219200LL)
#define YEAR_9999_S 253402300799LL

void clock_text(int64_t unix_s, char ret[CLOCK_TEXT_SIZE])
{
	time_t time = (time_t)(unix_s < YEAR_0000_S   ? YEAR_0000_S
			       : unix_s > YEAR_9999_S ? YEAR_9999_S
						      : unix_s);
	struct tm parts;

	(void)gmtime_r(&time, &parts);
	(void)text_format(ret, CLOCK_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
		parts.tm_sec);
}

/* Parsed leniently, then compared with the one text that stands for the time. */
bool clock_parse(const char *text, int64_t *ret)
{
	char again[CLOCK_TEXT_SIZE];
	struct tm parts = {0};
	int64_t time;

	if (!strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts))
		return false;
	time = timegm(&parts);
	clock_text(time, again);
	if (strcmp(again, text) != 0)
		return false;
	*ret = time;
	return true;
}

bool clock_parse_http(const char *text, int64_t *ret)
{
	struct tm parts = {0};

	if (!strptime(text, "%a, %d %b %Y %H:%M:%S", &parts))
		return false;
	*ret = timegm(&parts);
	return true;
}

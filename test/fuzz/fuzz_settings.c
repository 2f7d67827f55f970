#include <stdlib.h>
#include <string.h>
#include "agent/settings.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool is_empty_or(const char *text, const char *start)
{
	return !text[0] || strncmp(text, start, strlen(start)) == 0;
}

static void check_settings(const struct settings *settings)
{
	const struct settings_proxy *proxy = &settings->proxy;

	check(settings->period_s >= 15 * 60 && settings->period_s <= 24 * 3600);
	check(is_empty_or(settings->endpoint, "https://") &&
		is_empty_or(settings->fallback_endpoint, "https://"));
	check(is_empty_or(settings->ca_file, "/") && is_empty_or(settings->extra_ca_file, "/"));
	check(is_empty_or(proxy->url, "http://") && !strchr(proxy->url, '@') &&
		!(proxy->is_none && proxy->url[0]));
	check((!proxy->user[0] || proxy->url[0]) && (!proxy->password[0] || proxy->user[0]));
	for (size_t i = 0; i < settings->warning_count && i < SETTINGS_MAX_WARNINGS; i++)
		check(settings->warnings[i][0] && text_is_utf8(bytes_of_text(settings->warnings[i])));
}

static void parse(struct bytes text, struct bytes hidden)
{
	struct settings found = {0};
	struct err err;

	if (settings_parse_both(text, hidden, &found, &err) < 0)
		check(err.msg[0] && text_is_utf8(bytes_of_text(err.msg)));
	else
		check_settings(&found);
	settings_done(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf message = buf_with_max(SETTINGS_MAX_BYTES);
	char thumbprint[SETTINGS_THUMBPRINT_SIZE];
	struct bytes all = {data, size};
	struct err err;

	if (settings_find_protected(all, &message, thumbprint, &err) == 0 && message.len)
		check(strspn(thumbprint, "0123456789ABCDEF") == SETTINGS_THUMBPRINT_SIZE - 1);
	buf_done(&message);
	parse(all, (struct bytes){0});
	parse((struct bytes){0}, all);
	parse((struct bytes){data, size / 2}, (struct bytes){data + size / 2, size - size / 2});
	return 0;
}

/* settings-judge: what the extension says of settings, for many documents at once. Standard input:
 * for each a line with two lengths in bytes, then that many bytes of N.settings and of the
 * decrypted protected settings. Standard output: a line each, "silent", "warning TEXT" or "error
 * TEXT". */
#include <stdio.h>
#include <stdlib.h>
#include "agent/settings.h"

static void judge(struct bytes text, struct bytes hidden)
{
	struct settings *settings = calloc(1, sizeof(*settings));
	struct err err;

	if (!settings)
		abort();
	if (settings_parse_both(text, hidden, settings, &err) < 0)
		(void)printf("error %s\n", err.msg);
	else if (settings->warning_count)
		(void)printf("warning %s\n", settings->warnings[0]);
	else
		(void)puts("silent");
	settings_done(settings);
	free(settings);
}

int main(void)
{
	static uint8_t text[2 * SETTINGS_MAX_BYTES];
	size_t len, hidden_len;

	while (scanf("%zu %zu", &len, &hidden_len) == 2 && getchar() == '\n') {
		if (len + hidden_len > sizeof(text) ||
			fread(text, 1, len + hidden_len, stdin) != len + hidden_len)
			return 2;
		judge((struct bytes){text, len}, (struct bytes){text + len, hidden_len});
	}
	return 0;
}

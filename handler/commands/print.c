#include "commands.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/text.h"

#define MAX_JSON (64u << 20)

void print_format(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
}

int print_json(const json *value, enum json_style style, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_JSON);

	if (json_print(value, style, &text, err) < 0)
		return -1;
	(void)fwrite(text.data, 1, text.len, stdout);
	return 0;
}

int print_err(const struct err *err)
{
	const struct err_info *info = err_info(err->code);

	(void)fprintf(stderr, "guest-attest: %s: %s %s\n", info->name, err->msg, info->remedy);
	return info->exit_code;
}

int print_usage_error(const char *command, const char *format, ...)
{
	char raw[512], text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_clean(text, sizeof(text), bytes_of_text(raw));
	(void)fprintf(stderr, "%s: %s; '%s --help' tells more\n", command, text, command);
	return EXIT_USAGE;
}

int health_exit_code(enum health health)
{
	return health == HEALTH_HEALTHY ? 0 : health == HEALTH_UNHEALTHY ? 1 : 2;
}

int print_end(int exit_code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return exit_code;
	(void)fprintf(stderr, "guest-attest: the output could not be written: %m\n");
	return exit_code ? exit_code : err_info(ERR_IO)->exit_code;
}

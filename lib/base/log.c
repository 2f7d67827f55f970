#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/text.h"

#define LINE_SIZE 1024

void log_line(enum log_level level, const char *format, ...)
{
	char raw[LINE_SIZE];
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_clean(line, sizeof(line), bytes_of_text(raw));
	(void)fprintf(stderr, "<%d>%s\n", (int)level, line);
}

void log_err(enum log_level level, const struct err *err)
{
	const struct err_info *info = err_info(err->code);

	log_line(level, "%s: %s %s", info->name, err->msg, info->remedy);
}

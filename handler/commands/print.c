#include "commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/text.h"

#define MAX_JSON  (64u << 20)
#define MIN_WIDTH 30 /* a narrower column than that is no help */

/* A terminal would show a text with such characters as another one: by their numbers they cannot
 * hide anything. */
static void put(FILE *to, struct bytes text)
{
	for (size_t i = 0, length; i < text.len; i += length) {
		uint32_t character;

		length = text_character((struct bytes){text.data + i, text.len - i}, &character);
		length = length ? length : 1;
		if (length > 1 && text_is_unseen(character))
			(void)fprintf(to, "<U+%04X>", character);
		else
			(void)fwrite(text.data + i, 1, length, to);
	}
}

static void put_format(FILE *to, const char *format, va_list args)
{
	auto_cleanup(free) char *text = NULL;
	int len = vasprintf(&text, format, args);

	if (len < 0)
		text = NULL;
	else
		put(to, (struct bytes){(const uint8_t *)text, (size_t)len});
}

void print_format(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(stdout, format, args);
	va_end(args);
}

void print_aside(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(stderr, format, args);
	va_end(args);
}

/* 0: not on a terminal, and lines are not broken. */
static size_t columns(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col
										     : 0;
}

void print_hanging(size_t indent, const char *text)
{
	size_t width = columns();
	size_t room = width > indent + MIN_WIDTH ? width - indent : SIZE_MAX;

	while (strlen(text) > room) {
		size_t cut = room;

		while (cut && text[cut] != ' ')
			cut--;
		if (!cut)
			cut = strcspn(text, " ");
		if (!text[cut])
			break;
		print_format("%.*s\n%*s", (int)cut, text, (int)indent, "");
		text += cut + 1;
	}
	print_format("%s\n", text);
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

	(void)fprintf(stderr, "guest-attest: %s: ", info->name);
	put(stderr, bytes_of_text(err->msg));
	(void)fprintf(stderr, " %s\n", info->remedy);
	return info->exit_code;
}

void add_err(json *parent, const struct err *failure)
{
	const struct err_info *info = err_info(failure->code);

	json_add_int(parent, "code", failure->code);
	json_add_text(parent, "name", info->name);
	json_add_text(parent, "message", failure->msg);
	json_add_text(parent, "remedy", info->remedy);
}

void print_failure(const struct err *failure, bool is_json)
{
	auto_cleanup(json) json *members = json_new_object();
	struct err err;

	add_err(members, failure);
	if (!is_json)
		(void)print_err(failure);
	else if (print_json(members, JSON_INDENTED, &err) < 0)
		(void)print_err(&err);
	else
		print_format("\n");
}

int print_usage_error(const char *program, const struct err *wrong)
{
	(void)fprintf(stderr, "%s: ", program);
	put(stderr, bytes_of_text(wrong->msg));
	(void)fprintf(stderr, "; see '%s --help'\n", program);
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
	return exit_code ? exit_code : EXIT_OUTPUT_LOST;
}

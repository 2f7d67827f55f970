#include "commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/text.h"

#define MAX_JSON     (64u << 20)
#define JSON_VERSION 1 /* handler/docs/json.md */
#define MIN_WIDTH    30 /* narrower columns are not used */

/* Prints invisible characters by their numbers: on a terminal they could make a text look like
 * another. */
static void put_text(FILE *to, struct bytes text)
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

static void put_formatted(FILE *to, const char *format, va_list args)
{
	auto_cleanup(free) char *text = NULL;
	int len = vasprintf(&text, format, args);

	if (len < 0)
		text = NULL;
	else
		put_text(to, (struct bytes){(const uint8_t *)text, (size_t)len});
}

void print_format(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_formatted(stdout, format, args);
	va_end(args);
}

void print_aside(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_formatted(stderr, format, args);
	va_end(args);
}

static void print_fact(void *context, const char *label, const char *text)
{
	(void)context;
	print_format("  %-21s %s\n", label, text);
}

struct facts facts_as_text(void)
{
	return facts_as_lines(print_fact, NULL);
}

/* Only a terminal has a width; elsewhere lines are not wrapped. */
void print_hanging(size_t indent, const char *text)
{
	struct winsize size;
	bool has_width = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
	size_t room = has_width && size.ws_col > indent + MIN_WIDTH ? size.ws_col - indent : SIZE_MAX;

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

void print_reason(enum err_code code, const char *message)
{
	const struct err_info *info = err_info(code);
	char text[ERR_MSG_SIZE + 80];

	(void)text_format(text, sizeof(text), "%s (%s)", message, info->name);
	print_format("  ");
	print_hanging(2, text);
	print_format("  ");
	print_hanging(2, info->remedy);
}

int print_json(const json *value, enum json_style style, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_JSON);

	if (json_print(value, style, &text, err) < 0)
		return -1;
	(void)fwrite(text.data, 1, text.len, stdout);
	return 0;
}

json *document_new(enum err_code code, const char *message)
{
	json *document = json_new_object();

	json_add_int(document, "version", JSON_VERSION);
	json_add_reason(document, code, message);
	return document;
}

int print_document(const json *document, struct err *err)
{
	if (print_json(document, JSON_INDENTED, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

static int failure_exit_code(enum err_code code)
{
	return code == ERR_USAGE              ? EXIT_USAGE
	       : code == ERR_BASELINE_REFUSED ? EXIT_BAD
					      : EXIT_UNKNOWN;
}

int print_err(const struct err *err)
{
	const struct err_info *info = err_info(err->code);

	(void)fprintf(stderr, "guest-attest: %s: ", info->name);
	put_text(stderr, bytes_of_text(err->msg));
	(void)fprintf(stderr, " %s\n", info->remedy);
	return failure_exit_code(err->code);
}

int command_fail(const struct command *command, const struct err *failure, bool is_json)
{
	auto_cleanup(json) json *document = NULL;
	struct err err;

	if (!is_json)
		return print_err(failure);
	document = document_new(failure->code, failure->msg);
	if (command && command->has_health)
		json_add_text(document, "health", health_name(HEALTH_UNKNOWN));
	if (print_document(document, &err) < 0)
		return print_err(&err);
	return failure_exit_code(failure->code);
}

int print_usage_error(const char *program, const struct err *wrong)
{
	(void)fprintf(stderr, "%s: ", program);
	put_text(stderr, bytes_of_text(wrong->msg));
	(void)fprintf(stderr, "; see '%s --help'\n", program);
	return EXIT_USAGE;
}

int health_exit_code(enum health health)
{
	return health == HEALTH_HEALTHY     ? EXIT_GOOD
	       : health == HEALTH_UNHEALTHY ? EXIT_BAD
					    : EXIT_UNKNOWN;
}

int print_end(int exit_code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return exit_code;
	(void)fprintf(stderr, "guest-attest: the output could not be written: %m\n");
	return EXIT_UNKNOWN;
}

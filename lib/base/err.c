#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"

static const struct err_info table[] = {
#define ERR_AGAINST true
#define ERR_NEUTRAL false
#define ERR_INFO(code, number, name, kind, place, weight, retry, exit_code, remedy)                \
	{code, name, ERR_KIND_##kind, ERR_PLACE_##place, ERR_##weight, ERR_RETRY_##retry,          \
		exit_code, remedy},
	ERR_TABLE(ERR_INFO)
#undef ERR_INFO
#undef ERR_NEUTRAL
#undef ERR_AGAINST
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

static const struct err_info no_error = {
	.code = ERR_OK, .name = "ok", .kind = ERR_KIND_NONE, .remedy = ""};

const struct err_info *err_info_at(size_t index)
{
	return index < TABLE_COUNT ? &table[index] : NULL;
}

const struct err_info *err_info(enum err_code code)
{
	if (code == ERR_OK)
		return &no_error;
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (table[i].code == code)
			return &table[i];
	return err_info(ERR_INTERNAL);
}

const char *err_kind_name(enum err_kind kind)
{
	static const char *const names[] = {
		[ERR_KIND_NONE] = "none",
		[ERR_KIND_PLATFORM] = "platform",
		[ERR_KIND_PRECONDITION] = "precondition",
		[ERR_KIND_SETTINGS] = "settings",
		[ERR_KIND_TPM] = "tpm",
		[ERR_KIND_NETWORK] = "network",
		[ERR_KIND_PROVIDER] = "provider",
		[ERR_KIND_INTEGRITY] = "integrity",
		[ERR_KIND_INTERNAL] = "internal",
	};

	return names[kind];
}

void err_fill(struct err *err, enum err_code code, unsigned long native, const char *format, ...)
{
	char raw[ERR_MSG_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	err->code = code;
	err->native = native;
	text_clean(err->msg, sizeof(err->msg), bytes_of_text(raw));
}

void err_push(struct err *err, const char *format, ...)
{
	char context[ERR_MSG_SIZE / 2];
	char old[ERR_MSG_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	memcpy(old, err->msg, sizeof(old));
	(void)text_format(err->msg, sizeof(err->msg), "%s: %s", context, old);
}

void err_recode(struct err *err, enum err_code code)
{
	if (err->code == ERR_FORMAT)
		err->code = code;
}

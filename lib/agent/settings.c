#include "agent/settings.h"

#include <ctype.h>
#include <string.h>
#include "agent/settings_read.h"
#include "base/codec.h"

/* Finds the inner object of {"runtimeSettings":[{"handlerSettings":{..}}]}, as the agent writes it;
 * NULL if there is none. */
static int find_handler(const json *runtime, const json **ret, struct err *err)
{
	const json *handler;

	*ret = NULL;
	if (!runtime || json_is_null(runtime))
		return 0;
	if (!json_is_array(runtime))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "'runtimeSettings' is not an array.");
	if (json_count(runtime) == 0 || json_is_null(json_at(runtime, 0)))
		return 0;
	handler = json_get(json_at(runtime, 0), "handlerSettings");
	if (!json_is_object(json_at(runtime, 0)) ||
		(handler && !json_is_object(handler) && !json_is_null(handler)))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "'handlerSettings' is not an object.");
	*ret = handler;
	return 0;
}

/* The agent writes an empty file if no settings were given. Some editors write a byte order
 * mark. */
static struct bytes without_mark_and_blanks(struct bytes text)
{
	if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
		text = (struct bytes){text.data + 3, text.len - 3};
	while (text.len && memchr(" \t\r\n", text.data[text.len - 1], 4))
		text.len--;
	return text;
}

/* The caller owns *ret_document; *ret_handler points into it, see find_handler. Both are NULL for
 * an empty text. */
static int parse_document(
	struct bytes text, json **ret_document, const json **ret_handler, struct err *err)
{
	auto_cleanup(json) json *document = NULL;

	text = without_mark_and_blanks(text);
	if (text.len > SETTINGS_MAX_BYTES)
		return err_set(
			err, ERR_SETTINGS_INVALID, 0, "The settings have %zu bytes.", text.len);
	if (text.len && json_parse(text, &document, err) < 0) {
		err_recode(err, ERR_SETTINGS_INVALID);
		return err_wrap(err, "The settings cannot be read");
	}
	if (text.len && !json_is_object(document) && !json_is_null(document))
		return err_set(err, ERR_SETTINGS_INVALID, 0, "The settings are not an object.");
	if (find_handler(json_get(document, "runtimeSettings"), ret_handler, err) < 0)
		return -1;
	*ret_document = steal_ptr(document);
	return 0;
}

/* The message does not repeat the content, which is secret. */
static int parse_decrypted(struct bytes text, json **ret, struct err *err)
{
	auto_cleanup(json_secret) json *document = NULL;

	text = without_mark_and_blanks(text);
	if (text.len && (json_parse(text, &document, err) < 0 || !json_is_object(document)))
		return err_set(err, ERR_PROTECTED_SETTINGS, 0,
			"The protected settings are no JSON object.");
	*ret = steal_ptr(document);
	return 0;
}

int settings_parse(struct bytes text, struct settings *ret, struct err *err)
{
	return settings_parse_both(text, (struct bytes){0}, ret, err);
}

int settings_parse_both(
	struct bytes text, struct bytes protected_text, struct settings *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	auto_cleanup(json_secret) json *protected = NULL;
	auto_cleanup(settings_tree) struct settings_tree tree = {0};
	auto_cleanup(settings) struct settings found = {0};
	const json *handler, *public;

	if (parse_document(text, &document, &handler, err) < 0 ||
		parse_decrypted(protected_text, &protected, err) < 0)
		return -1;
	public = json_get(document, "runtimeSettings") ? json_get(handler, "publicSettings")
						       : document;
	if (settings_tree_open(&tree, public, protected, &found, err) < 0 ||
		settings_read(&tree, &found, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

struct provider_wish settings_provider(const struct settings *settings)
{
	return (struct provider_wish){.endpoint = settings->endpoint,
		.region_fallback = settings->region_fallback,
		.fallback_endpoint = settings->fallback_endpoint};
}

struct trust_store settings_trust(const struct settings *settings)
{
	return (struct trust_store){.ca_file = settings->ca_file[0] ? settings->ca_file : NULL,
		.extra_ca_file = settings->extra_ca_file[0] ? settings->extra_ca_file : NULL};
}

void settings_done(struct settings *settings)
{
	explicit_bzero(&settings->proxy, sizeof(settings->proxy));
	explicit_bzero(settings->alert_webhook, sizeof(settings->alert_webhook));
	explicit_bzero(settings->alert_secret, sizeof(settings->alert_secret));
}

static int copy_thumbprint(const char *text, char ret[SETTINGS_THUMBPRINT_SIZE], struct err *err)
{
	size_t len = text ? strlen(text) : 0;

	if (len != SETTINGS_THUMBPRINT_SIZE - 1 || strspn(text, "0123456789abcdefABCDEF") != len)
		return err_set(err, ERR_PROTECTED_SETTINGS, 0,
			"The protected settings' certificate is not named by a SHA-1 thumbprint.");
	for (size_t i = 0; i <= len; i++)
		ret[i] = (char)toupper((unsigned char)text[i]);
	return 0;
}

int settings_find_protected(struct bytes text, struct buf *ret_message,
	char ret_thumbprint[SETTINGS_THUMBPRINT_SIZE], struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	const json *handler, *value;

	if (parse_document(text, &document, &handler, err) < 0)
		return -1;
	value = json_get(handler, "protectedSettings");
	if (!value || json_is_null(value) || (json_is_string(value) && !json_text(value)[0]))
		return 0;
	if (!json_is_string(value))
		return err_set(
			err, ERR_PROTECTED_SETTINGS, 0, "The protected settings are not a string.");
	if (copy_thumbprint(json_text(json_get(handler, "protectedSettingsCertThumbprint")),
		    ret_thumbprint, err) < 0)
		return -1;
	if (base64_decode(bytes_of_text(json_text(value)), BASE64_STANDARD, ret_message, err) < 0) {
		err_recode(err, ERR_PROTECTED_SETTINGS);
		return err_wrap(err, "Protected settings");
	}
	return 0;
}

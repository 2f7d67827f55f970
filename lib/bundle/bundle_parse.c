/* bundle_parse.c - a bundle's text to struct bundle. All of it is hostile: every member is checked
 * for its type and its bound. */
#include <string.h>
#include "base/codec.h"
#include "base/pem.h"
#include "base/text.h"
#include "bundle/bundle.h"
#include "maa/token.h"

#define MAX_TIME_S 253402300799 /* the end of the year 9999 */

/* "" if absent. A text that does not fit is cut. */
static int get_text(const json *object, const char *name, char *ret, size_t size, struct err *err)
{
	const char *text = "";

	if (json_get(object, name) && json_get_text(object, name, &text, err) < 0)
		return -1;
	text_clean(ret, size, bytes_of_text(text));
	return 0;
}

static int get_optional_object(const json *object, const char *name, json **ret, struct err *err)
{
	const json *value;

	if (!json_get(object, name))
		return 0;
	if (json_get_object(object, name, &value, err) < 0)
		return -1;
	*ret = json_copy(value);
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for '%s'.", name);
}

static int read_health(const json *members, enum health *ret, struct err *err)
{
	const char *text;

	if (json_get_text(members, "health", &text, err) < 0)
		return -1;
	return health_of_name(text, ret)
		       ? 0
		       : err_set(err, ERR_FORMAT, 0,
				 "'health' is neither Healthy nor Unhealthy nor Unknown.");
}

/* A newer version's code is kept as a number. */
static int read_verdict(const json *root, const char *name, struct verdict *ret, struct err *err)
{
	const json *members;
	int64_t code;

	if (json_get_object(root, name, &members, err) < 0)
		return -1;
	if (read_health(members, &ret->health, err) < 0 ||
		json_get_int(members, "code", &code, err) < 0 ||
		get_text(members, "message", ret->reason.msg, sizeof(ret->reason.msg), err) < 0)
		return err_wrap(err, "'%s'", name);
	if (code < 0 || code > 999 || (ret->health == HEALTH_HEALTHY) != (code == 0))
		return err_set(err, ERR_FORMAT, 0, "'%s.code' does not fit the health.", name);
	ret->reason.code = (enum err_code)code;
	return 0;
}

static int read_token(const json *members, struct bundle_provider *ret, struct err *err)
{
	const json *keys;
	const char *token;

	if (!json_get(members, "token"))
		return 0;
	if (json_get_text(members, "token", &token, err) < 0 ||
		json_get_object(members, "keys", &keys, err) < 0)
		return -1;
	if (buf_append_text(&ret->compact, token, err) < 0)
		return err_wrap(err, "'token'");
	return json_print(keys, JSON_COMPACT, &ret->keys, err) < 0 ? err_wrap(err, "'keys'") : 0;
}

static int read_provider(const json *root, struct bundle *ret, struct err *err)
{
	struct bundle_provider *provider = &ret->provider;
	const json *members;

	ret->has_provider = json_get(root, "provider") != NULL;
	if (!ret->has_provider)
		return 0;
	if (json_get_object(root, "provider", &members, err) < 0)
		return -1;
	if (get_text(members, "address", provider->address, sizeof(provider->address), err) < 0 ||
		get_text(members, "chosenAs", provider->chosen_as, sizeof(provider->chosen_as),
			err) < 0 ||
		read_verdict(members, "verdict", &provider->verdict, err) < 0 ||
		get_optional_object(members, "tokenHeader", &provider->token, err) < 0 ||
		get_optional_object(members, "claims", &provider->claims, err) < 0 ||
		read_token(members, provider, err) < 0)
		return err_wrap(err, "'provider'");
	return 0;
}

static int read_machine(const json *root, struct machine *ret, struct err *err)
{
	const json *members;

	if (!json_get(root, "machine"))
		return 0;
	if (json_get_object(root, "machine", &members, err) < 0)
		return -1;
	if (get_text(members, "hostname", ret->hostname, sizeof(ret->hostname), err) < 0 ||
		get_text(members, "kernel", ret->kernel, sizeof(ret->kernel), err) < 0 ||
		get_text(members, "bootId", ret->boot_id, sizeof(ret->boot_id), err) < 0 ||
		get_text(members, "architecture", ret->architecture, sizeof(ret->architecture),
			err) < 0)
		return err_wrap(err, "'machine'");
	return 0;
}

static int read_unquoted(const json *root, struct tpm_pcrs *ret, struct err *err)
{
	const json *pcrs;

	if (!json_get(root, "laterPcrs"))
		return 0;
	if (json_get_object(root, "laterPcrs", &pcrs, err) < 0)
		return -1;
	json_each (value, pcrs) {
		const char *name = json_name(value), *hex = json_text(value);
		uint32_t pcr;

		if (!text_number(bytes_of_text(name), TPM_PCR_COUNT - 1, &pcr) || name[0] == '0' ||
			TPM_BOOT_PCR_MASK & 1u << pcr || !hex)
			return err_set(err, ERR_FORMAT, 0,
				"'laterPcrs' holds something that is no PCR from 8 on.");
		if (hex_decode(bytes_of_text(hex), ret->digest[pcr], TPM_DIGEST_SIZE, err) < 0)
			return err_wrap(err, "'laterPcrs'");
		ret->mask |= 1u << pcr;
	}
	return 0;
}

static int read_chain(const json *root, struct buf *ret, struct err *err)
{
	const json *certs;

	if (!json_get(root, "chain"))
		return 0;
	if (json_get_array(root, "chain", &certs, err) < 0)
		return -1;
	json_each (cert, certs) {
		auto_cleanup(buf) struct buf der = buf_with_max(BUNDLE_MAX_CHAIN);
		const char *text = json_text(cert);

		if (!text || base64_decode(bytes_of_text(text), BASE64_STANDARD, &der, err) < 0)
			return err_set(
				err, ERR_FORMAT, 0, "'chain' holds something that is no base64.");
		if (pem_encode(buf_bytes(&der), ret, err) < 0)
			return err_wrap(err, "'chain'");
	}
	return 0;
}

/* Reads decimal digits at *at and moves it behind them; false if there are none or too many. */
static bool take_number(const char **at, uint32_t *ret)
{
	const char *begin = *at;

	*ret = 0;
	while (**at >= '0' && **at <= '9' && *ret < EVIDENCE_MAX_EVENTS)
		*ret = *ret * 10 + (uint32_t)(*(*at)++ - '0');
	return *at > begin && *ret < EVIDENCE_MAX_EVENTS;
}

/* Reads "3,7-12". Numbers must ascend, so that no list marks an event twice, however long it is. */
static int read_redacted_events(const char *list, struct evidence *ret, struct err *err)
{
	uint32_t next = 0, first, last;

	for (const char *at = list; *at; at += *at == ',') {
		bool is_good = take_number(&at, &first);

		last = first;
		if (is_good && *at == '-') {
			at++;
			is_good = take_number(&at, &last);
		}
		if (!is_good || first < next || last < first || (*at && *at != ','))
			return err_set(err, ERR_FORMAT, 0,
				"'redactedEvents' is no ascending list of events.");
		for (next = first; next <= last; next++)
			if (evidence_mark_redacted(ret, next, err) < 0)
				return -1;
	}
	return 0;
}

static int read_info(const json *root, struct bundle *ret, struct err *err)
{
	const char *text;

	if (json_get_text(root, "AttestationInfo", &text, err) < 0)
		return -1;
	if (!*text)
		return err_set(err, ERR_FORMAT, 0,
			"'AttestationInfo' is empty: there is no evidence in it.");
	if (base64_decode(bytes_of_text(text), BASE64_URL, &ret->info, err) < 0)
		return err_wrap(err, "'AttestationInfo'");
	return request_parse_info(buf_bytes(&ret->info), &ret->request, err);
}

static int read_time(const json *root, struct bundle *ret, struct err *err)
{
	if (json_get_int(root, "madeUnix", &ret->made_s, err) < 0 ||
		get_text(root, "made", ret->made_text, sizeof(ret->made_text), err) < 0)
		return -1;
	if (ret->made_s < 0 || ret->made_s > MAX_TIME_S)
		return err_set(err, ERR_FORMAT, 0, "'madeUnix' is no time from 1970 to 9999.");
	return 0;
}

static int read_whole(const json *root, struct bundle *ret, struct err *err)
{
	const char *redacted = "";
	int64_t version;

	ret->is_whole = true;
	ret->is_redacted = json_true(json_get(root, "redacted"));
	if (json_get_int(root, "version", &version, err) < 0)
		return -1;
	if (version != BUNDLE_VERSION)
		return err_set(err, ERR_FORMAT, 0, "A bundle of version %lld is not known here.",
			(long long)version);
	if (get_text(root, "program", ret->program, sizeof(ret->program), err) < 0 ||
		read_time(root, ret, err) < 0 ||
		read_verdict(root, "verdict", &ret->verdict, err) < 0 ||
		read_verdict(root, "local", &ret->local, err) < 0 ||
		read_provider(root, ret, err) < 0 ||
		get_optional_object(root, "facts", &ret->facts, err) < 0 ||
		read_machine(root, &ret->machine, err) < 0 ||
		read_unquoted(root, &ret->unquoted, err) < 0 ||
		read_chain(root, &ret->chain, err) < 0 || read_info(root, ret, err) < 0 ||
		(ret->is_redacted && json_get_text(root, "redactedEvents", &redacted, err) < 0))
		return -1;
	return read_redacted_events(redacted, &ret->request.evidence, err);
}

static bool is_listed(const char *name, const char *const *names)
{
	while (*names && strcmp(name, *names) != 0)
		names++;
	return *names;
}

/* Names match exactly, and clients may send more. Unknown members are ignored, and their names are
 * kept for the check's notes. */
static void keep_unread_names(const json *root, const char *const *known, char *ret, size_t size)
{
	json_each (member, root) {
		char name[48];

		if (is_listed(json_name(member), known))
			continue;
		text_clean(name, sizeof(name), bytes_of_text(json_name(member)));
		if (!text_list_add(ret, size, "'%s'", name))
			return;
	}
}

/* A request's body has no member `format`; bare attestation information has no AttestationInfo
 * either. */
static int read_any(const json *root, struct bytes text, struct bundle *ret, struct err *err)
{
	static const char *const of_bundle[] = {"format", "version", "program", "made", "madeUnix",
		"redacted", "redactedEvents", "guessable", "verdict", "local", "provider", "facts",
		"machine", "laterPcrs", "chain", "AttestationInfo", NULL};
	static const char *const of_body[] = {"AttestationInfo", NULL};
	const char *format = json_text(json_get(root, "format"));
	bool is_whole = format && strcmp(format, BUNDLE_FORMAT) == 0;

	if (!json_is_object(root))
		return err_set(err, ERR_FORMAT, 0, "It is no JSON object.");
	if (json_get(root, "format") && !is_whole)
		return err_set(err, ERR_FORMAT, 0, "'format' is not '" BUNDLE_FORMAT "'.");
	if (is_whole || json_get(root, "AttestationInfo")) {
		keep_unread_names(
			root, is_whole ? of_bundle : of_body, ret->unread, sizeof(ret->unread));
		return is_whole ? read_whole(root, ret, err) : read_info(root, ret, err);
	}
	if (text.len > REQUEST_MAX_INFO)
		return err_set(err, ERR_FORMAT, 0, "It is larger than %u bytes.", REQUEST_MAX_INFO);
	if (buf_set(&ret->info, text, err) < 0)
		return -1;
	return request_parse_info(text, &ret->request, err);
}

int bundle_parse(struct bytes text, struct bundle *ret, struct err *err)
{
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	auto_cleanup(json) json *root = NULL;

	if (text.len > BUNDLE_MAX_BYTES)
		return err_set(err, ERR_FORMAT, 0, "It is larger than %u bytes.", BUNDLE_MAX_BYTES);
	if (json_parse(text, &root, err) < 0 || read_any(root, text, &bundle, err) < 0)
		return -1;
	*ret = bundle;
	bundle = BUNDLE_EMPTY;
	return 0;
}

#include "maa/exchange.h"

#include <string.h>
#include <strings.h>
#include "base/text.h"
#include "edge/json.h"
#include "maa/envelope.h"
#include "maa/request.h"

#define KEYS_PATH       "/certs"
#define STATUS_FIREWALL 470 /* Azure Firewall: no application rule matched */

/* ---- what an answer that is no success says ---- */

struct complaint {
	bool is_json;
	bool is_of_protocol; /* an object with a member "error" */
	char code[64];       /* "" if absent */
	char message[256];
};

static void copy_text(const json *object, const char *name, const char *other_name, char *ret, size_t size)
{
	const char *text = json_text(json_get(object, name));

	if (!text)
		text = json_text(json_get(object, other_name));
	text_clean(ret, size, bytes_of_text(text ? text : ""));
}

/* {"error": {"code", "message"}}, or from deeper inside the service {"Error": {"Code", "Message"}}. */
static void read_complaint(struct bytes body, struct complaint *ret)
{
	auto_cleanup(json) json *root = NULL;
	const json *error;
	struct err unusable;

	memset(ret, 0, sizeof(*ret));
	if (json_parse(body, &root, &unusable) < 0)
		return;
	ret->is_json = true;
	error = json_get(root, "error");
	if (!error)
		error = json_get(root, "Error");
	ret->is_of_protocol = error != NULL;
	copy_text(error, "code", "Code", ret->code, sizeof(ret->code));
	copy_text(error, "message", "Message", ret->message, sizeof(ret->message));
}

/* A page for people: by its type, or where that says nothing by its first bytes. */
static bool is_page(const struct http_answer *answer)
{
	struct bytes body = buf_bytes(&answer->body);
	size_t at = 0;

	if (strncasecmp(answer->content_type, "text/html", 9) == 0)
		return true;
	while (at < body.len && (body.data[at] == ' ' || (body.data[at] >= '\t' && body.data[at] <= '\r')))
		at++;
	return at < body.len && body.data[at] == '<';
}

static enum err_code code_of_client_error(long status, const struct complaint *complaint)
{
	if (status == 401 || status == 403)
		return ERR_PROVIDER_FORBIDDEN;
	if (status == 405 || (complaint->is_json && !complaint->is_of_protocol))
		return ERR_NOT_A_PROVIDER;
	if (status == 404)
		return ERR_PROVIDER_NOT_FOUND;
	if (status == 400 && text_equal_nocase(complaint->code, "PolicyEvaluationError"))
		return ERR_POLICY_DENIED;
	return ERR_EVIDENCE_REFUSED;
}

static enum err_code code_of_answer(const struct http_answer *answer, const struct complaint *complaint)
{
	long status = answer->status;

	if (status == 408 || status == 429)
		return ERR_THROTTLED;
	if (status == STATUS_FIREWALL)
		return ERR_FIREWALL_DENIED;
	if (status >= 500)
		return ERR_PROVIDER_DOWN;
	if ((status >= 300 && status < 400) || is_page(answer))
		return ERR_BLOCK_PAGE; /* somebody else answers */
	if (status < 400 || (!complaint->is_json && answer->body.len))
		return ERR_ANSWER_NOT_TOKEN;
	return code_of_client_error(status, complaint);
}

static int refuse(const struct exchange *exchange, const struct http_answer *answer, struct err *err)
{
	struct complaint complaint;
	enum err_code code;

	read_complaint(buf_bytes(&answer->body), &complaint);
	code = code_of_answer(answer, &complaint);
	if (complaint.code[0] || complaint.message[0])
		return err_set(err, code, (unsigned long)answer->status, "%.80s answered %ld %s: %s",
			exchange->origin.host, answer->status, complaint.code, complaint.message);
	return err_set(err, code, (unsigned long)answer->status,
		"%.80s (%s) answered %ld with %zu bytes of '%s'.", exchange->origin.host, answer->peer,
		answer->status, answer->body.len, answer->content_type[0] ? answer->content_type : "no type");
}

/* ---- the two exchanges ---- */

static void answer_cleanup(struct http_answer *answer)
{
	buf_done(&answer->body);
}

static int perform(const struct exchange *exchange, const char *path, struct http_request *request,
	struct http_answer *ret, struct err *err)
{
	char origin[HTTP_URL_SIZE];
	char url[HTTP_URL_SIZE];
	int status;

	http_origin_text(&exchange->origin, origin);
	if (!text_format(url, sizeof(url), "%s%s", origin, path))
		return err_set(err, ERR_ENDPOINT_INVALID, 0, "The endpoint's address is too long.");
	request->url = url;
	request->ca_file = exchange->ca_file;
	request->connect_timeout_ms = exchange->connect_timeout_ms;
	request->total_timeout_ms = exchange->total_timeout_ms;
	status = http_exchange(exchange->http, request, ret, err);
	request->url = NULL; /* it ends here */
	return status;
}

static bool is_json_object(struct bytes body)
{
	auto_cleanup(json) json *root = NULL;
	struct err unusable;

	return json_parse(body, &root, &unusable) == 0 && json_is_object(root);
}

int exchange_attest(const struct exchange *exchange, struct bytes body, struct buf *ret_answer,
	uint32_t *ret_retry_after_s, struct err *err)
{
	auto_cleanup(answer) struct http_answer answer = {.body = buf_with_max(ENVELOPE_MAX_ANSWER)};
	struct http_request request = {.content_type = "application/json", .body = body};

	*ret_retry_after_s = 0;
	if (perform(exchange, REQUEST_PATH, &request, &answer, err) < 0)
		return -1;
	*ret_retry_after_s = answer.retry_after_s;
	if (answer.status != 200 || !is_json_object(buf_bytes(&answer.body)))
		return refuse(exchange, &answer, err);
	return buf_set(ret_answer, buf_bytes(&answer.body), err);
}

int exchange_key_set(const struct exchange *exchange, struct buf *ret, struct err *err)
{
	auto_cleanup(answer) struct http_answer answer = {.body = buf_with_max(KEYS_MAX_BYTES)};
	struct http_request request = {0};

	if (perform(exchange, KEYS_PATH, &request, &answer, err) < 0)
		return -1;
	if (answer.status != 200)
		return refuse(exchange, &answer, err);
	return buf_set(ret, buf_bytes(&answer.body), err);
}

int exchange_keys(const struct exchange *exchange, struct keys *ret, struct err *err)
{
	auto_cleanup(buf) struct buf set = buf_with_max(KEYS_MAX_BYTES);

	if (exchange_key_set(exchange, &set, err) < 0)
		return -1;
	if (keys_parse(buf_bytes(&set), ret, err) < 0)
		return err_wrap(err, "Keys of %.80s", exchange->origin.host);
	return 0;
}

#include "maa/exchange.h"

#include <poll.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto.h"
#include "edge/json.h"
#include "maa/complaint.h"
#include "maa/envelope.h"
#include "maa/request.h"
#include "maa/retry.h"
#include "net/connect_proxy.h"

#define KEYS_PATH        "/certs"
#define CLIENT_ID_HEADER "x-ms-client-request-id: "
#define CLOCK_OFF_S      60
#define MINUTE_S         60
#define HOUR_S           3600
#define DAY_S            86400
#define KIB              1024
#define STATUS_LARGE     413 /* RFC 9110 section 15.5.14 */
#define STATUS_WRONG     421 /* RFC 9110 section 15.5.20: another server's name */
#define STATUS_FIREWALL  470 /* Azure Firewall: no application rule matched */
#define STATUS_SIGN_IN   511 /* RFC 6585 section 6: a sign-in portal's, never the server's own */

/* ---- an answer that is not a success ---- */

/* Whether the body is a page for people: by its type, or by its first byte. */
static bool is_page(const struct http_answer *answer)
{
	struct bytes body = buf_bytes(&answer->body);
	size_t at = 0;

	if (strncasecmp(answer->content_type, "text/html", 9) == 0)
		return true;
	while (at < body.len &&
		(body.data[at] == ' ' || (body.data[at] >= '\t' && body.data[at] <= '\r')))
		at++;
	return at < body.len && body.data[at] == '<';
}

/* Only an error in the protocol's form shows that the provider judged the evidence: a bare 451 may
 * be a gateway's. */
static enum err_code code_of_client_error(
	long status, const struct complaint *complaint, bool is_of_provider)
{
	if (status == 401 || status == 403)
		return ERR_PROVIDER_FORBIDDEN;
	if (status == 405 || status == STATUS_WRONG ||
		(complaint->is_json && !complaint->is_of_protocol))
		return ERR_NOT_A_PROVIDER;
	if (status == 404)
		return ERR_PROVIDER_NOT_FOUND;
	if (status == 400 && text_equal_nocase(complaint->code, "PolicyEvaluationError"))
		return ERR_POLICY_DENIED;
	return is_of_provider ? ERR_EVIDENCE_REFUSED : ERR_ANSWER_NOT_TOKEN;
}

static enum err_code code_of_answer(
	const struct http_answer *answer, const struct complaint *complaint)
{
	long status = answer->status;

	if (status == 408 || status == 429)
		return ERR_THROTTLED;
	if (status == STATUS_FIREWALL)
		return ERR_FIREWALL_DENIED;
	if (status == STATUS_SIGN_IN)
		return ERR_BLOCK_PAGE;
	if (status == STATUS_LARGE)
		return ERR_REQUEST_TOO_LARGE;
	if (status >= 500)
		return ERR_PROVIDER_DOWN;
	if ((status >= 300 && status < 400) || is_page(answer))
		return ERR_BLOCK_PAGE; /* a device on the way answered */
	if (status == 403 && !complaint->is_json && answer->body.len)
		return ERR_BLOCK_PAGE; /* so does one that writes a line */
	if (status < 400 || (!complaint->is_json && answer->body.len))
		return ERR_ANSWER_NOT_TOKEN;
	return code_of_client_error(
		status, complaint, complaint->is_of_protocol || answer->error_code[0] != '\0');
}

/* What a body says to people: a page's title, a text of a line or two, or a member of JSON. */
static void said_text(
	const struct http_answer *answer, const struct complaint *complaint, char ret[128])
{
	struct bytes body = buf_bytes(&answer->body);

	connect_proxy_page_title(body, ret, 80);
	if (!ret[0] && complaint->is_json)
		(void)text_format(ret, 128, "%s", complaint->foreign);
	else if (!ret[0] && strncasecmp(answer->content_type, "text/plain", 10) == 0 &&
		 !answer->encoding[0])
		text_clean(ret, 128, body);
}

/* Describes an answer that is not in the protocol's form. */
static void body_text(
	const struct http_answer *answer, const struct complaint *complaint, char ret[256])
{
	const char *type = answer->content_type[0] ? answer->content_type : "no type";
	char said[128];

	said_text(answer, complaint, said);
	if (answer->location[0])
		(void)text_format(ret, 256, "and points to %.120s", answer->location);
	else if (said[0])
		(void)text_format(ret, 256, "with a %s of '%.40s', \"%s\"",
			is_page(answer) ? "page" : "text", type, said);
	else if (answer->body.len == 0)
		(void)text_format(ret, 256, "without a body");
	else
		(void)text_format(ret, 256, "with %zu bytes of '%.40s'", answer->body.len, type);
}

/* What else explains the answer, as far as the provider itself may not have sent it. */
static void hint_text(
	const struct http_answer *answer, enum err_code code, size_t request_len, char ret[128])
{
	ret[0] = '\0';
	if (answer->encoding[0])
		(void)text_format(ret, 128,
			", encoded as %s, which was not asked for: a device on the way does that",
			answer->encoding);
	else if (request_len && (code == ERR_REQUEST_TOO_LARGE || code == ERR_BLOCK_PAGE))
		(void)text_format(
			ret, 128, "; the request has %zu KiB", (request_len + KIB - 1) / KIB);
	else if (answer->status >= 500 && is_page(answer))
		(void)text_format(ret, 128, "; a device on the way may have sent it");
}

static int refuse_answer(const struct exchange *exchange, size_t request_len,
	const struct http_answer *answer, struct err *err)
{
	struct complaint complaint;
	char place[128], body[256], hint[128], text[ERR_MSG_SIZE], id[HTTP_ID_SIZE + 16] = "";
	enum err_code code;
	size_t len;

	complaint_read(buf_bytes(&answer->body), &complaint);
	complaint_text(&complaint, text, sizeof(text));
	code = code_of_answer(answer, &complaint);
	way_place_text(&exchange->way.proxy, answer->peer, place, sizeof(place));
	if (answer->request_id[0])
		(void)text_format(id, sizeof(id), " (request %s)", answer->request_id);
	len = strlen(text);
	if (len)
		return err_set(err, code, (unsigned long)answer->status,
			"%.80s%s answered %ld%s%s%s", exchange->way.origin.host, place,
			answer->status, text, id, strchr(".!?", text[len - 1]) && !id[0] ? "" : ".");
	body_text(answer, &complaint, body);
	hint_text(answer, code, request_len, hint);
	return err_set(err, code, (unsigned long)answer->status, "%.80s%s answered %ld %s%s%s.",
		exchange->way.origin.host, place, answer->status,
		answer->error_code[0] ? answer->error_code : body, id, hint);
}

/* ---- one exchange, tried up to three times ---- */

struct question {
	const char *path;
	struct http_request request;
	bool (*is_good)(const struct http_answer *answer);
	uint32_t max_tries;
};

static int send_question(const struct exchange *exchange, struct question *question,
	const char *client_id, struct http_answer *ret, struct err *err)
{
	struct http_request *request = &question->request;
	char origin[HTTP_URL_SIZE];
	char url[HTTP_URL_SIZE];
	char header[sizeof(CLIENT_ID_HEADER) + UUID_SIZE];
	int status;

	(void)text_format(header, sizeof(header), "%s%s", CLIENT_ID_HEADER, client_id);

	http_origin_text(&exchange->way.origin, origin);
	if (!text_format(url, sizeof(url), "%s%s", origin, question->path))
		return err_set(err, ERR_ENDPOINT_INVALID, 0, "The endpoint's address is too long.");
	request->url = url;
	request->header = header;
	request->trust = exchange->way.trust;
	request->proxy = &exchange->way.proxy;
	request->connect_timeout_ms = exchange->connect_timeout_ms;
	request->total_timeout_ms = exchange->total_timeout_ms;
	request->idle_timeout_ms = exchange->idle_timeout_ms;
	request->deadline_ms = exchange->deadline_ms;
	status = http_exchange(exchange->http, request, ret, err);
	request->url = request->header = NULL; /* both are gone after this function */
	return status;
}

static void take_facts(const struct exchange *exchange, const struct http_answer *answer,
	struct exchange_facts *ret)
{
	int64_t now_s = exchange->now_s + (clock_monotonic_ms() - exchange->now_ms) / 1000;

	ret->retry_after_s = answer->retry_after_s;
	ret->fresh_s = answer->fresh_s;
	ret->has_clock = answer->date_s && exchange->now_s;
	ret->date_s = answer->date_s;
	ret->clock_ahead_s = ret->has_clock ? answer->date_s - now_s : 0;
	memcpy(ret->peer, answer->peer, sizeof(ret->peer));
	memcpy(ret->request_id, answer->request_id, sizeof(ret->request_id));
	memcpy(ret->service_version, answer->service_version, sizeof(ret->service_version));
}

static int try_once(const struct exchange *exchange, struct question *question,
	struct http_answer *ret, struct exchange_facts *facts, struct err *err)
{
	int64_t started_ms = clock_monotonic_ms();
	uint8_t random[UUID_BYTES];
	int status;

	facts->request_id[0] = '\0';
	if (crypto_random(random, sizeof(random), err) < 0)
		return -1;
	uuid_encode(random, facts->client_id);
	status = send_question(exchange, question, facts->client_id, ret, err);
	facts->tries++;
	facts->took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
	facts->retry_after_s = 0;
	if (status < 0)
		return -1;
	take_facts(exchange, ret, facts);
	return question->is_good(ret)
		       ? 0
		       : refuse_answer(exchange, question->request.body.len, ret, err);
}

static int try_until_good(const struct exchange *exchange, struct question *question,
	struct http_answer *ret, struct exchange_facts *facts, struct err *err)
{
	uint32_t wait_ms;

	*facts = (struct exchange_facts){0};
	while (try_once(exchange, question, ret, facts, err) < 0) {
		int64_t left_ms = exchange->deadline_ms - clock_monotonic_ms();
		struct retry_inputs inputs = {.code = err->code,
			.tries = facts->tries,
			.max_tries = question->max_tries,
			.took_ms = facts->took_ms,
			.retry_after_s = facts->retry_after_s,
			.random = exchange->random >> facts->tries,
			.left_ms = !exchange->deadline_ms ? 0
				   : left_ms > 1          ? left_ms
							  : 1};

		if (!retry_is_worth_it(&inputs, &wait_ms))
			return -1;
		(void)poll(NULL, 0, (int)wait_ms);
	}
	return 0;
}

/* ---- the exchanges ---- */

static uint32_t max_tries_of(const struct exchange *exchange)
{
	return exchange->is_single_try ? 1 : RETRY_TRIES;
}

static bool is_json_object(const struct http_answer *answer)
{
	auto_cleanup(json) json *root = NULL;
	struct err unusable;

	return answer->status == 200 &&
	       json_parse(buf_bytes(&answer->body), &root, &unusable) == 0 && json_is_object(root);
}

int exchange_attest(const struct exchange *exchange, struct bytes body, struct buf *ret_answer,
	struct exchange_facts *ret_facts, struct err *err)
{
	auto_cleanup(http_answer) struct http_answer answer = {
		.body = buf_with_max(ENVELOPE_MAX_ANSWER)};
	struct question question = {.path = REQUEST_PATH,
		.request = {.content_type = "application/json", .body = body},
		.is_good = is_json_object,
		.max_tries = max_tries_of(exchange)};

	if (try_until_good(exchange, &question, &answer, ret_facts, err) < 0)
		return -1;
	return buf_set(ret_answer, buf_bytes(&answer.body), err);
}

/* keys_parse() checks the contents. */
static bool may_be_keys(const struct http_answer *answer)
{
	return answer->status == 200 && !is_page(answer);
}

int exchange_key_set(const struct exchange *exchange, struct buf *ret,
	struct exchange_facts *ret_facts, struct err *err)
{
	auto_cleanup(http_answer) struct http_answer answer = {.body = buf_with_max(KEYS_MAX_BYTES)};
	struct question question = {
		.path = KEYS_PATH, .is_good = may_be_keys, .max_tries = max_tries_of(exchange)};

	if (try_until_good(exchange, &question, &answer, ret_facts, err) < 0)
		return -1;
	return buf_set(ret, buf_bytes(&answer.body), err);
}

int exchange_keys(const struct exchange *exchange, struct keys *ret,
	struct exchange_facts *ret_facts, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(KEYS_MAX_BYTES);

	if (exchange_key_set(exchange, &text, ret_facts, err) < 0)
		return -1;
	if (keys_parse(buf_bytes(&text), ret, err) < 0)
		return err_wrap(err, "Keys of %.80s", exchange->way.origin.host);
	return 0;
}

int exchange_discovery(const struct exchange *exchange, struct discovery *ret,
	struct exchange_facts *ret_facts, struct err *err)
{
	auto_cleanup(http_answer) struct http_answer answer = {
		.body = buf_with_max(DISCOVERY_MAX_BYTES)};
	struct question question = {.path = DISCOVERY_PATH,
		.is_good = is_json_object,
		.max_tries = max_tries_of(exchange)};

	if (try_until_good(exchange, &question, &answer, ret_facts, err) < 0)
		return -1;
	if (discovery_parse(buf_bytes(&answer.body), ret, err) < 0)
		return err_wrap(err, "%.80s", exchange->way.origin.host);
	return 0;
}

void exchange_ids_text(const struct exchange_facts *facts, char ret[EXCHANGE_IDS_SIZE])
{
	(void)text_format(ret, EXCHANGE_IDS_SIZE, "%s%s%s%s%s", facts->client_id[0] ? "request " : "",
		facts->client_id, facts->request_id[0] ? " (of the provider: " : "",
		facts->request_id, facts->request_id[0] ? ")" : "");
}

void exchange_clock_text(const struct exchange_facts *facts, char *ret, size_t size)
{
	int64_t off_s = facts->clock_ahead_s < 0 ? -facts->clock_ahead_s : facts->clock_ahead_s;
	int64_t unit_s = off_s < 2 * HOUR_S ? MINUTE_S : off_s < 2 * DAY_S ? HOUR_S : DAY_S;
	char here[CLOCK_TEXT_SIZE], there[CLOCK_TEXT_SIZE];

	ret[0] = '\0';
	if (!facts->has_clock || off_s < CLOCK_OFF_S)
		return;
	clock_text(facts->date_s - facts->clock_ahead_s, here);
	clock_text(facts->date_s, there);
	(void)text_format(ret, size, " This VM's clock (%s) is %lld %s %s the provider's (%s).",
		here, (long long)(off_s / unit_s),
		unit_s == MINUTE_S ? "min"
		: unit_s == HOUR_S ? "h"
				   : "days",
		facts->clock_ahead_s > 0 ? "behind" : "ahead of", there);
}

void exchange_add_clock(const struct exchange_facts *facts, struct err *err)
{
	struct err old = *err;
	char text[EXCHANGE_CLOCK_SIZE];

	exchange_clock_text(facts, text, sizeof(text));
	err_fill(err, old.code, old.native, "%s%s", old.msg, text);
}

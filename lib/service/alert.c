#include "service/alert.h"

#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/state.h"
#include "maa/imds.h"

#define CONNECT_MS       5000
#define TOTAL_MS         10000
#define MAX_ANSWER_BYTES (64u << 10)
#define MAX_BODY_BYTES   (16u << 10)
#define NOTICED          "noticedAt" /* member of an alert that waits: Unix time */

void alerts_cleanup(struct alerts *alerts)
{
	json_free(alerts->pending);
	alerts->pending = NULL;
}

/* ---- alert.json ---- */

/* Copies the items from index `from` on. An incomplete copy is an error, because it would lose an
 * alert. */
static int copy_from(const json *array, size_t from, json **ret, struct err *err)
{
	auto_cleanup(json) json *copy = json_new_array();

	json_each (item, array)
		if (from)
			from--;
		else
			json_add_copy(copy, NULL, item);
	if (!json_is_array(copy))
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the alerts.");
	*ret = steal_ptr(copy);
	return 0;
}

static int read_alerts(const json *document, void *ret, struct err *err)
{
	auto_cleanup(alerts) struct alerts found = {0};
	const char *health;
	const json *pending;

	if (json_get_text(document, "health", &health, err) < 0 ||
		json_copy_text(document, "receiver", found.receiver, sizeof(found.receiver), err) < 0 ||
		json_get_array(document, "pending", &pending, err) < 0)
		return -1;
	found.has_health = health_of_name(health, &found.health);
	found.will_not_boot = json_true(json_get(document, "willNotBoot"));
	if (json_count(pending) > ALERT_MAX_PENDING)
		return err_set(err, ERR_FORMAT, 0, "'pending' holds too many alerts.");
	json_each (item, pending)
		if (!json_is_object(item))
			return err_set(err, ERR_FORMAT, 0, "'pending' cannot be used.");
	if (copy_from(pending, 0, &found.pending, err) < 0)
		return -1;
	*(struct alerts *)ret = found;
	found = (struct alerts){0};
	return 0;
}

static const struct state_file alert_file = {ALERT_FILE, read_alerts};

int alerts_parse(struct bytes text, struct alerts *ret, struct err *err)
{
	return state_parse(&alert_file, text, ret, err);
}

static int save_alerts(int state_fd, const struct alerts *alerts, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	json_add_text(document, "health", alerts->has_health ? health_name(alerts->health) : "");
	json_add_bool(document, "willNotBoot", alerts->will_not_boot);
	json_add_text(document, "receiver", alerts->receiver);
	if (alerts->pending)
		json_add_copy(document, "pending", alerts->pending);
	else
		(void)json_add_array(document, "pending");
	return state_save(state_fd, ALERT_FILE, document, err);
}

/* ---- a change ---- */

/* Notes the receiver. True if it is a new one to which the current health must be sent. Pending
 * alerts go to the new receiver anyway: somebody corrected the address. */
static bool note_receiver(const char *url, struct alerts *alerts)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char name[ALERT_RECEIVER_SIZE];

	/* a hash, because the address may contain a secret */
	crypto_sha256(bytes_of_text(url), digest);
	hex_encode((struct bytes){digest, (ALERT_RECEIVER_SIZE - 1) / 2}, name);
	if (strcmp(name, alerts->receiver) == 0)
		return false;
	memcpy(alerts->receiver, name, sizeof(name));
	return json_count(alerts->pending) == 0;
}

static bool is_settled(const struct alert_inputs *inputs)
{
	const struct verdict *verdict = inputs->verdict;
	bool passes = err_info(verdict->reason.code)->retry != ERR_RETRY_NEVER &&
		      proof_judge(&inputs->history->proof, &inputs->now, NULL) == PROOF_COUNTS;

	return verdict->health != HEALTH_UNKNOWN || (inputs->state == STATUS_ERROR && !passes);
}

static void add_ids(const struct alert_inputs *inputs, json *alert)
{
	const char *metadata =
		inputs->metadata && inputs->metadata[0] ? inputs->metadata : IMDS_ADDRESS;
	const struct appraisal *local = &inputs->round->local;
	struct imds imds;
	struct err ignored;

	if (imds_ask(metadata, &imds, &ignored) == 0) {
		if (imds.vm_id[0])
			json_add_text(alert, "vmId", imds.vm_id);
		if (imds.resource_id[0])
			json_add_text(alert, "resourceId", imds.resource_id);
	}
	if (!json_get(alert, "vmId") && local->has_secureboot && local->secureboot.vm_id[0])
		json_add_text(alert, "vmId", local->secureboot.vm_id);
}

/* One round may make several alerts, and each has an id of its own. */
static void make_id(const struct alert_inputs *inputs, const struct err *reason,
	char ret[2 * ALERT_RANDOM_SIZE + 1])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	uint8_t seed[ALERT_RANDOM_SIZE + 4];

	memcpy(seed, inputs->random, ALERT_RANDOM_SIZE);
	memcpy(seed + ALERT_RANDOM_SIZE, &reason->code, 4);
	crypto_sha256((struct bytes){seed, sizeof(seed)}, digest);
	hex_encode((struct bytes){digest, ALERT_RANDOM_SIZE}, ret);
}

/* What an alert reports. */
struct news {
	const struct err *reason;
	const char *before; /* the health before; NULL if it is unknown or the same */
	const char *good; /* the message without a reason */
};

static void fill_alert(const struct alert_inputs *inputs, const struct news *news, json *alert)
{
	const struct verdict *verdict = inputs->verdict;
	const struct err *reason = news->reason;
	int64_t failing_since_s = inputs->history->failing_since_s;
	char id[2 * ALERT_RANDOM_SIZE + 1], since[CLOCK_TEXT_SIZE];

	make_id(inputs, reason, id);
	clock_text(verdict->health == HEALTH_UNKNOWN && failing_since_s ? failing_since_s
									: inputs->now.time.wall_s,
		since);
	json_add_text(alert, "id", id);
	json_add_text(alert, "health", health_name(verdict->health));
	if (news->before)
		json_add_text(alert, "before", news->before);
	json_add_text(alert, "since", since);
	json_add_int(alert, NOTICED, inputs->now.time.wall_s);
	json_add_int(alert, "code", reason->code);
	json_add_text(alert, "name", err_info(reason->code)->name);
	json_add_text(alert, "message", reason->code ? reason->msg : news->good);
	json_add_text(alert, "remedy", err_info(reason->code)->remedy);
	add_ids(inputs, alert);
	json_add_text(alert, "provider", inputs->round->provider);
	json_add_text(alert, "version", inputs->version);
}

static int add_pending(const struct alert_inputs *inputs, const struct news *news,
	struct alerts *alerts, struct err *err)
{
	size_t count = json_count(alerts->pending);
	size_t surplus = count < ALERT_MAX_PENDING ? 0 : count - ALERT_MAX_PENDING + 1;
	json *pending;

	if (copy_from(alerts->pending, surplus, &pending, err) < 0)
		return -1;
	fill_alert(inputs, news, json_add_object(pending, NULL));
	json_free(alerts->pending);
	alerts->pending = pending;
	return 0;
}

static int note_change(const struct alert_inputs *inputs, bool is_new_receiver,
	struct alerts *alerts, bool *ret_is_news, struct err *err)
{
	enum health health = inputs->verdict->health;
	bool is_change = alerts->has_health && alerts->health != health;
	const struct news news = {.reason = &inputs->verdict->reason,
		.before = is_change ? health_name(alerts->health) : NULL,
		.good = "The provider and this VM's own check agree: the boot is proved."};

	if (!is_settled(inputs) || (alerts->has_health && !is_change && !is_new_receiver))
		return 0;
	if ((is_change || health != HEALTH_HEALTHY) && add_pending(inputs, &news, alerts, err) < 0)
		return -1;
	alerts->has_health = true;
	alerts->health = health;
	*ret_is_news = true;
	return 0;
}

/* The same for the next boot. */
static int note_next_boot(const struct alert_inputs *inputs, struct alerts *alerts,
	bool *ret_is_news, struct err *err)
{
	const struct news news = {.reason = inputs->next_boot,
		.good = "Nothing speaks against the next boot any more."};
	bool will_not_boot = inputs->next_boot && inputs->next_boot->code;

	if (!inputs->next_boot || will_not_boot == alerts->will_not_boot)
		return 0;
	if (add_pending(inputs, &news, alerts, err) < 0)
		return -1;
	alerts->will_not_boot = will_not_boot;
	*ret_is_news = true;
	return 0;
}

/* Where they cannot be saved (a full disk), they are sent all the same. */
static void try_to_save(int state_fd, const struct alerts *alerts, struct err *unsaved)
{
	struct err err;

	if (save_alerts(state_fd, alerts, &err) < 0)
		*unsaved = err;
}

/* Saves changes before they are sent, so that no failure of the receiver loses them. */
static int note_all(const struct alert_inputs *inputs, struct alerts *alerts, struct err *unsaved,
	struct err *err)
{
	bool is_news = false;

	if (!inputs->verdict)
		return 0;
	if (note_change(inputs, note_receiver(inputs->settings->alert_webhook, alerts), alerts,
		    &is_news, err) < 0 ||
		note_next_boot(inputs, alerts, &is_news, err) < 0)
		return -1;
	if (is_news)
		try_to_save(inputs->state_fd, alerts, unsaved);
	return 0;
}

/* ---- delivery ---- */

static int format_body(const json *alert, int64_t now_s, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *body = json_new_object();
	char now[CLOCK_TEXT_SIZE];
	int64_t noticed_s;
	struct err ignored;

	clock_text(now_s, now);
	json_each (member, alert)
		if (strcmp(json_name(member), NOTICED) != 0)
			json_add_copy(body, json_name(member), member);
	json_add_text(body, "time", now);
	/* an earlier version noted none; a clock that was set back shows none */
	if (json_get_int(alert, NOTICED, &noticed_s, &ignored) == 0)
		json_add_int(body, "heldSeconds", noticed_s < now_s ? now_s - noticed_s : 0);
	return json_print(body, JSON_COMPACT, ret, err);
}

#define SIGNATURE_SIZE (sizeof("X-Signature: sha256=") + (size_t)2 * CRYPTO_SHA256_SIZE)

static int format_signature(
	const char *secret, struct bytes body, char ret[SIGNATURE_SIZE], struct err *err)
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	char hex[2 * CRYPTO_SHA256_SIZE + 1];

	if (crypto_hmac_sha256(bytes_of_text(secret), body, mac, err) < 0)
		return -1;
	hex_encode((struct bytes){mac, sizeof(mac)}, hex);
	(void)text_format(ret, SIGNATURE_SIZE, "X-Signature: sha256=%s", hex);
	return 0;
}

static int send_request(const struct http_request *request, struct err *err)
{
	auto_cleanup(http_answer) struct http_answer answer = {
		.body = buf_with_max(MAX_ANSWER_BYTES)};
	auto_cleanup(http) struct http *http = NULL;

	if (http_open(&http, err) < 0 || http_exchange(http, request, &answer, err) < 0)
		return -1;
	if (answer.status < 200 || answer.status > 299)
		return err_set(err, ERR_ALERT, (unsigned long)answer.status,
			"The receiver answered %ld.", answer.status);
	return 0;
}

/* Messages name only the host of the receiver, because its address may contain a secret. */
static int post(const struct alert_inputs *inputs, struct bytes body, struct err *err)
{
	const struct settings *settings = inputs->settings;
	auto_cleanup(way) struct way way = {0};
	struct http_origin origin;
	char signature[SIGNATURE_SIZE];

	if (settings->alert_secret[0] &&
		format_signature(settings->alert_secret, body, signature, err) < 0)
		return -1;
	if (http_parse_url(settings->alert_webhook, &origin, NULL, err) < 0 ||
		way_choose(&inputs->way, &origin, &way, err) < 0)
		return -1;
	return send_request(&(struct http_request){.url = settings->alert_webhook,
				    .content_type = "application/json",
				    .body = body,
				    .trust = way.trust,
				    .proxy = &way.proxy,
				    .connect_timeout_ms = CONNECT_MS,
				    .total_timeout_ms = TOTAL_MS,
				    .header = settings->alert_secret[0] ? signature : NULL},
		err);
}

static bool is_urgent(const json *alert)
{
	const char *health;
	int64_t code;
	struct err ignored;

	return (json_get_text(alert, "health", &health, &ignored) == 0 &&
		       strcmp(health, health_name(HEALTH_UNHEALTHY)) == 0) ||
	       (json_get_int(alert, "code", &code, &ignored) == 0 && code == ERR_NEXT_BOOT);
}

/* In how many seconds this VM's place comes; 0: nothing waits for it. */
static uint32_t until_place_s(const struct alert_inputs *inputs, const struct alerts *alerts)
{
	int64_t place_s = (int64_t)((uint64_t)inputs->phase * ALERT_SPREAD_S >> 32);

	json_each (alert, alerts->pending)
		if (is_urgent(alert))
			return 0;
	return json_count(alerts->pending) && inputs->now.time.boot_s < place_s
		       ? (uint32_t)(place_s - inputs->now.time.boot_s)
		       : 0;
}

static int send_all(const struct alert_inputs *inputs, struct alerts *alerts, size_t *ret_sent,
	struct err *unsaved, struct err *err)
{
	while (json_count(alerts->pending)) {
		auto_cleanup(buf) struct buf body = buf_with_max(MAX_BODY_BYTES);
		json *rest;

		if (format_body(json_at(alerts->pending, 0), inputs->now.time.wall_s, &body, err) < 0 ||
			post(inputs, buf_bytes(&body), err) < 0) {
			if (err->code != ERR_NO_MEMORY)
				err->code = ERR_ALERT;
			return err_wrap(err, "Alerts: %zu not delivered to alertWebhook",
				json_count(alerts->pending));
		}
		(*ret_sent)++;
		if (copy_from(alerts->pending, 1, &rest, err) < 0)
			return -1;
		json_free(alerts->pending);
		alerts->pending = rest;
		try_to_save(inputs->state_fd, alerts, unsaved);
	}
	return 0;
}

int alert_run(const struct alert_inputs *inputs, struct alert_outcome *ret, struct err *err)
{
	auto_cleanup(alerts) struct alerts alerts = {0};
	enum state_found found;
	struct err damage, unsaved = {.code = ERR_OK};

	*ret = (struct alert_outcome){0};
	if (!inputs->settings->alert_webhook[0] || inputs->settings->alerts_disabled)
		return state_remove(inputs->state_fd, ALERT_FILE, err);
	found = state_take(inputs->state_fd, &alert_file, &alerts, &damage);
	if (found == STATE_UNREADABLE) {
		*err = damage;
		return -1;
	}
	if (note_all(inputs, &alerts, &unsaved, err) < 0)
		return -1;
	ret->held_s = until_place_s(inputs, &alerts);
	if (!ret->held_s && send_all(inputs, &alerts, &ret->sent, &unsaved, err) < 0)
		return -1;
	if (found != STATE_DAMAGED && unsaved.code == ERR_OK)
		return 0;
	*err = found == STATE_DAMAGED ? damage : unsaved;
	return -1;
}

#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include "../support/tls_server.h"
#include "base/file.h"
#include "base/text.h"
#include "service/alert.h"

#define NOW_S   1000000
#define NOBODY  "https://127.0.0.1:1/hook"
#define MAX     (64u << 10)
#define NO_TIME INT64_MAX

static struct tls_server server;
static char folder[FOLDER_SIZE];
static int state_fd = -1;
static uint32_t phase;
static int64_t boot_s = 100;

/* One round's end, told to `url`; what alert_run() gave, and its message. */
struct told {
	int code;
	struct alert_outcome outcome;
	struct err err;
};

static struct told tell_with(
	struct settings *settings, enum health health, enum err_code code, int64_t expires_s)
{
	static uint8_t count;
	uint8_t random[ALERT_RANDOM_SIZE] = {++count};
	struct history history = {.proof = {.boot_id = "a",
					  .issued_s = NOW_S - 60,
					  .expires_s = expires_s,
					  .asked_boot_s = 40,
					  .life_s = expires_s - NOW_S + 60},
		.failing_since_s = NOW_S - 60};
	static struct round_result round; /* 45 KiB */
	struct verdict verdict = {.health = health};
	struct told told = {0};

	(void)text_format(round.provider, sizeof(round.provider), "%s", "https://provider.example");
	if (code)
		err_fill(&verdict.reason, code, 0, "What happened.");
	told.code = alert_run(
		&(struct alert_inputs){.state_fd = state_fd,
			.settings = settings,
			.way.trust = settings_trust(settings),
			.round = &round,
			.verdict = &verdict,
			.history = &history,
			.state = health == HEALTH_HEALTHY ? STATUS_SUCCESS : STATUS_ERROR,
			.metadata = "http://127.0.0.1:1",
			.version = "1.2.3.4",
			.random = random,
			.phase = phase,
			.now = {.boot_id = "a", .time = {.wall_s = NOW_S, .boot_s = boot_s}}},
		&told.outcome, &told.err);
	return told;
}

static struct told tell(const char *url, enum health health, enum err_code code, int64_t expires_s)
{
	struct settings settings = {0};

	(void)text_format(settings.alert_webhook, sizeof(settings.alert_webhook), "%s", url);
	(void)text_format(settings.ca_file, sizeof(settings.ca_file), "%s", server.ca_file);
	return tell_with(&settings, health, code, expires_s);
}

static struct told tell_server(const char *path, enum health health, enum err_code code)
{
	char url[128];

	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u%s", server.port, path);
	return tell(url, health, code, 0);
}

static void answer(const char *text)
{
	folder_write(server.folder, "answer", text, strlen(text));
}

static struct alerts remembered(void)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX);
	struct alerts alerts;
	struct err err;

	check_ok(file_read(state_fd, ALERT_FILE, FILE_NO_LINKS, &text, &err), &err);
	check_ok(alerts_parse(buf_bytes(&text), &alerts, &err), &err);
	return alerts;
}

static size_t pending_count(void)
{
	auto_cleanup(alerts) struct alerts alerts = remembered();

	return json_count(alerts.pending);
}

static int forget(void **state)
{
	struct err err;

	(void)state;
	check_ok(file_remove(state_fd, ALERT_FILE, &err), &err);
	return 0;
}

static void changes_are_noted_and_nothing_else(void **state)
{
	static const struct {
		enum health health;
		enum err_code code;
		int64_t expires_s;
		size_t pending;
	} rows[] = {
		{HEALTH_HEALTHY, ERR_OK, NO_TIME, 0}, /* which was to be expected */
		{HEALTH_HEALTHY, ERR_OK, NO_TIME, 0},
		{HEALTH_UNKNOWN, ERR_DNS, NO_TIME, 0}, /* the last token lives */
		{HEALTH_UNKNOWN, ERR_TPM_OPEN, NO_TIME, 0}, /* passes by itself */
		{HEALTH_HEALTHY, ERR_OK, NO_TIME, 0},
		{HEALTH_UNKNOWN, ERR_DNS, NOW_S, 1}, /* the last token is dead */
		{HEALTH_UNKNOWN, ERR_DNS, NOW_S, 1},
		{HEALTH_HEALTHY, ERR_OK, NO_TIME, 2},
		{HEALTH_UNKNOWN, ERR_NO_VTPM, NO_TIME, 3}, /* does not pass by itself */
		{HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0, 4},
		{HEALTH_UNHEALTHY, ERR_QUOTE_INVALID, 0, 4}, /* another reason is no other health */
		{HEALTH_UNKNOWN, ERR_DNS, NO_TIME, 4},
		{HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0, 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct told told = tell(NOBODY, rows[i].health, rows[i].code, rows[i].expires_s);

		if (told.code != (rows[i].pending ? -1 : 0) || told.outcome.sent)
			fail_msg("row %zu: %d, %zu sent", i, told.code, told.outcome.sent);
		if (rows[i].pending)
			assert_int_equal(told.err.code, ERR_ALERT);
		assert_int_equal(pending_count(), rows[i].pending);
	}
}

static void the_first_thing_found_out_is_told_if_it_is_bad(void **state)
{
	static const struct {
		enum health health;
		enum err_code code;
		enum status_state state;
		size_t pending;
	} rows[] = {
		{HEALTH_HEALTHY, ERR_OK, STATUS_SUCCESS, 0},
		{HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, STATUS_ERROR, 1},
		{HEALTH_UNKNOWN, ERR_DNS, STATUS_ERROR, 1},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)forget(state);
		(void)tell(NOBODY, rows[i].health, rows[i].code, 0);
		assert_int_equal(pending_count(), rows[i].pending);
	}
}

static void an_alert_says_what_is_known(void **state)
{
	static const char *const texts[][2] = {{"health", "Unknown"}, {"before", "Healthy"},
		{"since", "1970-01-12T13:45:40Z"}, {"name", "no-vtpm"}, {"message", "What happened."},
		{"provider", "https://provider.example"}, {"version", "1.2.3.4"}};
	auto_cleanup(alerts) struct alerts alerts = {0};
	const json *alert;

	(void)state;
	(void)tell(NOBODY, HEALTH_HEALTHY, ERR_OK, 0);
	(void)tell(NOBODY, HEALTH_UNKNOWN, ERR_NO_VTPM, 0);
	alerts = remembered();
	alert = json_at(alerts.pending, 0);
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_string_equal(json_text(json_get(alert, texts[i][0])), texts[i][1]);
	assert_string_equal(json_text(json_get(alert, "remedy")), err_info(ERR_NO_VTPM)->remedy);
	assert_int_equal(strlen(json_text(json_get(alert, "id"))), 2 * ALERT_RANDOM_SIZE);
	assert_null(json_get(alert, "vmId")); /* nobody told */
}

/* A fleet that restarted at once does not reach its receiver within a minute. */
static void in_a_young_boot_what_is_not_urgent_waits_for_the_place(void **state)
{
	static const struct {
		uint32_t phase;
		int64_t boot_s;
		enum health health;
		enum err_code code;
		size_t sent;
		uint32_t held_s;
	} rows[] = {
		{1u << 31, 30, HEALTH_UNKNOWN, ERR_NO_VTPM, 0, 420},
		{1u << 31, 449, HEALTH_UNKNOWN, ERR_NO_VTPM, 0, 1},
		{1u << 31, 450, HEALTH_UNKNOWN, ERR_NO_VTPM, 1, 0},
		{UINT32_MAX, 30, HEALTH_HEALTHY, ERR_OK, 0, 869},
		{UINT32_MAX, 900, HEALTH_HEALTHY, ERR_OK, 1, 0},
		{0, 1, HEALTH_UNKNOWN, ERR_NO_VTPM, 1, 0},
		/* what speaks against the VM is told at once, after what came before it */
		{UINT32_MAX, 20, HEALTH_HEALTHY, ERR_OK, 0, 879},
		{UINT32_MAX, 30, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 2, 0},
		{UINT32_MAX, 40, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0, 0},
		{UINT32_MAX, 50, HEALTH_HEALTHY, ERR_OK, 0, 849},
		{UINT32_MAX, 899, HEALTH_HEALTHY, ERR_OK, 1, 0},
	};

	(void)state;
	answer("{\"status\":204}");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct told told;

		phase = rows[i].phase;
		boot_s = rows[i].boot_s;
		told = tell_server("/good", rows[i].health, rows[i].code);
		if (told.code || told.outcome.sent != rows[i].sent ||
			told.outcome.held_s != rows[i].held_s)
			fail_msg("row %zu: %d, %zu sent, held for %u s", i, told.code,
				told.outcome.sent, told.outcome.held_s);
		assert_int_equal(pending_count(), told.outcome.held_s ? 1 : 0);
	}
	phase = 0;
	boot_s = 100;
}

static void what_waits_is_sent_in_order_and_once(void **state)
{
	(void)state;
	answer("{\"/good\":{\"status\":204},\"/bad\":{\"status\":503}}");
	assert_int_equal(tell_server("/good", HEALTH_HEALTHY, ERR_OK).outcome.sent, 0);
	assert_int_equal(tell_server("/bad", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH).code, -1);
	assert_int_equal(tell_server("/bad", HEALTH_HEALTHY, ERR_OK).code, -1);
	assert_int_equal(pending_count(), 2);
	assert_int_equal(tell_server("/good", HEALTH_HEALTHY, ERR_OK).outcome.sent, 2);
	assert_int_equal(pending_count(), 0);
	assert_int_equal(tell_server("/good", HEALTH_HEALTHY, ERR_OK).outcome.sent, 0);
}

static void a_refusal_is_told_without_the_address(void **state)
{
	struct told told;

	(void)state;
	answer("{\"status\":403}");
	told = tell_server("/hook?sig=hush", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH);
	assert_int_equal(told.code, -1);
	assert_non_null(strstr(told.err.msg, "answered 403"));
	assert_null(strstr(told.err.msg, "hush"));
	told = tell("https://127.0.0.1:1/hush?sig=hush", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0);
	assert_int_equal(told.err.code, ERR_ALERT);
	assert_null(strstr(told.err.msg, "hush"));
}

static void many_changes_are_bounded_and_the_newest_stay(void **state)
{
	auto_cleanup(alerts) struct alerts alerts = {0};

	(void)state;
	for (size_t i = 0; i < 2 * ALERT_MAX_PENDING + 1; i++)
		(void)tell(NOBODY, i % 2 ? HEALTH_HEALTHY : HEALTH_UNHEALTHY,
			i % 2 ? ERR_OK : ERR_LOG_MISMATCH, 0);
	alerts = remembered();
	assert_int_equal(json_count(alerts.pending), ALERT_MAX_PENDING);
	assert_string_equal(
		json_text(json_get(json_at(alerts.pending, ALERT_MAX_PENDING - 1), "health")),
		"Unhealthy");
}

static void a_new_receiver_is_told_what_is_wrong(void **state)
{
	(void)state;
	answer("{\"status\":200}");
	assert_int_equal(tell_server("/a", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH).outcome.sent, 1);
	assert_int_equal(tell_server("/a", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH).outcome.sent, 0);
	assert_int_equal(tell_server("/b", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH).outcome.sent, 1);
	assert_int_equal(tell_server("/c", HEALTH_HEALTHY, ERR_OK).outcome.sent, 1); /* a change,
										for anybody */
	assert_int_equal(tell(NOBODY, HEALTH_HEALTHY, ERR_OK, 0).code, 0); /* nothing is wrong */
	assert_int_equal(tell(NOBODY, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0).code, -1);
	/* the address was wrong: what waits goes to the right one, and no more */
	assert_int_equal(tell_server("/d", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH).outcome.sent, 1);
}

static void switched_off_it_forgets(void **state)
{
	struct settings settings = {.alert_webhook = NOBODY, .alerts_disabled = true};

	(void)state;
	(void)tell(NOBODY, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0);
	assert_true(file_exists(state_fd, ALERT_FILE));
	assert_int_equal(tell_with(&settings, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0).code, 0);
	assert_false(file_exists(state_fd, ALERT_FILE));
	(void)tell(NOBODY, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0);
	assert_int_equal(tell("", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, 0).code, 0);
	assert_false(file_exists(state_fd, ALERT_FILE));
}

static void a_damaged_file_is_set_aside(void **state)
{
	static const char *const bad[] = {"{", "[]", "{\"version\":1}",
		"{\"version\":1,\"health\":\"Healthy\",\"receiver\":\"\",\"pending\":[1]}",
		"{\"version\":1,\"health\":\"Healthy\",\"receiver\":\"01234567890123456\",\"pending\":[]}"};
	struct alerts alerts;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		check_err(alerts_parse(TEXT(bad[i]), &alerts, &err), &err, ERR_STATE_INVALID);
		folder_write(folder, ALERT_FILE, bad[i], strlen(bad[i]));
		assert_int_equal(tell(NOBODY, HEALTH_HEALTHY, ERR_OK, 0).err.code, ERR_STATE_INVALID);
		assert_int_equal(tell(NOBODY, HEALTH_HEALTHY, ERR_OK, 0).code, 0); /* said once */
		assert_int_equal(pending_count(), 0);
		assert_true(file_exists(state_fd, ALERT_FILE ".broken"));
	}
}

/* Whoever fills the disk does not silence the VM. */
static void what_cannot_be_recorded_is_sent_all_the_same(void **state)
{
	struct rlimit limit, none;
	struct told told;

	(void)state;
	(void)tell(NOBODY, HEALTH_HEALTHY, ERR_OK, 0);
	answer("{\"status\":200}");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	told = tell_server("/full", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(told.outcome.sent, 1);
	assert_int_equal(told.code, -1);
	assert_int_equal(told.err.code, ERR_IO);
	assert_int_equal(tell_server("/full", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH).outcome.sent, 1);
	assert_int_equal(tell_server("/full", HEALTH_UNHEALTHY, ERR_LOG_MISMATCH).outcome.sent, 0);
}

static int start(void **state)
{
	struct err err;

	(void)state;
	tls_server_start(&server, "good", "tls");
	folder_make(folder);
	check_ok(dir_open(folder, &state_fd, &err), &err);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	(void)close(state_fd);
	folder_remove(folder);
	tls_server_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(changes_are_noted_and_nothing_else, forget),
		cmocka_unit_test_setup(the_first_thing_found_out_is_told_if_it_is_bad, forget),
		cmocka_unit_test_setup(an_alert_says_what_is_known, forget),
		cmocka_unit_test_setup(in_a_young_boot_what_is_not_urgent_waits_for_the_place, forget),
		cmocka_unit_test_setup(what_waits_is_sent_in_order_and_once, forget),
		cmocka_unit_test_setup(a_refusal_is_told_without_the_address, forget),
		cmocka_unit_test_setup(many_changes_are_bounded_and_the_newest_stay, forget),
		cmocka_unit_test_setup(a_new_receiver_is_told_what_is_wrong, forget),
		cmocka_unit_test_setup(switched_off_it_forgets, forget),
		cmocka_unit_test_setup(a_damaged_file_is_set_aside, forget),
		cmocka_unit_test_setup(what_cannot_be_recorded_is_sent_all_the_same, forget),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

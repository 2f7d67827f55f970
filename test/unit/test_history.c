#include "check.h"
#include "../support/root.h"
#include <stdio.h>
#include "edge/state.h"
#include "base/file.h"
#include "memory/history.h"

#define PROVIDER "https://provider.example"

/* A round of `provider` that ends at now_s, which both clocks show. */
static struct history after_asking(struct history before, enum health health, const char *boot_id,
	const char *provider, int64_t token_expires_s, int64_t now_s)
{
	const struct moment now = {.boot_id = boot_id, .time = {.wall_s = now_s, .boot_s = now_s}};
	const struct proof proof = proof_of_token(&now, now_s, token_expires_s);

	return history_after(&before, &(struct history_round){.health = health,
					      .provider = provider,
					      .proof = &proof,
					      .enabled_at_s = 50,
					      .now = now});
}

static struct history after_seeing(struct history before, enum renewal_state renewal, int64_t now_s)
{
	const struct moment now = {.boot_id = "boot", .time = {.wall_s = now_s, .boot_s = now_s}};

	return history_after(&before, &(struct history_round){.health = HEALTH_UNHEALTHY,
					      .provider = now_s < 300 ? PROVIDER : "https://other",
					      .renewal = renewal,
					      .now = now});
}

static void it_is_known_since_when_certificates_are_missing(void **state)
{
	struct history history = {0};

	(void)state;
	history = after_seeing(history, RENEWAL_UNKNOWN, 100);
	assert_string_equal(history.renewal, "");
	history = after_seeing(history, RENEWAL_DB_MISSING, 200);
	/* neither another provider nor a boot that proves nothing makes it newer */
	history = after_seeing(history, RENEWAL_DB_MISSING, 300);
	history = after_seeing(history, RENEWAL_UNKNOWN, 400);
	assert_string_equal(history.renewal, "dbMissing");
	assert_int_equal(history.renewal_since_s, 200);
	history = after_seeing(history, RENEWAL_READY, 500);
	assert_string_equal(history.renewal, "ready");
	assert_int_equal(history.renewal_since_s, 500);
}

static struct history after(struct history before, enum health health, const char *boot_id,
	int64_t token_expires_s, int64_t now_s)
{
	return after_asking(before, health, boot_id, PROVIDER, token_expires_s, now_s);
}

static uint32_t budget_left(const struct history *history, const char *boot_id, int64_t now_s)
{
	return history_budget_left_s(
		history, &(struct moment){.boot_id = boot_id, .time = {.boot_s = now_s}});
}

static void failures_are_counted_from_the_first_to_the_next_answer(void **state)
{
	struct history history = {0};

	(void)state;
	history = after(history, HEALTH_UNKNOWN, "boot-1", 0, 100);
	history = after(history, HEALTH_UNKNOWN, "boot-1", 0, 200);
	assert_int_equal(history.failures, 2);
	assert_int_equal(history.failing_since_s, 100);
	assert_int_equal(history.healthy_s, 0);
	history = after(history, HEALTH_HEALTHY, "boot-1", 9000, 300);
	assert_int_equal(history.failures, 0);
	assert_int_equal(history.failing_since_s, 0);
	assert_int_equal(history.healthy_s, 300);
	assert_int_equal(history.proof.expires_s, 9000);
	history = after(history, HEALTH_UNKNOWN, "boot-2", 0, 400);
	assert_int_equal(history.failing_since_s, 400);
	assert_string_equal(history.boot_id, "boot-2");
	assert_string_equal(history.proof.boot_id, "boot-1");
	history = after(history, HEALTH_UNHEALTHY, "boot-2", 0, 500);
	assert_string_equal(history.proof.boot_id, "");
	assert_int_equal(history.proof.life_s, 0);
	assert_int_equal(history.healthy_s, 300);
}

static void another_provider_starts_anew(void **state)
{
	struct history history = after((struct history){0}, HEALTH_HEALTHY, "boot-1", 9000, 300);

	(void)state;
	history = after_asking(history, HEALTH_UNKNOWN, "boot-1", "https://other.example", 0, 400);
	assert_int_equal(history.healthy_s, 0);
	assert_string_equal(history.proof.boot_id, "");
	assert_int_equal(history.failures, 1);
	assert_string_equal(history.provider, "https://other.example");
}

static void a_provider_that_was_not_found_out_is_no_other_one(void **state)
{
	struct history history = after((struct history){0}, HEALTH_HEALTHY, "boot-1", 9000, 300);

	(void)state;
	history = after_asking(history, HEALTH_UNKNOWN, "boot-1", "", 0, 400);
	assert_int_equal(history.healthy_s, 300);
	assert_int_equal(history.proof.expires_s, 9000);
	assert_int_equal(history.failures, 1);
	assert_string_equal(history.provider, PROVIDER);
}

static void a_boot_that_was_unhealthy_is_not_trusted_again(void **state)
{
	int fd = ((const struct root *)*state)->fd;
	struct history history = {0};
	struct err err;

	assert_true(history_trusts_boot(&history, "boot-1"));
	assert_false(history_trusts_boot(&history, "")); /* which boot is it? */
	history = after(history, HEALTH_UNHEALTHY, "boot-1", 0, 100);
	history = after(history, HEALTH_UNKNOWN, "boot-1", 0, 200);
	history = after_asking(history, HEALTH_HEALTHY, "boot-1", "https://other.example", 9000, 300);
	assert_false(history_trusts_boot(&history, "boot-1"));
	check_ok(history_save(fd, &history, &err), &err);
	assert_int_equal(history_take(fd, "boot-2", &history, &err), STATE_LOADED);
	assert_false(history_trusts_boot(&history, "boot-1"));
	assert_true(history_trusts_boot(&history, "boot-2"));
}

static void it_survives_a_restart_and_a_newer_versions_members(void **state)
{
	static const char newer[] =
		"{\"version\":3,\"bootId\":\"b\",\"healthyAt\":1,\"healthyBootId\":\"a\",\"provider\":\"p\",\"tokenExpiresAt\":2,\"failingSince\":3,\"failures\":4,\"later\":{\"x\":[1]}}";
	int fd = ((const struct root *)*state)->fd;
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	struct history history;
	struct err err;

	assert_int_equal(history_load(fd, &history, &err), STATE_ABSENT);
	assert_int_equal(history.failures, 0);
	check_ok(file_write(fd, HISTORY_FILE, TEXT(newer), 0600, &err), &err);
	assert_int_equal(history_load(fd, &history, &err), STATE_LOADED);
	assert_int_equal(history.failures, 4);
	history.failures = 5;
	check_ok(history_save(fd, &history, &err), &err);
	assert_int_equal(history_load(fd, &history, &err), STATE_LOADED);
	assert_int_equal(history.failures, 5);
	assert_string_equal(history.proof.boot_id, "a");
	assert_int_equal(history.proof.life_s, 0); /* of a version that measured no boot clock */
	check_ok(file_read(fd, HISTORY_FILE, FILE_NO_LINKS, &text, &err), &err);
	assert_non_null(strstr((const char *)text.data, "later"));
}

static void a_boot_has_180_seconds_for_its_first_answer(void **state)
{
	struct history history = {0}, other;

	(void)state;
	assert_int_equal(budget_left(&history, "boot-1", 100), 0);
	history = after(history, HEALTH_UNKNOWN, "boot-1", 0, 100);
	assert_int_equal(budget_left(&history, "boot-1", 100), 180);
	history = after(history, HEALTH_UNKNOWN, "boot-1", 0, 200);
	assert_int_equal(budget_left(&history, "boot-1", 200), 80);
	assert_int_equal(budget_left(&history, "boot-1", 280), 0);
	assert_int_equal(budget_left(&history, "boot-2", 200), 0);
	/* the provider is found out only now */
	other = after_asking((struct history){0}, HEALTH_UNKNOWN, "boot-1", "", 0, 100);
	other = after(other, HEALTH_UNKNOWN, "boot-1", 0, 200);
	assert_int_equal(budget_left(&other, "boot-1", 200), 80);
	/* another provider, another boot, another enable */
	other = after_asking(history, HEALTH_UNKNOWN, "boot-1", "https://other.example", 0, 250);
	assert_int_equal(budget_left(&other, "boot-1", 250), 180);
	other = after(history, HEALTH_UNKNOWN, "boot-2", 0, 250);
	assert_int_equal(budget_left(&other, "boot-2", 250), 180);
	history.waiting_enabled_s = 40;
	other = after(history, HEALTH_UNKNOWN, "boot-1", 0, 250);
	assert_int_equal(budget_left(&other, "boot-1", 250), 180);
	/* an answer ends it for this boot, and an enable does not bring it back */
	history = after(history, HEALTH_UNHEALTHY, "boot-1", 0, 260);
	assert_int_equal(budget_left(&history, "boot-1", 260), 0);
	history.waiting_enabled_s = 40;
	history = after(history, HEALTH_UNKNOWN, "boot-1", 0, 270);
	assert_int_equal(budget_left(&history, "boot-1", 270), 0);
}

static void replace_text(int fd, const char *from, const char *to)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	auto_cleanup(buf) struct buf changed = buf_with_max(STATE_MAX_BYTES);
	const char *at;
	struct err err;

	check_ok(file_read(fd, HISTORY_FILE, FILE_NO_LINKS, &text, &err), &err);
	at = strstr((const char *)text.data, from);
	assert_non_null(at);
	check_ok(buf_append(&changed, text.data, (size_t)(at - (const char *)text.data), &err), &err);
	check_ok(buf_append_text(&changed, to, &err), &err);
	check_ok(buf_append_text(&changed, at + strlen(from), &err), &err);
	check_ok(file_write(fd, HISTORY_FILE, buf_bytes(&changed), 0600, &err), &err);
}

static void a_proof_survives_a_restart_but_not_an_older_versions_round(void **state)
{
	static const struct moment now = {.boot_id = "boot-1", .time = {400, 400}};
	int fd = ((const struct root *)*state)->fd;
	struct history history = after((struct history){0}, HEALTH_HEALTHY, "boot-1", 9000, 300),
		       found;
	struct err err;

	check_ok(history_save(fd, &history, &err), &err);
	assert_int_equal(history_load(fd, &found, &err), STATE_LOADED);
	assert_int_equal(proof_judge(&found.proof, &now, NULL), PROOF_COUNTS);
	assert_int_equal(found.round_boot_s, 300);
	/* the older version notes a proof of its own, and keeps the members that it does not
	 * know */
	replace_text(fd, "\"tokenExpiresAt\":\t9000", "\"tokenExpiresAt\":\t9999");
	assert_int_equal(history_load(fd, &found, &err), STATE_LOADED);
	assert_int_equal(found.proof.expires_s, 9999);
	assert_int_equal(proof_judge(&found.proof, &now, NULL), PROOF_ENDED);
	/* or one of another boot */
	check_ok(history_save(fd, &history, &err), &err);
	replace_text(fd, "\"bootId\":\t\"boot-1\"", "\"bootId\":\t\"boot-2\"");
	assert_int_equal(history_load(fd, &found, &err), STATE_LOADED);
	assert_int_equal(found.proof.life_s, 0);
	assert_int_equal(found.round_boot_s, 0);
}

static void a_damaged_file_is_set_aside_and_nothing_is_claimed(void **state)
{
	static const char *const damaged[] = {
		"",
		"{",
		"[]",
		"{\"version\":0}",
		"{\"version\":1}",
		"{\"version\":1,\"bootId\":\"b\",\"healthyAt\":\"1\",\"healthyBootId\":\"a\",\"provider\":\"p\",\"tokenExpiresAt\":2,\"failingSince\":3,\"failures\":4}",
		"{\"version\":1,\"bootId\":\"b\",\"healthyAt\":1,\"healthyBootId\":\"a\",\"provider\":\"p\",\"tokenExpiresAt\":2,\"failingSince\":3,\"failures\":-4}",
		"{\"version\":1,\"bootId\":\"0123456789012345678901234567890123456\",\"healthyAt\":1,\"healthyBootId\":\"a\",\"provider\":\"p\",\"tokenExpiresAt\":2,\"failingSince\":3,\"failures\":4}",
	};
	int fd = ((const struct root *)*state)->fd;
	struct err err;

	for (size_t i = 0; i < COUNT(damaged); i++) {
		struct history history = {.healthy_s = 7};

		check_ok(file_write(fd, HISTORY_FILE, TEXT(damaged[i]), 0600, &err), &err);
		assert_int_equal(history_load(fd, &history, &err), STATE_DAMAGED);
		assert_true(file_exists(fd, HISTORY_FILE));
		assert_int_equal(history_take(fd, "boot-1", &history, &err), STATE_DAMAGED);
		assert_int_equal(history.healthy_s, 0);
		assert_int_equal(history.chronicle_number, 1);
		assert_false(history_trusts_boot(&history, "boot-1"));
		assert_true(history_trusts_boot(&history, "boot-2"));
		assert_false(file_exists(fd, HISTORY_FILE));
		assert_true(file_exists(fd, HISTORY_FILE ".broken"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_known_since_when_certificates_are_missing),
		cmocka_unit_test(another_provider_starts_anew),
		cmocka_unit_test(a_provider_that_was_not_found_out_is_no_other_one),
		cmocka_unit_test(failures_are_counted_from_the_first_to_the_next_answer),
		cmocka_unit_test(a_boot_has_180_seconds_for_its_first_answer),
		rooted(a_proof_survives_a_restart_but_not_an_older_versions_round),
		rooted(a_boot_that_was_unhealthy_is_not_trusted_again),
		rooted(it_survives_a_restart_and_a_newer_versions_members),
		rooted(a_damaged_file_is_set_aside_and_nothing_is_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

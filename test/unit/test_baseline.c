#include "check.h"
#include "base/text.h"
#include "../support/root.h"
#include "../support/same_component.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "edge/state.h"
#include "base/file.h"
#include "drift/baseline.h"

static struct components read_record(const char *name)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(1 << 20);
	struct components components = components_empty();
	struct eventlog log;
	char path[128];
	struct err err;

	(void)snprintf(path, sizeof(path), "test/data/boot/%s/eventlog.bin", name);
	check_ok(file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &bytes, &err), &err);
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	check_ok(components_read(&log, 0xFFFFFF, &components, &err), &err);
	return components;
}

static size_t differences_of(const struct baseline *baseline, const struct components *boot)
{
	auto_cleanup(drift) struct drift drift = {0};
	struct err err;

	check_ok(baseline_compare(baseline, boot, &drift, &err), &err);
	return drift.count;
}

static void accept_as(
	struct baseline *baseline, const char *record, int64_t when_s, enum baseline_how how)
{
	auto_cleanup(components) struct components boot = read_record(record);
	struct baseline_variant as = {
		.accepted_s = when_s, .how = how, .boot_id = "boot", .text = "text"};
	struct err err;

	check_ok(baseline_accept(baseline, &boot, &as, &err), &err);
}

static size_t differences(const struct baseline *baseline, const char *record)
{
	auto_cleanup(components) struct components boot = read_record(record);

	return differences_of(baseline, &boot);
}

static void what_was_accepted_is_known_after_a_restart(void **state)
{
	int fd = ((const struct root *)*state)->fd;
	auto_cleanup(baseline) struct baseline baseline = {.lost_s = 3, .forgotten_s = 4};
	auto_cleanup(baseline) struct baseline again = {0};
	struct stat info;
	struct err err;

	assert_int_equal(baseline_load(fd, &again, &err), STATE_ABSENT);
	accept_as(&baseline, "secureboot-on", 100, BASELINE_LEARNED);
	accept_as(&baseline, "foreign-keys", 200, BASELINE_OWNER);
	check_ok(baseline_save(fd, &baseline, &err), &err);
	assert_int_equal(fstatat(fd, BASELINE_FILE, &info, 0), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(baseline_load(fd, &again, &err), STATE_LOADED);
	assert_int_equal(again.count, 2);
	assert_int_equal(again.lost_s, 3);
	assert_int_equal(again.forgotten_s, 4);
	assert_int_equal(again.variants[1].accepted_s, 200);
	assert_int_equal(again.variants[1].how, BASELINE_OWNER);
	assert_string_equal(again.variants[1].boot_id, "boot");
	assert_string_equal(again.variants[1].text, "text");
	for (size_t i = 0; i < 2; i++) {
		const struct components *before = &baseline.variants[i].components;
		const struct components *after = &again.variants[i].components;

		assert_int_equal(before->count, after->count);
		assert_int_equal(after->listed, 0xFFFFFF);
		for (size_t k = 0; k < before->count; k++)
			assert_true(is_same_component(&before->items[k], &after->items[k]));
		assert_true(bytes_equal(buf_bytes(&before->revoked), buf_bytes(&after->revoked)));
	}
	assert_int_equal(differences(&again, "secureboot-on"), 0);
	assert_int_equal(differences(&again, "foreign-keys"), 0);
	assert_int_equal(differences(&again, "other-cmdline"), 2);
}

/* With a line of `len` characters as GRUB measures it. */
static void add_long_line(struct components *components, size_t len, char fill)
{
	char line[3 * COMPONENTS_MAX_TEXTS / 4];
	struct component found = {.kind = COMPONENT_COMMAND_LINE, .pcr = 8, .is_bound = true};
	struct err err;

	memset(line, fill, len);
	crypto_sha256((struct bytes){(const uint8_t *)line, len}, found.sha256);
	text_clean(found.name, sizeof(found.name), (struct bytes){(const uint8_t *)line, len});
	check_ok(components_keep_text(
			 components, &found, (struct bytes){(const uint8_t *)line, len}, &err),
		&err);
	check_ok(components_add(components, &found, &err), &err);
}

static void texts_that_are_longer_than_a_name_are_kept(void **state)
{
	static const size_t lens[] = {COMPONENT_NAME_SIZE - 1, COMPONENT_NAME_SIZE,
		COMPONENTS_MAX_TEXTS / 2, 3 * COMPONENTS_MAX_TEXTS / 4};
	static const size_t kept[] = {COMPONENT_NAME_SIZE - 1, COMPONENT_NAME_SIZE,
		COMPONENTS_MAX_TEXTS / 2, COMPONENT_NAME_SIZE - 1}; /* no room for the last */
	int fd = ((const struct root *)*state)->fd;
	auto_cleanup(components) struct components boot = components_empty();
	auto_cleanup(baseline) struct baseline baseline = {0};
	auto_cleanup(baseline) struct baseline again = {0};
	const struct components *read = &again.variants[1].components;
	struct err err;

	for (size_t i = 0; i < COUNT(lens); i++)
		add_long_line(&boot, lens[i], (char)('a' + (char)i));
	for (size_t i = 0; i < 2; i++)
		check_ok(baseline_accept(&baseline, &boot, &(struct baseline_variant){0}, &err),
			&err);
	check_ok(baseline_save(fd, &baseline, &err), &err);
	assert_int_equal(baseline_load(fd, &again, &err), STATE_LOADED);
	for (size_t i = 0; i < COUNT(lens); i++) {
		assert_string_equal(components_text(read, &read->items[i]),
			components_text(&boot, &boot.items[i]));
		assert_int_equal(strlen(components_text(read, &read->items[i])), kept[i]);
	}
}

static struct components with_level(const char *record, uint8_t fill)
{
	struct components boot = read_record(record);

	for (size_t i = 0; i < boot.count; i++)
		if (boot.items[i].kind == COMPONENT_SBAT)
			memset(boot.items[i].sha256, fill, sizeof(boot.items[i].sha256));
	return boot;
}

static void an_older_boot_may_come_back_and_an_older_revocation_level_not(void **state)
{
	auto_cleanup(components) struct components raised = with_level("secureboot-on", 1);
	auto_cleanup(components) struct components other = with_level("other-cmdline", 1);
	auto_cleanup(baseline) struct baseline baseline = {0};
	struct err err;

	(void)state;
	accept_as(&baseline, "other-cmdline", 1, BASELINE_LEARNED);
	check_ok(baseline_accept(
			 &baseline, &raised, &(struct baseline_variant){.accepted_s = 2}, &err),
		&err);
	assert_int_equal(differences_of(&baseline, &raised), 0);
	assert_int_equal(differences_of(&baseline, &other), 0);
	assert_int_equal(differences(&baseline, "other-cmdline"), 1);
	assert_int_equal(differences(&baseline, "secureboot-on"), 1);
}

static void only_the_boots_seen_last_are_kept(void **state)
{
	auto_cleanup(baseline) struct baseline baseline = {0};

	(void)state;
	for (int i = 0; i < BASELINE_MAX_VARIANTS; i++)
		accept_as(&baseline, "secureboot-on", i, BASELINE_LEARNED);
	assert_true(baseline_use(&baseline, 0));
	assert_false(baseline_use(&baseline, BASELINE_MAX_VARIANTS - 1));
	assert_int_equal(baseline.variants[BASELINE_MAX_VARIANTS - 1].accepted_s, 0);
	assert_int_equal(baseline.variants[0].accepted_s, 1);
	accept_as(&baseline, "secureboot-on", 50, BASELINE_LEARNED);
	assert_int_equal(baseline.count, BASELINE_MAX_VARIANTS);
	assert_int_equal(baseline.variants[0].accepted_s, 2);
	assert_int_equal(baseline.variants[BASELINE_MAX_VARIANTS - 2].accepted_s, 0);
	assert_int_equal(baseline.variants[BASELINE_MAX_VARIANTS - 1].accepted_s, 50);
}

/* A boot as large as can be, eight times: the file keeps what fits, and the last one always. */
static void a_baseline_that_grows_too_large_loses_its_first_boots(void **state)
{
	int fd = ((const struct root *)*state)->fd;
	auto_cleanup(baseline) struct baseline baseline = {0};
	auto_cleanup(baseline) struct baseline again = {0};
	struct err err;

	for (uint32_t i = 0; i < BASELINE_MAX_VARIANTS; i++) {
		auto_cleanup(components) struct components boot = components_empty();
		struct component component = {.pcr = 2};

		for (uint32_t k = 0; k < 16u * COMPONENTS_PER_KIND; k++) {
			component.kind = (enum component_kind)(k / COMPONENTS_PER_KIND);
			memset(component.name, 'n', sizeof(component.name) - 1);
			memcpy(component.sha256, &k, sizeof(k));
			check_ok(components_add(&boot, &component, &err), &err);
		}
		check_ok(baseline_accept(&baseline, &boot,
				 &(struct baseline_variant){.accepted_s = i}, &err),
			&err);
	}
	check_ok(baseline_save(fd, &baseline, &err), &err);
	assert_in_range(baseline.count, 1, BASELINE_MAX_VARIANTS - 1);
	assert_int_equal(baseline_load(fd, &again, &err), STATE_LOADED);
	assert_int_equal(again.count, baseline.count);
	assert_int_equal(again.variants[again.count - 1].accepted_s, BASELINE_MAX_VARIANTS - 1);
}

static void explanations_hold_for_this_boot_only(void **state)
{
	struct drift_difference found = {.change = DRIFT_CHANGED,
		.after.sha256 = {7},
		.explanation = {EXPLANATION_PACKAGE, "as installed"}};
	struct drift_difference other = {
		.change = DRIFT_REMOVED, .before.sha256 = {8}, .after.sha256 = {7}};
	struct drift_difference other_role = {
		.change = DRIFT_CHANGED, .after = {.kind = COMPONENT_INITRD, .sha256 = {7}}};
	struct drift drift = {.count = 1, .differences = &found};
	int fd = ((const struct root *)*state)->fd;
	auto_cleanup(baseline) struct baseline baseline = {0};
	auto_cleanup(baseline) struct baseline again = {0};
	struct err err;

	assert_false(baseline_remember(&baseline, "", &drift));
	assert_true(baseline_remember(&baseline, "boot-1", &drift));
	assert_false(baseline_remember(&baseline, "boot-1", &drift));
	check_ok(baseline_save(fd, &baseline, &err), &err);
	assert_int_equal(baseline_load(fd, &again, &err), STATE_LOADED);
	found.explanation = (struct explanation){0};
	baseline_recall(&again, "boot-2", &drift);
	assert_int_equal(found.explanation.how, EXPLANATION_NONE);
	baseline_recall(&again, "boot-1", &drift);
	assert_int_equal(found.explanation.how, EXPLANATION_PACKAGE);
	assert_string_equal(found.explanation.text, "as installed");
	drift.differences = &other;
	baseline_recall(&again, "boot-1", &drift);
	assert_int_equal(other.explanation.how, EXPLANATION_NONE);
	drift.differences = &other_role;
	baseline_recall(&again, "boot-1", &drift);
	assert_int_equal(other_role.explanation.how, EXPLANATION_NONE);
	found.explanation.how = EXPLANATION_GREW; /* explains itself: nothing to remember */
	drift.differences = &found;
	assert_false(baseline_remember(&again, "boot-2", &drift));
	assert_int_equal(again.explained_count, 0);
}

static void members_of_newer_versions_survive(void **state)
{
	static const char newer[] =
		"{\"version\":2,\"dbx\":{},\"variants\":[],\"later\":{\"x\":[1]}}";
	int fd = ((const struct root *)*state)->fd;
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	auto_cleanup(baseline) struct baseline baseline = {0};
	struct err err;

	check_ok(file_write(fd, BASELINE_FILE, TEXT(newer), 0600, &err), &err);
	assert_int_equal(baseline_load(fd, &baseline, &err), STATE_LOADED);
	accept_as(&baseline, "secureboot-on", 1, BASELINE_LEARNED);
	check_ok(baseline_save(fd, &baseline, &err), &err);
	check_ok(file_read(fd, BASELINE_FILE, FILE_NO_LINKS, &text, &err), &err);
	assert_non_null(strstr((const char *)text.data, "later"));
}

#define VARIANT(members, components)                                                               \
	"{\"version\":1,\"dbx\":{},\"variants\":[{\"acceptedAt\":1," members                       \
	"\"bootId\":\"\",\"changes\":\"\",\"pcrs\":255,\"components\":[" components "]}]}"
#define DIGEST "\"sha256\":\"6b1bf35c3bee9918da2b0d0a4b4a3f1bbd2f7b6c9e3f7a7d1c2b3a4d5e6f7081\""

static void a_damaged_file_is_refused(void **state)
{
	static const char *const damaged[] = {
		"",
		"[]",
		"{}",
		"{\"version\":1}",
		"{\"version\":1,\"dbx\":[],\"variants\":[]}",
		"{\"version\":1,\"dbx\":{},\"variants\":{}}",
		"{\"version\":1,\"dbx\":{},\"variants\":[1]}",
		"{\"version\":1,\"dbx\":{},\"variants\":[],\"lostAt\":\"x\"}",
		VARIANT("", ""),
		VARIANT("\"how\":\"learned\",", "{}"),
		VARIANT("\"how\":\"learned\",",
			"{\"kind\":\"kernel\",\"pcr\":24,\"name\":\"\"," DIGEST "}"),
		VARIANT("\"how\":\"learned\",",
			"{\"kind\":\"kernel\",\"pcr\":-1,\"name\":\"\"," DIGEST "}"),
		VARIANT("\"how\":\"learned\",",
			"{\"kind\":\"kernel\",\"pcr\":4,\"name\":1," DIGEST "}"),
		VARIANT("\"how\":\"learned\",",
			"{\"kind\":\"kernel\",\"pcr\":4,\"name\":\"\",\"sha256\":\"6b\"}"),
		VARIANT("\"how\":\"learned\",",
			"{\"kind\":\"kernel\",\"pcr\":4,\"name\":\"\"," DIGEST
			"},{\"kind\":\"kernel\",\"pcr\":4,\"name\":\"\"," DIGEST "}"),
	};
	static const char good[] = VARIANT(
		"\"how\":\"learned\",", "{\"kind\":\"kernel\",\"pcr\":4,\"name\":\"\"," DIGEST "}");
	auto_cleanup(baseline) struct baseline good_one = {0};
	struct err err;

	(void)state;
	check_ok(baseline_parse(TEXT(good), &good_one, &err), &err);
	assert_int_equal(good_one.count, 1);
	for (size_t i = 0; i < COUNT(damaged); i++) {
		struct baseline baseline = {.lost_s = 7};

		check_err(baseline_parse(TEXT(damaged[i]), &baseline, &err), &err, ERR_STATE_INVALID);
		assert_int_equal(baseline.lost_s, 7);
	}
}

/* After a downgrade or an upgrade of the extension: what is known stays, a PCR with something
 * unknown is not compared, and an explanation of no known kind explains nothing. */
static void words_of_newer_versions_do_no_harm(void **state)
{
	static const char newer[] =
		"{\"version\":1,\"dbx\":{},\"explained\":{\"bootId\":\"boot\",\"changes\":[{" DIGEST
		",\"kind\":\"kernel\",\"how\":\"oracle\",\"text\":\"\"},{" DIGEST
		",\"how\":\"file\",\"text\":\"of an older version\"},{" DIGEST
		",\"kind\":\"initrdOfTomorrow\",\"how\":\"file\",\"text\":\"\"},{" DIGEST
		",\"kind\":\"initrd\",\"how\":\"file\",\"text\":\"as\"}]},\"variants\":[{\"acceptedAt\":1,\"how\":\"magic\",\"bootId\":\"\",\"changes\":\"\",\"pcrs\":1023,\"components\":[{\"kind\":\"initrdOfTomorrow\",\"pcr\":9,\"name\":\"\"," DIGEST
		"},{\"kind\":\"kernel\",\"pcr\":4,\"name\":\"\"," DIGEST "}]}]}";
	auto_cleanup(baseline) struct baseline baseline = {0};
	const struct components *components = &baseline.variants[0].components;
	struct err err;

	(void)state;
	check_ok(baseline_parse(TEXT(newer), &baseline, &err), &err);
	assert_int_equal(baseline.count, 1);
	assert_int_equal(baseline.variants[0].how, BASELINE_EXPLAINED);
	assert_int_equal(components->count, 1);
	assert_int_equal(components->items[0].kind, COMPONENT_KERNEL);
	assert_int_equal(components->listed, 1023 & ~(1u << 9));
	assert_int_equal(baseline.explained_count, 1);
	assert_int_equal(baseline.explained[0].explanation.how, EXPLANATION_FILE);
	assert_int_equal(baseline.explained[0].kind, COMPONENT_INITRD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rooted(what_was_accepted_is_known_after_a_restart),
		rooted(texts_that_are_longer_than_a_name_are_kept),
		cmocka_unit_test(an_older_boot_may_come_back_and_an_older_revocation_level_not),
		cmocka_unit_test(only_the_boots_seen_last_are_kept),
		rooted(a_baseline_that_grows_too_large_loses_its_first_boots),
		rooted(explanations_hold_for_this_boot_only),
		rooted(members_of_newer_versions_survive),
		cmocka_unit_test(a_damaged_file_is_refused),
		cmocka_unit_test(words_of_newer_versions_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

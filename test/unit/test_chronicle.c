#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "../support/root.h"
#include "memory/chronicle.h"

static int open_state(char folder[FOLDER_SIZE])
{
	folder_make(folder);
	return open(folder, O_RDONLY | O_DIRECTORY);
}

static void close_state(int fd, char folder[FOLDER_SIZE])
{
	(void)close(fd);
	folder_remove(folder);
}

static void note(struct chronicle *chronicle, enum health health, enum err_code code,
	const char *boot_id, int64_t now_s, bool is_news)
{
	struct verdict verdict = {.health = health, .reason = {.code = code, .msg = "why\nso"}};
	const struct moment now = {.boot_id = boot_id, .time.wall_s = now_s};

	if (chronicle_note(chronicle, &verdict, &now) != is_news)
		fail_msg("at %lld", (long long)now_s);
}

/* Healthy, Unhealthy, Healthy, acknowledged, Unknown. */
static struct chronicle *some_days(void)
{
	struct chronicle *chronicle;
	struct err err;

	check_ok(chronicle_new(&chronicle, &err), &err);
	note(chronicle, HEALTH_HEALTHY, ERR_OK, "a", 100, true);
	note(chronicle, HEALTH_HEALTHY, ERR_OK, "b", 150, false);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "b", 200, true);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "b", 250, false);
	note(chronicle, HEALTH_HEALTHY, ERR_OK, "c", 300, true);
	check_ok(chronicle_acknowledge(chronicle, 2, "a test", 500, &err), &err);
	note(chronicle, HEALTH_HEALTHY, ERR_OK, "c", 550, false);
	note(chronicle, HEALTH_UNKNOWN, ERR_CONNECT_REFUSED, "c", 600, true);
	note(chronicle, HEALTH_UNKNOWN, ERR_CONNECT_TIMEOUT, "c", 650, false);
	return chronicle;
}

static void changes_are_noted_once(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = some_days();
	char fault[CHRONICLE_FAULT_SIZE];

	(void)state;
	assert_int_equal(chronicle->count, 5);
	assert_int_equal(chronicle->open_count, 0);
	assert_string_equal(chronicle->entries[1].text, "why so");
	assert_string_equal(chronicle->entries[3].what, "Acknowledged");
	assert_int_equal(chronicle_last_change(chronicle)->at_s, 600);
	assert_false(chronicle_fault(chronicle, NULL, 0, fault));
}

static void an_incident_is_open_until_it_is_acknowledged(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	char text[CHRONICLE_FAULT_SIZE];
	struct err err;

	(void)state;
	check_ok(chronicle_new(&chronicle, &err), &err);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "a", 86400, true);
	note(chronicle, HEALTH_UNKNOWN, ERR_NO_VTPM, "a", 86401, true);
	/* the same boot and reason: the same incident */
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "a", 86402, true);
	note(chronicle, HEALTH_UNHEALTHY, ERR_QUOTE_INVALID, "a", 86403, true);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "b", 86404, true);
	note(chronicle, HEALTH_HEALTHY, ERR_OK, "c", 86405, true);
	assert_int_equal(chronicle->open_count, 3);
	chronicle_incident_text(&chronicle->open[0], text);
	assert_string_equal(text, "1 of 1970-01-02T00:00:00Z (log-mismatch)");
	check_err(chronicle_acknowledge(chronicle, 3, "no", 500, &err), &err, ERR_USAGE);
	check_ok(chronicle_acknowledge(chronicle, 4, "yes", 500, &err), &err);
	check_err(chronicle_acknowledge(chronicle, 4, "again", 500, &err), &err, ERR_USAGE);
	assert_int_equal(chronicle->open_count, 2);
	assert_int_equal(chronicle->open[1].number, 5);
	assert_false(chronicle_fault(chronicle, NULL, 0, text));
}

static void old_entries_go_and_open_incidents_stay(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	char fault[CHRONICLE_FAULT_SIZE];
	struct err err;

	(void)state;
	check_ok(chronicle_new(&chronicle, &err), &err);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "a", 1, true);
	for (int i = 0; i < CHRONICLE_MAX + 10; i++)
		note(chronicle, i % 2 ? HEALTH_UNKNOWN : HEALTH_HEALTHY,
			i % 2 ? ERR_CONNECT_REFUSED : ERR_OK, "b", i, true);
	assert_int_equal(chronicle->count, CHRONICLE_MAX);
	assert_int_equal(chronicle->entries[0].number, 12);
	assert_int_equal(chronicle->open_count, 1);
	assert_false(chronicle_fault(chronicle, NULL, 0, fault));
	/* fewer entries than there may be, and the first is not number 1 */
	chronicle->count--;
	assert_true(chronicle_fault(chronicle, NULL, 0, fault));
	assert_string_equal(fault, "Entries 1 to 11 were cut out.");
}

static void acknowledge(struct chronicle *chronicle, int64_t incident)
{
	struct err err;

	check_ok(chronicle_acknowledge(chronicle, incident, "seen", 500, &err), &err);
}

static void assert_open(const struct chronicle *chronicle, size_t count)
{
	char fault[CHRONICLE_FAULT_SIZE];

	assert_int_equal(chronicle->open_count, count);
	if (chronicle_fault(chronicle, NULL, 0, fault))
		fail_msg("%s", fault);
}

static void each_of_many_incidents_is_acknowledged(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	enum { MANY = CHRONICLE_OPEN_MAX + 3 };
	struct err err;

	(void)state;
	check_ok(chronicle_new(&chronicle, &err), &err);
	for (int i = 0; i < MANY; i++) {
		char boot_id[BOOT_ID_SIZE];

		(void)snprintf(boot_id, sizeof(boot_id), "boot %d", i);
		note(chronicle, HEALTH_UNKNOWN, ERR_NO_VTPM, boot_id, i, true);
		note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, boot_id, i, true);
	}
	note(chronicle, HEALTH_HEALTHY, ERR_OK, "good", MANY, true);
	for (int i = 0; i < MANY; i++) {
		assert_open(chronicle,
			MANY - i < CHRONICLE_OPEN_MAX ? (size_t)(MANY - i) : CHRONICLE_OPEN_MAX);
		acknowledge(chronicle, 2 * i + 2);
	}
	assert_open(chronicle, 0);
}

/* The answers of a boot that come and go, while its first entries are dropped. */
static void an_acknowledged_incident_stays_closed(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	struct err err;

	(void)state;
	check_ok(chronicle_new(&chronicle, &err), &err);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "a", 1, true);
	note(chronicle, HEALTH_UNKNOWN, ERR_NO_VTPM, "a", 2, true);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "a", 3, true);
	note(chronicle, HEALTH_UNKNOWN, ERR_NO_VTPM, "a", 4, true);
	acknowledge(chronicle, 1);
	for (int i = 0; i < CHRONICLE_MAX; i++) {
		note(chronicle, i % 2 ? HEALTH_UNKNOWN : HEALTH_HEALTHY,
			i % 2 ? ERR_NO_VTPM : ERR_OK, "b", i, true);
		assert_open(chronicle, 0);
	}
}

static void the_same_after_an_acknowledgement_is_another_incident(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	char fault[CHRONICLE_FAULT_SIZE];
	struct err err;

	(void)state;
	check_ok(chronicle_new(&chronicle, &err), &err);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "a", 1, true);
	acknowledge(chronicle, 1);
	note(chronicle, HEALTH_UNKNOWN, ERR_NO_VTPM, "a", 2, true);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "a", 3, true);
	assert_open(chronicle, 1);
	chronicle->open_count = 0;
	assert_true(chronicle_fault(chronicle, NULL, 0, fault));
	assert_string_equal(fault, "Incident 4 is not open, and was not acknowledged.");
}

static void cut(struct chronicle *chronicle, size_t at)
{
	chronicle->count--;
	memmove(chronicle->entries + at, chronicle->entries + at + 1,
		(chronicle->count - at) * sizeof(chronicle->entries[0]));
}

static void cut_first(struct chronicle *chronicle)
{
	cut(chronicle, 0);
}

static void cut_middle(struct chronicle *chronicle)
{
	cut(chronicle, 1);
}

static void cut_last(struct chronicle *chronicle)
{
	chronicle->count--;
}

static void edit(struct chronicle *chronicle)
{
	(void)snprintf(chronicle->entries[1].what, sizeof(chronicle->entries[1].what), "Healthy");
}

/* The same words, and another boot. */
static void move(struct chronicle *chronicle)
{
	(void)snprintf(chronicle->entries[1].boot_id, sizeof(chronicle->entries[1].boot_id), "b why");
	(void)snprintf(chronicle->entries[1].text, sizeof(chronicle->entries[1].text), "so");
}

/* A later entry in the place of the last, with a hash that is right for itself. */
static void put_back(struct chronicle *chronicle)
{
	struct chronicle_entry first = chronicle->entries[3];

	chronicle->entries[3] = chronicle->entries[4];
	chronicle->entries[3].number = first.number;
	chronicle->count = 4;
}

static void forge(struct chronicle *chronicle)
{
	struct chronicle *other = some_days();

	other->count = 2;
	note(other, HEALTH_UNKNOWN, ERR_NO_VTPM, "z", 300, true);
	chronicle->entries[2] = other->entries[2];
	free(other);
}

/* The acknowledgement and all after it are gone, and the incident is off the list all the same. */
static void unlist(struct chronicle *chronicle)
{
	chronicle->count = 3;
}

static void what_was_altered_shows(void **state)
{
	static const struct {
		void (*alter)(struct chronicle *chronicle);
		const char *fault;
		bool by_head; /* only what left the VM shows it */
	} rows[] = {
		{cut_first, "Entries 1 to 1 were cut out.", false},
		{cut_middle, "Entries 2 to 2 were cut out.", false},
		{cut_last, "No entry has the hash", true},
		{edit, "Entry 2 was edited.", false},
		{move, "Entry 2 was edited.", false},
		{put_back, "Incident 2 is not open, and was not acknowledged.", false},
		{forge, "Entry 4 does not follow the one before it.", false},
		{unlist, "Incident 2 is not open, and was not acknowledged.", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(chronicle) struct chronicle *chronicle = some_days();
		char head[CHRONICLE_HEX_SIZE], fault[CHRONICLE_FAULT_SIZE];

		chronicle_head(chronicle, head);
		assert_false(chronicle_fault(chronicle, head, 0, fault));
		rows[i].alter(chronicle);
		if (chronicle_fault(chronicle, NULL, 0, fault) == rows[i].by_head)
			fail_msg("row %zu: without the head", i);
		if (!chronicle_fault(chronicle, head, 0, fault) || !strstr(fault, rows[i].fault))
			fail_msg("row %zu: %s", i, fault);
	}
}

static void it_comes_back_from_its_file(void **state)
{
	static const char broken[] = "{\"version\": 1, \"entries\": 5, \"open\": []}";
	auto_cleanup(chronicle) struct chronicle *chronicle = some_days(), *again = NULL;
	char folder[FOLDER_SIZE], fault[CHRONICLE_FAULT_SIZE], head[CHRONICLE_HEX_SIZE];
	struct err err;
	int fd;

	(void)state;
	fd = open_state(folder);
	assert_true(fd >= 0);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "d", 700, true);
	chronicle_head(chronicle, head);
	check_ok(chronicle_new(&again, &err), &err);
	assert_int_equal(chronicle_load(fd, again, &err), STATE_ABSENT);
	check_ok(chronicle_save(fd, chronicle, &err), &err);
	assert_int_equal(chronicle_load(fd, again, &err), STATE_LOADED);
	assert_memory_equal(again, chronicle, sizeof(*again));
	assert_false(chronicle_fault(again, head, 0, fault));
	folder_write(folder, CHRONICLE_FILE, broken, strlen(broken));
	assert_int_equal(chronicle_load(fd, again, &err), STATE_DAMAGED);
	assert_int_equal(again->count, 0);
	close_state(fd, folder);
}

/* A round that finds the VM Healthy. Whether a loss is among the open incidents then. */
static bool remember(int folder, const char *boot_id, int64_t *known, enum err_code trouble)
{
	const struct verdict verdict = {.health = HEALTH_HEALTHY};
	const struct moment now = {.boot_id = boot_id, .time.wall_s = 900};
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	const struct chronicle_entry *worst;
	struct err err;

	check_ok(chronicle_new(&chronicle, &err), &err);
	assert_true(chronicle_remember(
		folder, &(struct chronicle_news){&verdict, now}, 1, known, chronicle, &err));
	assert_int_equal(err.code, trouble);
	worst = chronicle_worst(chronicle);
	return worst && worst->code == ERR_HISTORY_ALTERED;
}

static void what_was_lost_is_an_incident(void **state)
{
	static const char broken[] = "{\"version\": 1, \"entries\": 5, \"open\": []}";
	static const struct {
		const char *contents; /* of the file; NULL: it is gone */
		int64_t count; /* with contents "": some_days() but for the last ones */
		int64_t known;
		enum err_code trouble;
		bool is_lost;
	} rows[] = {
		{"", 5, 5, ERR_OK, false},
		{"", 5, 3, ERR_OK, false}, /* a command acknowledged something */
		{"", 5, 0, ERR_OK, false}, /* an earlier version did not count */
		{"", 4, 5, ERR_OK, true},
		{"", 0, 5, ERR_OK, true},
		{NULL, 0, 5, ERR_OK, true},
		{NULL, 0, 0, ERR_OK, false},
		{broken, 0, 5, ERR_STATE_INVALID, true},
		{broken, 0, 0, ERR_STATE_INVALID, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(chronicle) struct chronicle *chronicle = some_days();
		int64_t known = rows[i].known, lost_known = rows[i].known;
		char folder[FOLDER_SIZE];
		struct err err;
		int fd;

		fd = open_state(folder);
		chronicle->count = (size_t)rows[i].count;
		if (rows[i].contents && rows[i].contents[0])
			folder_write(folder, CHRONICLE_FILE, broken, strlen(broken));
		else if (rows[i].contents)
			check_ok(chronicle_save(fd, chronicle, &err), &err);
		if (remember(fd, "d", &known, rows[i].trouble) != rows[i].is_lost)
			fail_msg("row %zu", i);
		/* it stays open, and is noted once, even if `known` could not be saved */
		if (remember(fd, "e", &known, ERR_OK) != rows[i].is_lost ||
			remember(fd, "d", &lost_known, ERR_OK) != rows[i].is_lost)
			fail_msg("row %zu: afterwards", i);
		assert_int_equal(chronicle_load(fd, chronicle, &err), STATE_LOADED);
		assert_int_equal(chronicle->open_count, rows[i].is_lost);
		assert_int_equal(chronicle->entries[chronicle->count - 1].number, known);
		close_state(fd, folder);
	}
}

static void what_was_taken_off_the_list_is_open_again(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = some_days();
	const struct verdict verdict = {.health = HEALTH_UNHEALTHY, .reason.code = ERR_LOG_MISMATCH};
	const struct moment now = {.boot_id = "d"};
	char folder[FOLDER_SIZE];
	int64_t known = 0;
	struct err err;
	int fd;

	(void)state;
	fd = open_state(folder);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "d", 700, true);
	assert_open(chronicle, 1);
	chronicle->open_count = 0;
	check_ok(chronicle_save(fd, chronicle, &err), &err);
	assert_true(chronicle_remember(
		fd, &(struct chronicle_news){&verdict, now}, 1, &known, chronicle, &err));
	assert_open(chronicle, 1);
	assert_int_equal(chronicle_worst(chronicle)->number, 6);
	close_state(fd, folder);
}

/* A command acknowledges, and meanwhile the service finds the VM Unhealthy. */
static void nobody_writes_over_what_another_added(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = some_days();
	const struct verdict verdict = {.health = HEALTH_UNHEALTHY, .reason.code = ERR_NO_VTPM};
	const struct moment now = {.boot_id = "d"};
	char folder[FOLDER_SIZE], byte = 0;
	int64_t known = 0;
	int fd, ends[2], lock_fd, status;
	struct err err;
	pid_t child;

	(void)state;
	fd = open_state(folder);
	note(chronicle, HEALTH_UNHEALTHY, ERR_LOG_MISMATCH, "d", 700, true);
	check_ok(chronicle_save(fd, chronicle, &err), &err);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		if (chronicle_lock(fd, &lock_fd, &err) < 0 || write(ends[1], &byte, 1) != 1 ||
			chronicle_load(fd, chronicle, &err) != STATE_LOADED)
			_exit(1);
		(void)usleep(100000);
		_exit(chronicle_acknowledge(chronicle, 6, "seen", 800, &err) < 0 ||
			chronicle_save(fd, chronicle, &err) < 0);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_true(chronicle_remember(
		fd, &(struct chronicle_news){&verdict, now}, 1, &known, chronicle, &err));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(chronicle_load(fd, chronicle, &err), STATE_LOADED);
	assert_int_equal(known, 8);
	assert_int_equal(chronicle->count, 8);
	assert_int_equal(chronicle->entries[6].incident, 6);
	assert_open(chronicle, 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	close_state(fd, folder);
}

static void what_speaks_against_the_vm_is_worse_than_a_loss(void **state)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	const struct verdict verdict = {.health = HEALTH_UNHEALTHY, .reason.code = ERR_LOG_MISMATCH};
	const struct moment now = {.boot_id = "a"};
	char folder[FOLDER_SIZE], fault[CHRONICLE_FAULT_SIZE];
	int64_t known = 7;
	struct err err;
	int fd;

	(void)state;
	fd = open_state(folder);
	check_ok(chronicle_new(&chronicle, &err), &err);
	assert_null(chronicle_worst(chronicle));
	assert_true(chronicle_remember(
		fd, &(struct chronicle_news){&verdict, now}, 1, &known, chronicle, &err));
	assert_int_equal(chronicle->open_count, 2);
	assert_int_equal(chronicle_worst(chronicle)->code, ERR_LOG_MISMATCH);
	assert_int_equal(chronicle_last_change(chronicle)->code, ERR_LOG_MISMATCH);
	assert_false(chronicle_fault(chronicle, NULL, 0, fault));
	assert_int_equal(known, 2);
	close_state(fd, folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_noted_once),
		cmocka_unit_test(an_incident_is_open_until_it_is_acknowledged),
		cmocka_unit_test(old_entries_go_and_open_incidents_stay),
		cmocka_unit_test(each_of_many_incidents_is_acknowledged),
		cmocka_unit_test(an_acknowledged_incident_stays_closed),
		cmocka_unit_test(the_same_after_an_acknowledgement_is_another_incident),
		cmocka_unit_test(what_was_altered_shows),
		cmocka_unit_test(it_comes_back_from_its_file),
		cmocka_unit_test(what_was_lost_is_an_incident),
		cmocka_unit_test(nobody_writes_over_what_another_added),
		cmocka_unit_test(what_was_taken_off_the_list_is_open_again),
		cmocka_unit_test(what_speaks_against_the_vm_is_worse_than_a_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fuzz_statefolder.c - a hostile state folder: files of the service changed, exchanged, taken away,
 * or with a folder, a link, a pipe or a huge file in their place; and what the service and those
 * who look on make of it.
 *
 * Whatever it holds, it is read to an end. A boot that differs from the accepted ones is Healthy
 * only if these are truly not there or damaged, and that is told; what cannot be read is never
 * taken for absent, and stays as it is; nothing is learned in a boot that history knows as
 * Unhealthy. Input: one byte chooses boot and history; then four bytes are one change (file, kind,
 * two numbers). */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "../support/changed_json.h"
#include "../support/reading.h"
#include "../support/share.h"
#include "memory/lock.h"
#include "disk/next_boot.h"
#include "drift/drift_verdict.h"
#include "service/alert.h"
#include "service/verdicts.h"
#include "memory/enabled.h"
#include "service/result.h"
#include "memory/running.h"

#define MAX_CHANGES 4
#define NOW_S       1800000000
#define BOOT_ID     "00000000-0000-4000-8000-000000000001"
#define UPTIME_S    5000
#define HUGE_BYTES  ((off_t)1 << 40)
#define LEAST_SHARE 10 /* percent of the folders by which boots could be compared */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum file { HISTORY, BASELINE, SERVICE, PENDING, ALERT, PID, LOCK, FILES };

static const char *const names[] = {
	[HISTORY] = HISTORY_FILE,
	[BASELINE] = BASELINE_FILE,
	[SERVICE] = RECORD_FILE,
	[PENDING] = NEXT_BOOT_FILE,
	[ALERT] = ALERT_FILE,
	[PID] = RUNNING_PID_FILE,
	[LOCK] = "lock", /* an older version's, and in nobody's way */
	/* these are only in the way */
	"history.json.broken",
	"baseline.json.broken",
	"alert.json.broken",
};

static struct buf clean[FILES];
static struct buf distrusting; /* a history that knows this boot as Unhealthy */
static struct reading boots[2]; /* as accepted; changed */
static struct settings settings;
static int root_fd = -1, state_fd = -1;
static char root[32];

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "a hostile state folder: %s\n", what);
	abort();
}

/* ---- the clean folder ---- */

static void forget(const char *name)
{
	if (unlinkat(state_fd, name, 0) < 0 && (errno == EISDIR || errno == EPERM)) {
		char inside[NAME_MAX + 16];

		(void)snprintf(inside, sizeof(inside), "%s/inside", name);
		(void)unlinkat(state_fd, inside, 0);
		(void)unlinkat(state_fd, name, AT_REMOVEDIR);
	}
}

/* All of it, whatever was made there. */
static void clear(void)
{
	DIR *folder = fdopendir(openat(state_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	if (!folder)
		fail("it cannot be listed");
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			forget(entry->d_name);
	(void)closedir(folder);
}

/* Not durable: the disk's time is not what is tested. */
static void put_file(const char *name, struct bytes contents)
{
	auto_cleanup(fd) int fd =
		openat(state_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, contents.data, contents.len) != (ssize_t)contents.len)
		fail("no file can be made");
}

static struct buf taken(const char *name)
{
	struct buf ret = buf_with_max(STATE_MAX_BYTES);
	struct err err;

	if (file_read(state_fd, name, FILE_NO_LINKS, &ret, &err) < 0)
		fail(err.msg);
	return ret;
}

static void save_baseline(void)
{
	auto_cleanup(baseline) struct baseline baseline = {0};
	const struct baseline_variant as = {.accepted_s = NOW_S - 1000, .how = BASELINE_LEARNED};
	struct err err;

	if (baseline_accept(&baseline, &boots[0].components, &as, &err) < 0 ||
		baseline_save(state_fd, &baseline, &err) < 0)
		fail(err.msg);
	clean[BASELINE] = taken(BASELINE_FILE);
}

static struct moment moment(int64_t ago_s)
{
	return (struct moment){BOOT_ID, {.wall_s = NOW_S - ago_s, .boot_s = UPTIME_S - ago_s}};
}

static struct history after(const struct history *before, enum health health, int64_t ago_s)
{
	struct moment now = moment(ago_s);
	struct proof proof = proof_of_token(&now, NOW_S - ago_s, NOW_S + 3600);

	return history_after(before, &(struct history_round){.health = health,
					     .provider = "https://provider.example",
					     .proof = &proof,
					     .enabled_at_s = NOW_S - 2000,
					     .now = now});
}

static void save_history(enum health health, struct buf *ret)
{
	struct history before = {.baseline_s = NOW_S - 1000};
	struct history history = after(&before, health, 100);
	struct err err;

	if (history_save(state_fd, &history, &err) < 0)
		fail(err.msg);
	*ret = taken(HISTORY_FILE);
}

static void save_others(void)
{
	struct record service = {.home = "/home", .enabled_at_s = NOW_S - 2000};
	struct next_boot pending = {.boot_id = BOOT_ID};
	struct err err;

	memcpy(service.environment.log_folder, "/log", 5);
	memcpy(service.environment.config_folder, "/config", 8);
	memcpy(service.environment.status_folder, "/status", 8);
	if (record_save(state_fd, &service, &err) < 0 || next_boot_save(state_fd, &pending, &err) < 0)
		fail(err.msg);
	clean[SERVICE] = taken(RECORD_FILE);
	clean[PENDING] = taken(NEXT_BOOT_FILE);
	clean[ALERT] = clean[PID] = clean[LOCK] = buf_with_max(STATE_MAX_BYTES);
	changed_json_put(&clean[ALERT],
		"{\"version\":1,\"health\":\"Healthy\",\"receiver\":\"\",\"pending\":[{\"id\":\"1\"}]}");
	changed_json_put(&clean[PID], "1\n");
}

static void finish(void)
{
	clear();
	(void)unlinkat(root_fd, STATE_FOLDER, AT_REMOVEDIR);
	(void)unlinkat(root_fd, "var/lib", AT_REMOVEDIR);
	(void)unlinkat(root_fd, "var", AT_REMOVEDIR);
	(void)rmdir(root);
}

static void read_boots(void)
{
	static const char *const names_of_boots[] = {"good.json", "changed.json"};
	static struct bundle bundles[COUNT(boots)]; /* the boots' logs are theirs */

	for (size_t i = 0; i < COUNT(boots); i++) {
		bundles[i] = recorded_evidence(names_of_boots[i]);
		read_boot(&bundles[i], &boots[i]);
	}
}

/* In memory, if there is a place: the service waits for the disk with each file that it writes. */
static bool make_root(void)
{
	static const char *const places[] = {"/dev/shm", "/tmp"};

	for (size_t i = 0; i < COUNT(places); i++) {
		(void)snprintf(root, sizeof(root), "%s/fuzz-state.XXXXXX", places[i]);
		if (mkdtemp(root))
			return true;
	}
	return false;
}

static void begin(void)
{
	struct err err;

	if (root_fd >= 0)
		return;
	if (!make_root() || dir_open(root, &root_fd, &err) < 0 ||
		state_open_folder(root_fd, true, &state_fd, &err) < 0)
		fail("no folder can be made");
	(void)atexit(finish);
	read_boots();
	save_baseline();
	save_others();
	save_history(HEALTH_UNHEALTHY, &distrusting);
	forget(HISTORY_FILE);
	save_history(HEALTH_HEALTHY, &clean[HISTORY]);
	/* nobody is there: each delivery fails at once */
	(void)snprintf(settings.alert_webhook, sizeof(settings.alert_webhook),
		"https://127.0.0.1:1/alert");
	(void)snprintf(settings.ca_file, sizeof(settings.ca_file), "test/data/evidence/root.pem");
	settings.rules = rules_default();
	share_begin("state folders", "let the boots be compared", LEAST_SHARE);
}

/* ---- changes ---- */

struct change_of {
	uint8_t file, kind, a, b;
};

static const char *const json_names[] = {"version", "bootId", "healthyBootId", "distrustedBootId",
	"provider", "healthyAt", "tokenExpiresAt", "issuedAt", "askedAt", "lifetime", "bootClock",
	"round", "waitingSince", "failingSince", "failures", "baselineAt", "variants", "dbx",
	"lostAt", "forgottenAt", "explained", "home", "sequence", "statusFolder", "files",
	"variables", "health", "receiver", "pending", "pcrs", "components", "kind", "sha256",
	"name", "extra"};
static const char *const json_parents[] = {"", "variants", "components"};
static const char *const json_values[] = {"null", "0", "1", "-1", "1e300", "9007199254740992",
	"\"\"", "\"" BOOT_ID "\"", "[]", "{}", "[[]]", "\"../../etc/passwd\"", "\"Healthy\"",
	"true", "\"\\u202e\"", "4294967296", "16777215"};

static void change_json(const char *name, struct bytes was, struct change_of how)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	const char *value = how.b == 255 ? NULL : json_values[how.b / 3 % COUNT(json_values)];
	struct err err;

	if (!was.len || buf_set(&text, was, &err) < 0)
		return;
	changed_json_apply(&(struct json_change){.parent = json_parents[how.b % COUNT(json_parents)],
				   .name = json_names[how.a % COUNT(json_names)],
				   .value = value ? bytes_of_text(value) : (struct bytes){0},
				   .is_twice = how.kind >= 240},
		&text);
	put_file(name, buf_bytes(&text));
}

static void change_bytes(const char *name, struct bytes was, struct change_of how)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	struct err err;

	if (!was.len || buf_set(&text, was, &err) < 0)
		return;
	text.data[(size_t)how.a * text.len / 256] = how.b;
	put_file(name, buf_bytes(&text));
}

static void make_other(const char *name, struct change_of how)
{
	static const char *const targets[] = {
		"history.json", "baseline.json", "nowhere", "/dev/zero", "/dev/null", "."};

	switch (how.a % 6) {
	case 0:
		if (mkdirat(state_fd, name, 0700) < 0)
			fail("no folder can be made");
		return;
	case 1: {
		char inside[128];

		(void)snprintf(inside, sizeof(inside), "%s/inside", name);
		if (mkdirat(state_fd, name, 0700) < 0)
			fail("no folder can be made");
		put_file(inside, (struct bytes){(const uint8_t *)"", 0});
		return;
	}
	case 2:
		if (symlinkat(targets[how.b % COUNT(targets)], state_fd, name) < 0)
			fail("no link can be made");
		return;
	case 3:
		if (mkfifoat(state_fd, name, 0600) < 0)
			fail("no pipe can be made");
		return;
	case 4:
		if (mknodat(state_fd, name, S_IFSOCK | 0600, 0) < 0)
			fail("no socket can be made");
		return;
	default: /* of holes only */
		put_file(name, (struct bytes){(const uint8_t *)"", 0});
		{
			auto_cleanup(fd) int fd = openat(state_fd, name, O_WRONLY | O_CLOEXEC);

			if (ftruncate(fd, HUGE_BYTES >> how.b % 24) < 0)
				fail("no large file can be made");
		}
		return;
	}
}

static void change(struct change_of how)
{
	size_t file = how.file % COUNT(names);
	const char *name = names[file];
	struct bytes was = file < FILES ? buf_bytes(&clean[file]) : (struct bytes){0};

	forget(name);
	switch (how.kind % 6) {
	case 0: /* gone */
		return;
	case 1:
		make_other(name, how);
		return;
	case 2: /* cut */
		put_file(name, (struct bytes){was.data, (size_t)how.a * was.len / 256});
		return;
	case 3: /* another's contents */
		put_file(name, buf_bytes(&clean[how.a % FILES]));
		return;
	case 4:
		change_bytes(name, was, how);
		return;
	default:
		change_json(name, was, how);
		return;
	}
}

static void put_clean(bool is_distrusting)
{
	clear();
	for (size_t i = 0; i < FILES; i++)
		put_file(names[i], buf_bytes(&clean[i]));
	if (is_distrusting)
		put_file(HISTORY_FILE, buf_bytes(&distrusting));
}

/* ---- what is there, found out without the product's reading ---- */

enum is_there { NOT_THERE, AS_IT_WAS, OTHER_TEXT, NO_FILE };

static enum is_there look(const char *name, struct bytes was)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	struct stat info;
	struct err err;

	if (fstatat(state_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return NOT_THERE;
	if (!S_ISREG(info.st_mode))
		return NO_FILE;
	if (info.st_size > STATE_MAX_BYTES ||
		file_read(state_fd, name, FILE_NO_LINKS, &text, &err) < 0)
		return OTHER_TEXT;
	return bytes_equal(buf_bytes(&text), was) ? AS_IT_WAS : OTHER_TEXT;
}

/* ---- what the service does with it ---- */

struct outcome {
	enum state_found history; /* unreadable: the round ended before it began */
	struct comparison change;
	enum health health;
};

static void judge_boot(const struct reading *boot, const struct history *history, struct outcome *ret)
{
	static struct round_result round; /* 45 KiB */
	struct verdict verdict;

	round = (struct round_result){.stage = ROUND_VERIFIED,
		.own.health = HEALTH_HEALTHY,
		.remote.health = HEALTH_HEALTHY,
		.local = boot->appraisal};
	verdicts_judge(&(struct comparison_inputs){.root_fd = -1,
			       .state_fd = state_fd,
			       .rules = &settings.rules,
			       .may_learn = history_trusts_boot(history, BOOT_ID),
			       .boot_id = BOOT_ID,
			       .now_s = NOW_S,
			       .baseline_s = history->baseline_s},
		RENEWAL_WARN, &round, &ret->change, &verdict);
	ret->health = verdict.health;
	comparison_done(&ret->change);
}

static void tell_alerts(enum health health, const struct history *history)
{
	static struct round_result round;
	static const uint8_t random[ALERT_RANDOM_SIZE];
	const struct verdict verdict = {.health = health};
	bool was_clean = look(ALERT_FILE, buf_bytes(&clean[ALERT])) == AS_IT_WAS;
	bool was_file = look(ALERT_FILE, buf_bytes(&clean[ALERT])) != NO_FILE;
	struct alert_outcome outcome;
	struct err err;

	if (alert_run(&(struct alert_inputs){.state_fd = state_fd,
			      .settings = &settings,
			      .way.trust = settings_trust(&settings),
			      .round = &round,
			      .verdict = &verdict,
			      .history = history,
			      .state = STATUS_SUCCESS,
			      .metadata = "http://127.0.0.1:1",
			      .version = "0",
			      .random = random,
			      .now = moment(0)},
		    &outcome, &err) == 0 &&
		(was_clean || !was_file))
		fail("an alert that waited is gone");
	if (!was_file && look(ALERT_FILE, buf_bytes(&clean[ALERT])) != NO_FILE)
		fail("alerts that could not be read were overwritten");
}

/* As one round of the service, between its lock and its alerts. */
static void run_round(const struct reading *boot, bool has_alerts, struct outcome *ret)
{
	auto_cleanup(fd) int lock_fd = -1;
	auto_cleanup(next_boot) struct next_boot pending = {0};
	struct history history;
	struct record service;
	struct moment now;
	bool is_next_boot;
	struct err err;

	(void)!running_lock_pid(state_fd, false, &lock_fd, &err);
	(void)!record_take(state_fd, &service, &err);
	ret->history = history_take(state_fd, BOOT_ID, &history, &err);
	if (ret->history == STATE_UNREADABLE)
		return;
	judge_boot(boot, &history, ret);
	now = moment(0);
	(void)proof_judge(&history.proof, &now, NULL);
	(void)history_budget_left_s(&history, &now);
	history = after(&history, ret->health, 0);
	(void)!history_save(state_fd, &history, &err);
	if (has_alerts)
		tell_alerts(ret->health, &history);
	(void)!next_boot_load(
		&(struct next_boot_round){
			.root_fd = root_fd, .state_fd = state_fd, .boot_id = BOOT_ID, .now_s = NOW_S},
		&pending, &is_next_boot, &err);
}

/* Those who look on change nothing. */
static void look_on(void)
{
	auto_cleanup(fd) int found_fd = -1;
	auto_cleanup(free) struct result *result = calloc(1, sizeof(*result));
	struct record service;
	struct history history;
	pid_t pid;
	struct err err;

	if (enabled_find(root_fd, &found_fd, &service, &err) == 0 && result)
		(void)!result_read(&(struct result_inputs){.root_fd = root_fd,
					   .state_fd = state_fd,
					   .service = &service,
					   .period_s = 600,
					   .now = moment(0).time},
			result, &err);
	(void)!enabled_read_history(state_fd, &history, &err);
	(void)!running_find_pid(state_fd, &pid, &err);
}

static void take_lock(void)
{
	auto_cleanup(lock) struct lock lock = {-1, -1};
	struct err err;

	(void)!lock_take(root_fd, 0, &lock, &err);
}

/* ---- what must hold ---- */

struct before {
	enum is_there baseline, history;
	struct buf baseline_text; /* if it is a file that is not too large */
	bool is_changed_boot, is_distrusted;
};

static void before_cleanup(struct before *before)
{
	buf_done(&before->baseline_text);
}

static bool has_learned(const struct outcome *outcome)
{
	return outcome->change.state == COMPARISON_LEARNED ||
	       outcome->change.state == COMPARISON_ACCEPTED;
}

static bool is_baseline_as_before(const struct before *before)
{
	enum is_there now = look(BASELINE_FILE, buf_bytes(&before->baseline_text));

	return now == AS_IT_WAS || (now == before->baseline && !before->baseline_text.len);
}

static void check(const struct before *before, const struct outcome *outcome)
{
	if (before->baseline == AS_IT_WAS && before->is_changed_boot &&
		outcome->health != HEALTH_UNHEALTHY)
		fail("a changed boot that the accepted ones contradict");
	if (before->baseline == AS_IT_WAS && !before->is_changed_boot &&
		outcome->health != HEALTH_HEALTHY)
		fail("a boot as accepted, and it is not Healthy");
	if (before->baseline == NO_FILE && (outcome->health == HEALTH_HEALTHY || has_learned(outcome)))
		fail("accepted boots that cannot be read, taken for none");
	if (before->baseline == NO_FILE && look(BASELINE_FILE, buf_bytes(&clean[BASELINE])) != NO_FILE)
		fail("accepted boots that cannot be read were overwritten");
	if (before->history == AS_IT_WAS && before->is_distrusted && !is_baseline_as_before(before))
		fail("learned in a boot that was Unhealthy");
	if (before->history == AS_IT_WAS && before->baseline == NOT_THERE && !outcome->change.is_lost)
		fail("accepted boots are gone, and nobody is told");
	if (before->history == AS_IT_WAS && before->baseline == NOT_THERE &&
		(outcome->health == HEALTH_HEALTHY || has_learned(outcome)))
		fail("accepted boots are gone, and the next one is learned");
}

static void check_unreadable(const struct before *before, const struct outcome *outcome)
{
	if (before->history == NO_FILE && outcome->history != STATE_UNREADABLE)
		fail("a history that cannot be read, taken for another");
	if (before->history == NO_FILE && look(HISTORY_FILE, buf_bytes(&clean[HISTORY])) != NO_FILE)
		fail("a history that cannot be read was overwritten");
	if (before->history != NO_FILE && outcome->history == STATE_UNREADABLE &&
		look("history.json.broken", (struct bytes){0}) != NO_FILE)
		fail("a history that can be read, and is not");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome outcome = {0};
	struct err ignored;
	auto_cleanup(before) struct before before = {.baseline_text = buf_with_max(STATE_MAX_BYTES)};
	bool has_alerts = false;

	begin();
	if (size < 1)
		return 0;
	before.is_changed_boot = data[0] & 1;
	before.is_distrusted = data[0] & 2;
	put_clean(before.is_distrusted);
	for (size_t i = 0; i < MAX_CHANGES && 1 + 4 * i + 4 <= size; i++) {
		const uint8_t *at = data + 1 + 4 * i;

		change((struct change_of){at[0], at[1], at[2], at[3]});
		has_alerts = has_alerts || at[0] % COUNT(names) == ALERT;
	}
	before.baseline = look(BASELINE_FILE, buf_bytes(&clean[BASELINE]));
	if ((before.baseline == AS_IT_WAS || before.baseline == OTHER_TEXT) &&
		file_read(state_fd, BASELINE_FILE, FILE_NO_LINKS, &before.baseline_text, &ignored) < 0)
		buf_done(&before.baseline_text);
	before.history =
		look(HISTORY_FILE, buf_bytes(before.is_distrusted ? &distrusting : &clean[HISTORY]));
	look_on();
	take_lock();
	run_round(&boots[before.is_changed_boot], has_alerts, &outcome);
	look_on();
	share.made++;
	check_unreadable(&before, &outcome);
	if (outcome.history == STATE_UNREADABLE)
		return 0;
	share.good += outcome.change.state != COMPARISON_UNKNOWN;
	check(&before, &outcome);
	return 0;
}

/* The service's own loop through months of a VM's life, by a clock that is a value: its files are
 * real, a round is test/support/years_provider.h, and what happens to the VM is drawn by a seed. At
 * each step rules of this file's own judge the status file. Each run of the service is a process,
 * which can be killed anywhere.
 *
 * Arguments: days (default 60), seed. The Makefile lets the linker send the clocks, the wait and
 * the round through here. */
#include "check.h"

#include <signal.h>
#include <sys/mman.h>
#include "../support/recorded_evidence.h"
#include "../support/root.h"
#include "../support/years_world.h"
#include "attest/cert_renewal.h"
#include "base/boot_id.h"
#include "base/vm_id.h"
#include "memory/chronicle.h"
#include "memory/running.h"
#include "service/attest_now.h"
#include "service/loop.h"
#include "service/result.h"
#include "service/schedule.h"
#include "service/wakeup.h"

#define STATE        "var/lib/guest-attestation"
#define BOOT_ID_FILE "proc/sys/kernel/random/boot_id"
#define VM_ID_FILE   "sys/devices/virtual/dmi/id/product_uuid"

#define BEGIN_S  1800000000 /* January 2027 */
#define PERIOD_S (4 * HOUR_S) /* the default */
/* a wait of a period and a tenth, and the rounds themselves */
#define LONGEST_S (PERIOD_S + PERIOD_S / 10 + 10 * MINUTE_S)
/* before its end the platform renews a certificate that is read; one that it does not renew so, the
 * service asks for */
#define CERT_READ_S (90 * DAY_S)
#define CERT_ASK_S  (30 * DAY_S)
#define CERT_LIFE_S YEAR_S

#define SETTINGS(more)                                                                             \
	"{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":{"                         \
	"\"maaEndpoint\":\"" YEARS_PROVIDER "\"" more "}}}]}"
static struct years_provider provider;
static struct root root;
static char vm_id[VM_ID_SIZE];
static int days = 60;

unsigned int __wrap_sleep(unsigned int seconds);
enum wakeup __wrap_wakeup_pause(uint32_t wait_s);
int __wrap_wakeup_wait(const struct wakeup_inputs *inputs, int watch_fd, uint32_t wait_s,
	enum wakeup *ret, struct err *err);
void __wrap_round_run(const struct round_inputs *inputs, struct round_result *ret);
enum cert_renewal __wrap_cert_renewal_resume(int state_fd, const struct round_inputs *round,
	char ret_trouble[CERT_RECORD_TROUBLE_SIZE], struct err *err);
enum cert_renewal __wrap_cert_renewal_run(
	int state_fd, const struct round_inputs *round, int64_t end_s, struct err *err);

/* ---- the rules ---- */

static bool starts(const struct status *status, const char *words)
{
	return strncmp(status->message, words, strlen(words)) == 0;
}

static bool is_wrong(void)
{
	return world->outage_s > world->true_s || world->tpm_s > world->true_s ||
	       world->full_s > world->true_s || llabs(world->ahead_s) > CLOCK_EXACT_S ||
	       world->true_s > world->day.cert_end_s;
}

/* Healthy rests on a proof of this very boot that has not ended by any clock of the VM. */
static void judge_truth(const struct status *status)
{
	bool counts = world->proof_boot == world->boot && !world->day.is_bad &&
		      world->boot_s <= world->proof_boot_s + YEARS_TOKEN_S &&
		      (llabs(world->ahead_s) > CLOCK_EXACT_S || wall_s() <= world->proof_end_s);

	if (strstr(status->message, "by the setting suppress"))
		return;
	if (status->state == STATUS_SUCCESS && !counts)
		broken(status, "success without a proof that counts");
	if (status->state == STATUS_SUCCESS && world->has_round && !world->had_tpm)
		broken(status, "success though the TPM failed since");
}

/* Never later than the next own slot without a reason in the status. */
static void judge_schedule(const struct status *status)
{
	bool has_reason = !starts(status, "Healthy: ") && !starts(status, "Unhealthy: ");

	if (has_reason || !world->has_round)
		return;
	if (world->boot_s - world->round_boot_s > LONGEST_S)
		broken(status, "the last round was %" PRId64 " s ago",
			world->boot_s - world->round_boot_s);
	if (world->has_slot && world->boot_s > world->due_boot_s + 1)
		broken(status, "the slot was %" PRId64 " s ago", world->boot_s - world->due_boot_s);
}

/* What has been well for long enough is shown so, and what is bad is shown bad. */
static void judge_recovery(const struct status *status)
{
	if (world->true_s - world->quiet_since_s <= LONGEST_S)
		return;
	if (!starts(status, world->day.is_bad ? "Unhealthy: " : "Healthy: ") ||
		status->state != (world->day.is_bad ? STATUS_ERROR : STATUS_SUCCESS))
		broken(status, "all is well for %" PRId64 " s", world->true_s - world->quiet_since_s);
}

static void judge_certificate(const struct status *status)
{
	const struct status_item *key = status_find(status, "AttestationKey");
	int64_t left_s = world->round_cert_left_s - 30 * DAY_S;

	if (world->true_s > world->day.cert_end_s && world->cert_chance_s > 2 * DAY_S)
		broken(status, "the certificate ended");
	if (key && world->has_round && llabs(left_s) > HOUR_S &&
		(key->state == STATUS_WARNING) != (left_s < 0))
		broken(status, "%" PRId64 " days left: %s", left_s / DAY_S + 30, key->message);
}

static int read_status(struct status *ret, struct err *err)
{
	auto_cleanup(fd) int folder = -1;
	int64_t written_s;

	return dir_make(root.fd, "status", 0700, &folder, err) < 0
		       ? -1
		       : status_read(folder, 0, ret, &written_s, err);
}

/* While the service runs. A full disk leaves no status; two minutes after it there is one. */
static void judge(void)
{
	static struct status status; /* 30 KiB */
	struct err err;

	if (is_wrong())
		world->quiet_since_s = world->true_s;
	if (world->full_s > world->true_s || world->is_tight || world->boot_s < world->room_boot_s)
		world->room_boot_s = world->boot_s;
	if (read_status(&status, &err) < 0) {
		if (world->has_round && world->boot_s > world->room_boot_s + 2 * MINUTE_S)
			broken(NULL, "%s", err.msg);
		return;
	}
	judge_truth(&status);
	judge_schedule(&status);
	judge_recovery(&status);
	judge_certificate(&status);
}

/* ---- time ---- */

static void take_renewal(void)
{
	if (!world->renew_s || world->renew_s > world->true_s)
		return;
	world->day.cert_end_s = world->true_s + CERT_LIFE_S;
	world->renew_s = world->cert_chance_s = 0;
}

static bool is_renewed_if_read(void)
{
	return world->day.cert_end_s % 4;
}

static void advance(int64_t seconds)
{
	world->true_s += seconds;
	world->boot_s += seconds;
	world->on_s += seconds;
	if (!is_wrong() && world->day.cert_end_s - world->true_s <
				   (is_renewed_if_read() ? CERT_READ_S : CERT_ASK_S))
		world->cert_chance_s += seconds;
	take_renewal();
}

unsigned int __wrap_sleep(unsigned int seconds)
{
	advance(seconds);
	return 0;
}

enum wakeup __wrap_wakeup_pause(uint32_t wait_s)
{
	advance(wait_s);
	return WAKEUP_DUE;
}

/* Seconds until the next slot after a wait that begins now, by the definition in
 * handler/docs/schedule.md. */
static int64_t until_slot_s(void)
{
	int64_t place_s = (int64_t)((uint64_t)schedule_phase(vm_id) * PERIOD_S >> 32);
	int64_t passed_s = ((wall_s() - place_s) % PERIOD_S + PERIOD_S) % PERIOD_S;
	int64_t left_s = PERIOD_S - passed_s;

	return left_s < PERIOD_S / 10 ? left_s + PERIOD_S : left_s;
}

static void set_clock(int64_t ahead_s)
{
	int64_t due_boot_s;

	world->ahead_s = ahead_s;
	due_boot_s = world->boot_s + until_slot_s();
	if (due_boot_s < world->due_boot_s)
		world->due_boot_s = due_boot_s;
	world->mend_s = ahead_s ? world->true_s + between(1, 3 * DAY_S) : 0;
}

static int64_t wrong_clock(void)
{
	static const int64_t far[] = {
		MINUTE_S / 2, 10 * MINUTE_S, 5 * HOUR_S, 3 * DAY_S, 10 * YEAR_S};
	int64_t most = far[draw() % COUNT(far)];

	return draw() % 2 ? between(1, most) : -between(1, most);
}

/* The service's process ends with it. */
static bool ends_run(enum what what)
{
	return what <= BAD_BOOT || what == RESTORE || what == CLONE;
}

/* By a command, whose disk is never full. */
static void write_request(int state_fd)
{
	char text[64];
	struct err err;

	(void)snprintf(text, sizeof(text), "{\"version\": 1, \"id\": \"%032" PRIx64 "\"}", draw());
	is_service = false;
	check_ok(file_write(state_fd, ATTEST_NOW_FILE, bytes_of_text(text), 0600, &err), &err);
	is_service = true;
}

static void copy_state(const char *from, const char *to)
{
	char command[4 * FOLDER_SIZE];

	(void)snprintf(command, sizeof(command),
		"rm -rf %s/var %s/status && cp -a %s/var %s/status %s", to, to, from, from, to);
	folder_run((const char *[]){"sh", "-c", command, NULL});
}

static const char *snapshot(void)
{
	static char path[FOLDER_SIZE + 16];

	(void)snprintf(path, sizeof(path), "%s/snapshot", root.path);
	return path;
}

static void begin_trouble(enum what what)
{
	static const enum err_code ways[] = {ERR_CONNECT_TIMEOUT, ERR_CONNECT_REFUSED, ERR_DNS};
	static const enum err_code tpms[] = {ERR_TPM_OPEN, ERR_TPM_FAILED, ERR_TPM_SILENT};

	if (what == OUTAGE || what == BUSY) {
		world->outage_s = world->true_s + between(MINUTE_S, 2 * DAY_S);
		world->day.way = what == BUSY ? ERR_THROTTLED : ways[draw() % COUNT(ways)];
		world->day.retry_after_s = what == BUSY ? (uint32_t)between(0, HOUR_S) : 0;
	} else if (what == TPM_TROUBLE) {
		world->tpm_s = world->true_s + between(MINUTE_S, DAY_S);
		world->day.tpm = tpms[draw() % COUNT(tpms)];
	} else if (what == DISK_FULL) {
		world->full_s = world->true_s + between(MINUTE_S, 2 * DAY_S);
	}
}

/* What happens now, by chance. True: it wakes the loop. */
static bool happen(const struct wakeup_inputs *inputs, enum wakeup *ret)
{
	enum what what = world->scene ? world->scene(world->step++)
				      : (enum what)between(REBOOT, WHAT_COUNT - 1);

	/* misfortunes seldom come singly */
	if (!world->scene)
		world->next_s = world->true_s +
				(draw() % 3 ? between(MINUTE_S, 4 * DAY_S) : between(1, 2 * HOUR_S));
	if (what == RESTORE && !world->has_snapshot)
		what = SNAPSHOT;
	world->counts[what]++;
	world->ended_by = what;
	if (what == REBOOT || what == SERVICE_STOPPED || what == BAD_BOOT) {
		*ret = WAKEUP_STOP;
		return true;
	}
	if (what == CUT_IN_WRITE)
		world->cut_after = (int)between(1, 12);
	else if (ends_run(what))
		_exit(0);
	begin_trouble(what);
	if (what == SNAPSHOT) {
		copy_state(root.path, snapshot());
		world->has_snapshot = true;
	} else if (what == CLOCK_SET) {
		if (!world->scene)
			set_clock(wrong_clock());
		*ret = WAKEUP_CLOCK;
		return true;
	} else if (what == VM_SAVED) {
		int64_t saved_s = between(MINUTE_S, 5 * DAY_S);

		world->true_s += saved_s; /* CLOCK_BOOTTIME stands still */
		world->ahead_s -= saved_s; /* which nothing notices yet */
		world->mend_s = world->true_s + between(1, MINUTE_S);
	} else if (what == REQUEST) {
		write_request(inputs->state_fd);
	}
	return false;
}

static bool is_waited(const struct wakeup_inputs *inputs, enum wakeup *ret)
{
	char id[ATTEST_NOW_ID_SIZE];

	attest_now_find(inputs->state_fd, id);
	*ret = WAKEUP_ENDED;
	if (running_find_end(root.fd, inputs->service, inputs->lock_fd) != RUNNING_GOES_ON)
		return true;
	*ret = WAKEUP_REQUESTED;
	return id[0] && strcmp(id, inputs->met_id) != 0;
}

static enum wakeup wait_until(const struct wakeup_inputs *inputs, int64_t until_s)
{
	enum wakeup ret;

	while (!is_waited(inputs, &ret)) {
		bool is_mend = world->mend_s && world->mend_s < world->next_s;
		int64_t left_s = (is_mend ? world->mend_s : world->next_s) - world->true_s;

		if (until_s - world->boot_s <= left_s) {
			advance(until_s > world->boot_s ? until_s - world->boot_s : 0);
			judge();
			return WAKEUP_DUE;
		}
		advance(left_s > 0 ? left_s : 0);
		judge();
		if (is_mend) {
			set_clock(0);
			return WAKEUP_CLOCK;
		}
		if (happen(inputs, &ret))
			return ret;
	}
	return ret;
}

int __wrap_wakeup_wait(const struct wakeup_inputs *inputs, int watch_fd, uint32_t wait_s,
	enum wakeup *ret, struct err *err)
{
	(void)watch_fd;
	(void)err;
	if (world->is_new) {
		world->is_new = false;
		/* by a clock that is ahead the proof ends sooner, and the period is divided */
		world->has_slot = llabs(world->ahead_s) <= CLOCK_EXACT_S;
		world->due_boot_s = world->boot_s + until_slot_s();
	}
	judge();
	*ret = wait_until(inputs, world->boot_s + (wait_s ? wait_s : 1));
	world->was_woken = *ret != WAKEUP_DUE;
	return 0;
}

/* ---- rounds ---- */

static void try_second_service(void)
{
	pid_t pid = fork();
	int status = -1;
	struct err err;

	if (pid == 0)
		_exit(loop_run(&(struct loop_call){.root = root.path, .limit_s = 300, .settle_s = 1},
			      &err) < 0 &&
					err.code == ERR_SERVICE
				? 0
				: 1);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		broken(NULL, "a second service ran: %d", status);
}

static void order_renewal(void)
{
	if (!world->renew_s)
		world->renew_s = world->true_s + between(1, DAY_S);
}

static void read_certificate(void)
{
	world->round_cert_left_s = world->day.cert_end_s - wall_s();
	if (is_renewed_if_read() && world->day.cert_end_s - world->true_s < CERT_READ_S)
		order_renewal();
}

/* A full disk is no reason for a round; that it was full is one, once. */
static void judge_haste(void)
{
	static struct status status;
	bool is_full = world->full_s > world->true_s;
	struct err err;

	if (!world->has_slot || world->was_woken || world->boot_s >= world->due_boot_s)
		return;
	if (is_full ? world->was_verified
		    : world->round_s > world->full_s && read_status(&status, &err) == 0 &&
				starts(&status, "Healthy: "))
		broken(is_full ? NULL : &status, "the round is %" PRId64 " s early",
			world->due_boot_s - world->boot_s);
}

/* Whatever goes wrong, the provider is spared. */
static void judge_load(const struct round_result *round)
{
	int64_t *oldest = &world->asked_boot_s[world->asked % REQUESTS_MAX];

	if (world->was_woken || !round->exchange.tries)
		return;
	if (world->asked++ >= REQUESTS_MAX && world->boot_s - *oldest < HOUR_S)
		broken(NULL, "%d requests within %" PRId64 " s", REQUESTS_MAX + 1,
			world->boot_s - *oldest);
	*oldest = world->boot_s;
}

void __wrap_round_run(const struct round_inputs *inputs, struct round_result *ret)
{
	int64_t asked_boot_s = world->boot_s;
	struct years_day day = world->day;

	if (world->is_in_round)
		broken(NULL, "two rounds at once");
	judge();
	judge_haste();
	world->is_in_round = true;
	if (world->ended_by == SECOND_SERVICE)
		try_second_service();
	day.true_s = world->true_s;
	if (world->tpm_s <= world->true_s)
		day.tpm = ERR_OK;
	if (world->outage_s <= world->true_s) {
		day.way = ERR_OK;
		day.retry_after_s = 0;
	}
	years_round(&provider, inputs, &day, ret);
	judge_load(ret);
	advance(between(0, 20));
	world->had_tpm = ret->stage >= ROUND_COLLECTED;
	world->was_verified = ret->stage == ROUND_VERIFIED;
	if (world->had_tpm)
		read_certificate();
	if (ret->stage == ROUND_VERIFIED) {
		world->proof_boot = world->boot;
		world->proof_boot_s = asked_boot_s;
		world->proof_end_s = ret->token_expires_s;
		world->healthy++;
	} else if (ret->remote.health == HEALTH_UNHEALTHY) {
		world->proof_boot = 0;
	}
	world->rounds++;
	world->round_s = world->true_s;
	world->round_boot_s = world->boot_s;
	world->has_round = world->is_new = true;
	world->is_in_round = false;
}

enum cert_renewal __wrap_cert_renewal_resume(int state_fd, const struct round_inputs *round,
	char ret_trouble[CERT_RECORD_TROUBLE_SIZE], struct err *err)
{
	(void)state_fd;
	(void)round;
	(void)err;
	ret_trouble[0] = '\0';
	return CERT_RENEWAL_NONE;
}

enum cert_renewal __wrap_cert_renewal_run(
	int state_fd, const struct round_inputs *round, int64_t end_s, struct err *err)
{
	(void)state_fd;
	(void)err;
	if (end_s && end_s - round->now.wall_s < CERT_ASK_S && world->outage_s <= world->true_s)
		order_renewal();
	if (world->is_set_in_round)
		set_clock(0);
	world->is_set_in_round = false;
	return CERT_RENEWAL_NONE;
}

/* ---- runs of the service ---- */

static void write_id(const char *path, const char *id)
{
	root_write(&root, path, bytes_of_text(id));
}

static void make_vm(void)
{
	struct record service = {.home = "/home", .enabled_at_s = BEGIN_S - YEAR_S};
	auto_cleanup(fd) int state_fd = -1;
	struct err err;

	root = root_make();
	(void)text_format(service.environment.log_folder, ENVIRONMENT_PATH_SIZE, "/log");
	(void)text_format(service.environment.config_folder, ENVIRONMENT_PATH_SIZE, "/config");
	(void)text_format(service.environment.status_folder, ENVIRONMENT_PATH_SIZE, "/status");
	root_write(&root, "home/HandlerEnvironment.json", TEXT("{}"));
	root_write(&root, "config/0.settings", TEXT(SETTINGS("")));
	root_write(&root, "log/a", TEXT(""));
	root_write(&root, "status/a", TEXT(""));
	root_write(&root, "snapshot/a", TEXT(""));
	check_ok(dir_make(root.fd, STATE, 0700, &state_fd, &err), &err);
	check_ok(record_save(state_fd, &service, &err), &err);
}

static void name_vm(void)
{
	(void)snprintf(vm_id, sizeof(vm_id), "%08x-0000-4000-8000-%012" PRIx64, (unsigned)draw(),
		draw() & 0xffffffffffff);
	write_id(VM_ID_FILE, vm_id);
}

static void begin_boot(bool is_bad)
{
	char boot_id[BOOT_ID_SIZE];

	world->boot++;
	(void)text_format(boot_id, sizeof(boot_id), "%08u-0000-4000-8000-000000000000", world->boot);
	write_id(BOOT_ID_FILE, boot_id);
	world->boot_s = between(1, draw() % 4 ? 40 : HOUR_S);
	world->day.is_bad = is_bad;
	set_clock(draw() % 8 ? 0 : wrong_clock());
}

static void check_stopped_status(void)
{
	static struct status status;
	struct err err;

	if (read_status(&status, &err) == 0 && status.state == STATUS_SUCCESS)
		broken(&status, "success after an orderly stop");
}

/* Nothing runs: whatever the files say, the VM is not Healthy. */
static void check_nothing_runs(void)
{
	static struct result result;
	static struct record service;
	auto_cleanup(fd) int state_fd = -1;
	struct err err;

	if (enabled_find(root.fd, &state_fd, &service, &err) < 0) {
		/* on a full disk the state stays that of the VM that this one was made of */
		if (err.code != ERR_NOT_ENABLED || world->full_s <= world->true_s)
			broken(NULL, "%s", err.msg);
		return;
	}
	if (result_read(&(struct result_inputs){.root_fd = root.fd,
				.state_fd = state_fd,
				.service = &service,
				.period_s = PERIOD_S,
				.now = __wrap_clock_read()},
		    &result, &err) == 0 &&
		result.health == HEALTH_HEALTHY)
		broken(&result.status, "Healthy by a service that does not run");
}

/* The history of changes is whole, and this VM's own. */
static void check_chronicle(void)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	auto_cleanup(fd) int state_fd = -1;
	char fault[CHRONICLE_FAULT_SIZE];
	struct err err;

	check_ok(dir_make(root.fd, STATE, 0700, &state_fd, &err), &err);
	check_ok(chronicle_new(&chronicle, &err), &err);
	if (chronicle_load(state_fd, chronicle, &err) != STATE_LOADED)
		return;
	if (chronicle_fault(chronicle, NULL, 0, fault))
		broken(NULL, "chronicle: %s", fault);
	for (size_t i = 0; i < chronicle->count && world->has_round; i++)
		if (strtoul(chronicle->entries[i].boot_id, NULL, 10) < world->first_boot)
			broken(NULL, "another VM's entry: %s", chronicle->entries[i].text);
}

/* One process of the service, from its start to its end. */
static void run_service(void)
{
	const struct loop_call call = {
		.root = root.path, .limit_s = 300, .settle_s = 1, .version = "1.0"};
	int status = -1;
	struct err err;
	pid_t pid;

	world->has_round = world->has_slot = world->is_in_round = world->was_woken = false;
	world->quiet_since_s = world->true_s;
	world->cut_after = 0;
	world->asked = 0;
	world->ended_by = NOTHING;
	pid = fork();
	if (pid == 0) {
		is_service = true;
		(void)!freopen("/dev/null", "we", stderr);
		_exit(loop_run(&call, &err) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == FAILED)
		fail_msg("a rule was broken, or the service crashed: %d", status);
	if (WEXITSTATUS(status) != 0 && world->full_s + MINUTE_S < world->true_s)
		broken(NULL, "the service ended by itself after %s", names[world->ended_by]);
}

static void begin_next_run(enum what what)
{
	bool is_same_boot = what == NOTHING || what == SERVICE_KILLED || what == SERVICE_STOPPED ||
			    (what == CUT_IN_WRITE && draw() % 2);

	if (is_same_boot) {
		advance(between(1, 2 * MINUTE_S)); /* systemd starts it again */
		return;
	}
	world->true_s += what == LONG_OFF ? between(HOUR_S, draw() % 4 ? DAY_S : 120 * DAY_S)
					  : between(10, HOUR_S);
	take_renewal();
	if (what == RESTORE)
		copy_state(snapshot(), root.path);
	begin_boot(what == BAD_BOOT);
	if (what == RESTORE || what == CLONE)
		world->has_snapshot = false;
	if (what == CLONE) {
		name_vm();
		world->first_boot = world->boot;
	}
}

static void the_status_is_true_and_nothing_is_late(void **state)
{
	int64_t end_s = BEGIN_S + (int64_t)days * DAY_S;

	(void)state;
	world->random = seed * 0x9E3779B97F4A7C15ULL + 1;
	world->true_s = BEGIN_S;
	world->day.cert_end_s = BEGIN_S + between(91, 200) * DAY_S;
	world->next_s = BEGIN_S + DAY_S;
	make_vm();
	name_vm();
	begin_boot(false);
	while (world->true_s < end_s) {
		run_service();
		if (world->ended_by == REBOOT || world->ended_by == SERVICE_STOPPED ||
			world->ended_by == BAD_BOOT)
			check_stopped_status();
		check_nothing_runs();
		check_chronicle();
		begin_next_run(world->ended_by);
	}
	print_message("%d days, seed %" PRIu64 ": %u rounds, %u of them Healthy, %u boots", days,
		seed, world->rounds, world->healthy, world->boot);
	for (enum what what = REBOOT; what < WHAT_COUNT; what++)
		print_message(", %s %u", names[what], world->counts[what]);
	print_message("\n");
	assert_true(world->rounds > world->on_s / LONGEST_S && world->healthy > 0);
	root_cleanup(&root);
}

/* ---- scenes ---- */

static void begin_scene(enum what (*scene)(unsigned step))
{
	memset(world, 0, sizeof(*world));
	world->random = 1;
	world->true_s = BEGIN_S;
	world->day.cert_end_s = BEGIN_S + YEAR_S;
	world->next_s = BEGIN_S + HOUR_S;
	make_vm();
	name_vm();
	begin_boot(false);
	set_clock(0);
	world->scene = scene;
}

static void stop_reaching(enum err_code way)
{
	world->outage_s = BEGIN_S + YEAR_S;
	world->day.way = way;
}

/* The provider refuses the boot, and cannot be reached afterwards; neither can be recorded. */
static enum what an_answer_that_is_not_saved(unsigned step)
{
	world->full_s = BEGIN_S + YEAR_S;
	world->has_room_for_status = true;
	world->next_s = world->true_s + 10 * MINUTE_S;
	stop_reaching(step ? ERR_CONNECT_TIMEOUT : ERR_POLICY_DENIED);
	return step < 2 ? REQUEST : SERVICE_KILLED;
}

static enum what a_boot_on_a_full_disk(unsigned step)
{
	world->full_s = BEGIN_S + YEAR_S;
	world->next_s = world->true_s + 5 * HOUR_S;
	stop_reaching(ERR_CONNECT_TIMEOUT);
	return step ? SERVICE_KILLED : POWER_CUT;
}

static enum what a_disk_that_is_nearly_full(unsigned step)
{
	world->is_tight = true;
	world->next_s = world->true_s + 5 * HOUR_S;
	return step ? SERVICE_KILLED : REQUEST;
}

/* The answer is gone when there is room again. */
static enum what an_incident_that_is_not_recorded(unsigned step)
{
	if (step == 0)
		world->full_s = world->true_s + 15 * MINUTE_S;
	world->next_s = world->true_s + 10 * MINUTE_S;
	world->outage_s = step ? 0 : BEGIN_S + YEAR_S;
	world->day.way = ERR_POLICY_DENIED;
	return step < 3 ? REQUEST : SERVICE_KILLED;
}

static enum what a_clock_that_is_set_in_a_round(unsigned step)
{
	if (step == 0)
		world->ahead_s = -200;
	world->is_set_in_round = step == 0;
	world->next_s = world->true_s + 5 * HOUR_S;
	return step ? SERVICE_KILLED : REQUEST;
}

/* The VM sleeps through the slot, in a minute after which the disk is tried. */
static enum what a_sleep_while_the_disk_is_full(unsigned step)
{
	world->full_s = BEGIN_S + YEAR_S;
	if (step == 1)
		advance(6 * HOUR_S);
	if (step == 2 && world->rounds < 3)
		broken(NULL, "no round after the sleep");
	world->next_s = world->true_s + 10 * MINUTE_S;
	return step == 0 ? REQUEST : step == 1 ? SNAPSHOT : SERVICE_KILLED;
}

/* By ten seconds, every ten minutes. */
static enum what a_clock_that_is_set_while_suppressed(unsigned step)
{
	if (step == 0) {
		root_write(&root, "config/0.settings",
			TEXT(SETTINGS(
				",\"suppress\":{\"until\":\"2027-01-20T00:00:00Z\",\"reason\":\"r\"}")));
		world->day.is_bad = true;
		world->next_s = world->true_s + MINUTE_S;
		return SERVICE_STOPPED;
	}
	set_clock(world->ahead_s + 10);
	world->mend_s = 0;
	world->next_s = world->true_s + 10 * MINUTE_S;
	if (world->rounds > 2)
		broken(NULL, "%u rounds within %u steps", world->rounds, step);
	return step < 10 ? CLOCK_SET : SERVICE_KILLED;
}

static size_t count_incidents(void)
{
	auto_cleanup(chronicle) struct chronicle *chronicle = NULL;
	auto_cleanup(fd) int state_fd = -1;
	struct err err;

	check_ok(dir_make(root.fd, STATE, 0700, &state_fd, &err), &err);
	check_ok(chronicle_new(&chronicle, &err), &err);
	assert_int_equal(chronicle_load(state_fd, chronicle, &err), STATE_LOADED);
	return chronicle->open_count;
}

/* What the disk did not take counts as if it had; and what the years seldom meet. */
static void full_disks_and_clocks_make_nothing_untrue_and_no_haste(void **state)
{
	static const struct {
		enum what (*scene)(unsigned step);
		size_t incidents;
	} rows[] = {{an_answer_that_is_not_saved, 0}, {a_boot_on_a_full_disk, 0},
		{a_disk_that_is_nearly_full, 0}, {an_incident_that_is_not_recorded, 1},
		{a_clock_that_is_set_in_a_round, 0}, {a_sleep_while_the_disk_is_full, 0},
		{a_clock_that_is_set_while_suppressed, 1}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin_scene(rows[i].scene);
		while (world->ended_by != SERVICE_KILLED) {
			run_service();
			begin_next_run(world->ended_by);
		}
		if (count_incidents() != rows[i].incidents)
			fail_msg("scene %zu: %zu incidents", i, count_incidents());
		root_cleanup(&root);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_is_true_and_nothing_is_late),
		cmocka_unit_test(full_disks_and_clocks_make_nothing_untrue_and_no_haste),
	};
	int status;

	if (argc > 1)
		days = (int)strtol(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	complaints = dup(STDERR_FILENO);
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (world == MAP_FAILED)
		return 1;
	years_provider_open(&provider);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	years_provider_close(&provider);
	return status;
}

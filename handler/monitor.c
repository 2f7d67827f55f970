/* monitor - the service: attests at its start and whenever it is due, and keeps N.status true.
 * Usage: monitor [--root DIR] [--alone] [--limit SECONDS]. Started by enable (or at boot by its unit); everything else is in service.json.
 *   --alone   there is no systemd: nobody starts it anew if it ends by mistake
 *   --limit   how long a round may take before it counts as hung (default: 300)
 *
 * Between rounds it sleeps (agent/wakeup.h): until the next round, until its package's folder is deleted, which is how the guest agent
 * drops an extension without a word, until its lock file is no longer the one in the state folder, or until it is to stop. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "agent/pending.h"
#include "agent/wakeup.h"
#include "base/clock.h"
#include "base/file.h"
#include "monitor/attempt.h"
#include "monitor/enabled.h"
#include "monitor/hang.h"
#include "monitor/lapse.h"
#include "monitor/report.h"
#include "monitor/round.h"
#include "monitor/schedule.h"
#include "shared/tell.h"

#define TROUBLE_WAIT_S 60 /* after a round that could not be recorded */
#define END_WAIT_S     2  /* in which an enable that comes meanwhile has its own service running */
#define STOP_LOOK_S    2  /* of the 5 that its unit gives it to stop */

/* A minute on the network, a TPM that is slow all the time, eight alerts, and kernels to be digested on a slow disk. */
#define ROUND_LIMIT_S 300
#define DISKS_LIMIT_S 600

/* How it was called. */
struct call {
	const char *root;
	char **argv;
	bool is_alone;
	uint32_t limit_s;
};

struct monitor {
	const struct call *call;
	int root_fd, state_fd, lock_fd, watch_fd;
	struct service service;
	bool has_settings;
	struct settings settings;
	struct attempt attempt; /* views of the above */
	char boot_id[HISTORY_BOOT_SIZE];
	bool was_unhealthy;   /* this boot; its history may not have been saved */
	uint32_t failures;    /* rounds in a row without an answer; a boot or new settings begin anew */
	struct status status; /* as reported last */
	uint32_t lapse_s;     /* when that holds no more, counted from its report; 0: with the next round */
};

static void monitor_cleanup(struct monitor *monitor)
{
	settings_done(&monitor->settings);
}

static int open_monitor(const char *root, struct monitor *ret, struct err *err)
{
	enum state_found found;

	if (dir_open(root, &ret->root_fd, err) < 0 ||
		service_open_state(ret->root_fd, false, &ret->state_fd, err) < 0 ||
		service_lock_pid(ret->state_fd, &ret->lock_fd, err) < 0)
		return -1;
	ret->attempt = (struct attempt){
		ret->root_fd, ret->state_fd, &ret->service, &ret->settings, ret->boot_id, VERSION};
	found = service_take(ret->state_fd, &ret->service, err);
	if (found == STATE_ABSENT)
		return err_set(err, ERR_NOT_ENABLED, 0, "There is no '%s'.", SERVICE_FILE);
	return found == STATE_LOADED ? 0 : -1;
}

static int write_status(
	const struct monitor *monitor, const struct status *status, int64_t now_s, struct err *err)
{
	auto_cleanup(fd) int folder = -1;

	if (service_open_folder(monitor->root_fd, monitor->service.environment.status_folder, &folder, err) <
		0)
		return -1;
	return status_write(folder, monitor->service.environment.sequence, status, now_s, err);
}

static void monitor_tell(const struct monitor *monitor, enum log_level level, const char *text)
{
	tell(monitor->root_fd, &monitor->service, level, text);
}

static void monitor_tell_err(const struct monitor *monitor, const struct err *err)
{
	tell_err(monitor->root_fd, &monitor->service, err);
}

static enum service_end find_end(const struct monitor *monitor)
{
	return service_find_end(monitor->root_fd, &monitor->service, monitor->lock_fd);
}

/* What a round needs of it, drawn before it: afterwards nothing may fail for want of it. */
struct randomness {
	uint8_t attempt[20], schedule[4], alert[ALERT_RANDOM_SIZE];
};

static struct moment this_moment(const struct monitor *monitor)
{
	return (struct moment){.boot_id = monitor->boot_id, .time = clock_read()};
}

static void compare_boot(const struct monitor *monitor, const struct history *history,
	struct round_result *round, struct change *ret)
{
	bool may_learn = !monitor->was_unhealthy && history_trusts_boot(history, monitor->boot_id);

	attempt_compare(&monitor->attempt, may_learn, history->baseline_s, clock_now_s(), round, ret);
	if (ret->is_news)
		monitor_tell(monitor, ret->is_lost ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, ret->text);
}

static uint32_t find_wait(
	const struct monitor *monitor, const struct randomness *random, const struct report_inputs *report)
{
	uint32_t proof_left_s;

	(void)proof_judge(&report->history->proof, &report->now, &proof_left_s);
	return schedule_wait_s(&(struct schedule_inputs){.verdict = report->round->verdict,
		.failures = monitor->failures,
		.period_s = monitor->settings.period_s,
		.retry_after_s = report->round->retry_after_s,
		.budget_left_s = history_budget_left_s(report->history, &report->now),
		.proof_left_s = proof_left_s,
		.random = round_random(random->schedule)});
}

/* The status stands already, so that nobody waits for a receiver; what was not told is added to it. */
static void tell_alerts(const struct monitor *monitor, const struct randomness *random,
	const struct report_inputs *report, struct status *status)
{
	struct status told;
	size_t sent = 0;
	struct err err;

	if (attempt_alerts(&monitor->attempt, report, status->state, random->alert, &sent, &err) == 0)
		err.code = ERR_OK;
	if (sent)
		monitor_tell(monitor, LOG_LEVEL_NOTICE, "the change of health was told to alertWebhook.");
	if (err.code == ERR_OK)
		return;
	told = status_of_err("", &err);
	monitor_tell(monitor, LOG_LEVEL_WARNING, told.message);
	status_add(status, "Alerts", STATUS_WARNING, (int)err.code, told.message);
	if (write_status(monitor, status, clock_now_s(), &err) < 0)
		monitor_tell_err(monitor, &err);
}

/* A history that is damaged is begun anew, in words; one that cannot be read is not known, and then nothing can be said. */
static int load_history(const struct monitor *monitor, struct history *ret, struct err *err)
{
	enum state_found found = history_take(monitor->state_fd, monitor->boot_id, ret, err);

	if (found == STATE_DAMAGED)
		monitor_tell_err(monitor, err);
	return found == STATE_UNREADABLE ? -1 : 0;
}

/* What a round leaves for the next one. That it could not be kept changes no verdict; the status says it. */
static int keep_history(
	const struct monitor *monitor, const struct history *history, struct status *status, struct err *err)
{
	struct status told;

	if (history_save(monitor->state_fd, history, err) == 0)
		return 0;
	told = status_of_err("", err);
	status_add(status, "State", STATUS_WARNING, (int)err->code, told.message);
	return -1;
}

/* What is remembered of the round that began at `started`, and how it counts from now on. */
static void remember_round(struct monitor *monitor, const struct moment *started,
	const struct report_inputs *report, struct history *history)
{
	const struct round_result *round = report->round;
	const struct proof proof = proof_of_token(started, round->token_issued_s, round->token_expires_s);

	*history = history_after(
		history, &(struct history_round){.health = round->verdict.health,
				 .provider = monitor->settings.endpoint[0] ? monitor->settings.endpoint
									   : round->provider,
				 .proof = &proof,
				 .enabled_at_s = report->enabled_at_s,
				 .now = report->now});
	history->baseline_s = report->change->baseline_s;
	monitor->was_unhealthy |= round->verdict.health == HEALTH_UNHEALTHY;
	monitor->failures = round->verdict.health == HEALTH_UNKNOWN ? monitor->failures + 1 : 0;
}

/* One attestation and its report; ret_wait_s: until the next. -1: there is no report of it. */
static int attest_once(struct monitor *monitor, uint32_t *ret_wait_s, struct err *err)
{
	int64_t started_ms = clock_monotonic_ms();
	const struct moment started = this_moment(monitor);
	struct status *status = &monitor->status;
	struct randomness random;
	struct history history;
	struct change change;
	struct err untold;
	auto_cleanup(round_result) struct round_result round = {0};
	struct report_inputs report = {.round = &round,
		.history = &history,
		.settings = &monitor->settings,
		.change = &change,
		.enabled_at_s = monitor->service.enabled_at_s};

	monitor->lapse_s = 0;
	if (load_history(monitor, &history, err) < 0 ||
		crypto_random((uint8_t *)&random, sizeof(random), err) < 0)
		return -1;
	attempt_round(&monitor->attempt, random.attempt, started.time.wall_s, &round);
	compare_boot(monitor, &history, &round, &change);
	tell_outcome(monitor->root_fd, &monitor->service, &round.verdict, started_ms);
	report.now = this_moment(monitor);
	remember_round(monitor, &started, &report, &history);
	*ret_wait_s = report.wait_s = find_wait(monitor, &random, &report);
	if (find_end(monitor) != SERVICE_GOES_ON)
		return 0; /* another service, or nobody, reports from now on */
	report_status(&report, status);
	monitor->lapse_s = lapse_left_s(status->state, round.verdict.health, &history, &report.now);
	log_line(status->state == STATUS_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "%s", status->message);
	if (keep_history(monitor, &history, status, &untold) < 0) {
		monitor_tell_err(monitor, &untold);
		*ret_wait_s = TROUBLE_WAIT_S;
	}
	if (write_status(monitor, status, report.now.time.wall_s, err) < 0)
		return -1;
	tell_alerts(monitor, &random, &report, status);
	return 0;
}

static void monitor_report_err(const struct monitor *monitor, const struct err *err)
{
	struct status status = status_of_err("Enable", err);
	struct err second;

	monitor_tell_err(monitor, err);
	status_add(&status, STATUS_HEALTH_ITEM, STATUS_WARNING, (int)err->code, status.message);
	if (write_status(monitor, &status, clock_now_s(), &second) < 0)
		monitor_tell_err(monitor, &second);
}

/* For the next restart: what changed by then can be told from what was there before. Trouble with it is told and is no attestation's. */
static void remember_disks(const struct monitor *monitor)
{
	const struct pending_round round = {.root_fd = monitor->root_fd,
		.state_fd = monitor->state_fd,
		.boot_id = monitor->boot_id,
		.now_s = clock_now_s()};
	auto_cleanup(pending) struct pending pending = {0};
	struct err err;

	if (pending_run(&round, &pending, &err) < 0)
		monitor_tell_err(monitor, &err);
	else if (pending.was_damaged)
		monitor_tell(monitor, LOG_LEVEL_WARNING,
			PENDING_FILE " was damaged and is set aside: what was there before is not known.");
}

static _Noreturn void give_up(int signal)
{
	(void)signal;
	_exit(0);
}

/* An update that came since the last round was there before the restart, if this is one. It takes some milliseconds, or a second where
 * an initrd is to be digested; nobody who stops the service waits longer for it than that. */
static void remember_before_stop(const struct monitor *monitor)
{
	const struct sigaction action = {.sa_handler = give_up};

	if (find_end(monitor) != SERVICE_GOES_ON || sigaction(SIGALRM, &action, NULL) < 0)
		return;
	(void)alarm(STOP_LOOK_S);
	remember_disks(monitor);
}

/* A success of an earlier boot, or one whose proof ended while no service ran, does not stand until the first round's end. */
static void drop_old_success(struct monitor *monitor)
{
	auto_cleanup(fd) int folder = -1;
	const struct environment *environment = &monitor->service.environment;
	const struct moment now = this_moment(monitor);
	struct history history = {0};
	int64_t written_s;
	struct err err;

	if (service_open_folder(monitor->root_fd, environment->status_folder, &folder, &err) < 0 ||
		status_read(folder, environment->sequence, &monitor->status, &written_s, &err) < 0)
		return; /* there is none that could say anything */
	if (enabled_read_history(monitor->state_fd, &history, &err) < 0)
		history = (struct history){0};
	if (lapse_at_start(&monitor->status, &history, &now, &monitor->status) &&
		write_status(monitor, &monitor->status, now.time.wall_s, &err) < 0)
		monitor_tell_err(monitor, &err);
}

static void tell_lapse(struct monitor *monitor)
{
	struct err err;

	lapse_status(&monitor->status);
	log_line(LOG_LEVEL_ERROR, "%s", monitor->status.message);
	if (write_status(monitor, &monitor->status, clock_now_s(), &err) < 0)
		monitor_tell_err(monitor, &err);
}

static struct wakeup_inputs wakeup_inputs_of(const struct monitor *monitor)
{
	return (struct wakeup_inputs){.root_fd = monitor->root_fd,
		.state_fd = monitor->state_fd,
		.service = &monitor->service,
		.lock_fd = monitor->lock_fd};
}

/* What a round needs and the first one could not have. */
static int prepare(struct monitor *monitor, struct err *err)
{
	const struct wakeup_inputs inputs = wakeup_inputs_of(monitor);
	const struct settings *settings = &monitor->settings;

	if (!monitor->boot_id[0])
		enabled_read_boot_id(monitor->root_fd, monitor->boot_id);
	if (monitor->watch_fd < 0 && wakeup_watch(&inputs, &monitor->watch_fd, err) < 0)
		return -1;
	if (monitor->has_settings)
		return 0;
	if (enabled_read_settings(monitor->root_fd, &monitor->service.environment, &monitor->settings, err) <
		0)
		return -1;
	monitor->has_settings = true;
	for (size_t i = 0; i < settings->warning_count && i < SETTINGS_MAX_WARNINGS; i++)
		monitor_tell(monitor, LOG_LEVEL_WARNING, settings->warnings[i]);
	return 0;
}

/* Until the next round is due; a status that holds no more is taken back in between. */
static int wait_for_round(struct monitor *monitor, uint32_t wait_s, enum wakeup *ret, struct err *err)
{
	const struct wakeup_inputs inputs = wakeup_inputs_of(monitor);

	if (monitor->lapse_s && monitor->lapse_s < wait_s) {
		if (wakeup_wait(&inputs, monitor->watch_fd, monitor->lapse_s, ret, err) < 0)
			return -1;
		if (*ret != WAKEUP_DUE)
			return 0;
		tell_lapse(monitor);
		wait_s -= monitor->lapse_s;
	}
	return wakeup_wait(&inputs, monitor->watch_fd, wait_s, ret, err);
}

/* Without a timer nothing wakes but a signal, which ends the process. */
static enum wakeup wait_for_next(struct monitor *monitor, uint32_t wait_s)
{
	enum wakeup wakeup = WAKEUP_DUE;
	struct err err;

	if (wait_for_round(monitor, wait_s, &wakeup, &err) == 0)
		return wakeup;
	monitor_report_err(monitor, &err);
	(void)sleep(TROUBLE_WAIT_S);
	return WAKEUP_DUE;
}

/* The last word of a service that no command would find: its status must not stand for ever. */
static int end(const struct monitor *monitor, enum service_end why, struct err *err)
{
	if (why == SERVICE_REMOVED) {
		monitor_tell(monitor, LOG_LEVEL_NOTICE, "the extension was removed; the service ends.");
		return 0;
	}
	(void)sleep(END_WAIT_S); /* another one may be starting: its status stays */
	why = find_end(monitor);
	err_fill(err, ERR_SERVICE, 0, "The service ended: its lock file /%s/%s was %s", SERVICE_STATE_FOLDER,
		SERVICE_PID_FILE, why == SERVICE_UNLOCKED ? "removed." : "replaced by another service's.");
	(why == SERVICE_UNLOCKED ? monitor_report_err : monitor_tell_err)(monitor, err);
	return -1;
}

/* systemd starts it anew. Without it, it becomes a new process itself; the lock stays its own by the descriptor that detach.c left open. */
static void end_hung(void *context)
{
	const struct monitor *monitor = context;
	sigset_t none;

	(void)sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL); /* which exec passes on */
	if (monitor->call->is_alone)
		(void)execv(monitor->call->argv[0], monitor->call->argv);
	_exit(1);
}

static int attest_watched(struct monitor *monitor, uint32_t *ret_wait_s, struct err *err)
{
	auto_cleanup(hang) struct hang hang = {.folder_fd = -1};

	if (hang_watch(&(struct hang_inputs){.root_fd = monitor->root_fd,
			       .service = &monitor->service,
			       .now_s = clock_now_s(),
			       .limit_s = monitor->call->limit_s,
			       .end = end_hung,
			       .context = monitor},
		    &hang, err) < 0)
		return -1;
	return attest_once(monitor, ret_wait_s, err);
}

/* The status is of a round that has ended, and stays. */
static void remember_disks_watched(struct monitor *monitor)
{
	auto_cleanup(watchdog) struct watchdog *watchdog = NULL;
	struct err err;

	if (watchdog_arm(DISKS_LIMIT_S, end_hung, monitor, &watchdog, &err) < 0)
		monitor_tell_err(monitor, &err);
	else
		remember_disks(monitor);
}

/* -1: no other round could do better, and the status says why. Whatever else fails is in the status, too, and tried again. */
static int round_once(struct monitor *monitor, uint32_t *ret_wait_s, struct err *err)
{
	if (prepare(monitor, err) < 0 || attest_watched(monitor, ret_wait_s, err) < 0) {
		if (find_end(monitor) == SERVICE_GOES_ON)
			monitor_report_err(monitor, err);
		*ret_wait_s = TROUBLE_WAIT_S; /* e.g. the disk is full: that passes */
		monitor->lapse_s = 0;
		if (!err_info(err->code)->retry)
			return -1;
	}
	if (find_end(monitor) == SERVICE_GOES_ON)
		remember_disks_watched(monitor);
	return 0;
}

static int run(const struct call *call, struct err *err)
{
	auto_cleanup(monitor) struct monitor monitor = {
		.call = call, .root_fd = -1, .state_fd = -1, .lock_fd = -1, .watch_fd = -1};
	enum service_end why;
	uint32_t wait_s;

	if (open_monitor(call->root, &monitor, err) < 0)
		return -1;
	enabled_read_boot_id(monitor.root_fd, monitor.boot_id);
	drop_old_success(&monitor);
	for (;;) {
		why = find_end(&monitor);
		if (why != SERVICE_GOES_ON)
			return end(&monitor, why, err);
		if (round_once(&monitor, &wait_s, err) < 0)
			return -1;
		if (wait_for_next(&monitor, wait_s) == WAKEUP_STOP)
			break;
	}
	remember_before_stop(&monitor);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"root", required_argument, NULL, 'r'},
		{"alone", no_argument, NULL, 'a'}, {"limit", required_argument, NULL, 'l'}, {0}};
	struct call call = {.root = "/", .argv = argv, .limit_s = ROUND_LIMIT_S};
	struct err err;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			call.root = optarg;
		else if (option == 'a')
			call.is_alone = true;
		else if (option == 'l')
			call.limit_s = (uint32_t)strtoul(optarg, NULL, 10);
		else
			return 64;
	}
	if (optind != argc || call.limit_s == 0)
		return 64;
	(void)umask(077);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* session keys pass through memory: no core files */
	if (run(&call, &err) == 0)
		return 0;
	log_err(LOG_LEVEL_ERROR, &err);
	return err_info(err.code)->exit_code;
}

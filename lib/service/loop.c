#include "service/loop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "base/boot_id.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/vm_id.h"
#include "base/watchdog.h"
#include "edge/crypto.h"
#include "memory/enabled.h"
#include "memory/lapse.h"
#include "memory/owner.h"
#include "service/hang.h"
#include "service/loop_parts.h"
#include "service/remedy.h"
#include "service/schedule.h"
#include "service/wakeup.h"
#include "setup/process.h"

#define END_WAIT_S      2 /* enough for a concurrent enable to start its own service */
#define STOP_LOOK_S     2 /* of the 5 s in which its unit must stop */
#define ENABLING_S      60 /* enable has just started the service */
#define DISKS_LIMIT_S   600 /* enough to digest kernels on a slow disk */
#define RENEWAL_LIMIT_S 300 /* enough for its minute and a round on the network, and a slow TPM */

static void loop_cleanup(struct loop **loop)
{
	if (*loop) {
		settings_done(&(*loop)->settings);
		keys_kept_done(&(*loop)->keys);
	}
	free(*loop);
}

/* A VM without an ID has a place of its own as long as the service runs. */
static int find_phase(struct loop *loop, struct err *err)
{
	char vm_id[VM_ID_SIZE];

	vm_id_read(loop->root_fd, vm_id);
	if (!vm_id[0])
		return crypto_random(
			(uint8_t *)&loop->attempt.phase, sizeof(loop->attempt.phase), err);
	loop->attempt.phase = schedule_phase(vm_id);
	return 0;
}

static int open_loop(struct loop *ret, bool is_ending, struct err *err)
{
	enum state_found found;

	if (dir_open(ret->call->root, &ret->root_fd, err) < 0 ||
		state_open_folder(ret->root_fd, false, &ret->state_fd, err) < 0 ||
		running_lock_pid(ret->state_fd, is_ending, &ret->lock_fd, err) < 0)
		return -1;
	ret->attempt = (struct attempt){.root_fd = ret->root_fd,
		.state_fd = ret->state_fd,
		.service = &ret->service,
		.settings = &ret->settings,
		.boot_id = ret->boot_id,
		.version = ret->call->version,
		.keys = &ret->keys};
	found = record_take(ret->state_fd, &ret->service, err);
	if (found == STATE_ABSENT)
		return err_set(err, ERR_NOT_ENABLED, 0, "There is no '%s'.", RECORD_FILE);
	if (found != STATE_LOADED)
		return -1;
	removal_find_parent(ret->root_fd, ret->service.home, &ret->package_parent);
	boot_id_read(ret->root_fd, ret->boot_id);
	return 0;
}

static int new_loop(const struct loop_call *call, bool is_ending, struct loop **ret, struct err *err)
{
	auto_cleanup(loop) struct loop *loop = malloc(sizeof(*loop));

	if (!loop)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the service.");
	*loop = (struct loop){.call = call,
		.root_fd = -1,
		.state_fd = -1,
		.lock_fd = -1,
		.watch_fd = -1,
		.remedy_fd = -1,
		.disks.fd = -1};
	if (open_loop(loop, is_ending, err) < 0)
		return -1;
	*ret = loop;
	loop = NULL;
	return 0;
}

static void report_err(struct loop *loop, const struct err *err)
{
	struct status *status = &loop->status;

	status_of_err("Enable", err, status);
	loop_log_err(loop, err);
	status_add(status, STATUS_HEALTH_ITEM, STATUS_WARNING, (int)err->code, status->message);
	loop_put_status(loop, status);
}

/* A failure is logged and does not affect attestation. */
void loop_look(const struct loop *loop, struct outlook *ret)
{
	const struct outlook_inputs inputs = {.root_fd = loop->root_fd,
		.state_fd = loop->state_fd,
		.boot_id = loop->boot_id,
		.now_s = clock_now_s()};
	struct err err;

	if (outlook_look(&inputs, ret, &err) < 0)
		loop_log_err(loop, &err);
	if (ret->was_damaged)
		loop_log(loop, LOG_LEVEL_WARNING,
			"pending.json was damaged and is set aside: what was there before is not known.");
}

static _Noreturn void exit_on_alarm(int signal)
{
	(void)signal;
	_exit(0);
}

/* At SIGTERM. Records the boot files once more, because an update may have been installed since the
 * last round and this stop may be a restart of the machine. It takes some milliseconds, or a second
 * to digest an initrd; SIGALRM ends it after STOP_LOOK_S. */
static void end_as_asked(struct loop *loop)
{
	const struct sigaction action = {.sa_handler = exit_on_alarm};
	struct outlook outlook;

	running_begin_end(loop->lock_fd);
	loop_report_stop(loop);
	if (loop_find_end(loop) != RUNNING_GOES_ON || sigaction(SIGALRM, &action, NULL) < 0)
		return;
	(void)alarm(STOP_LOOK_S);
	loop_look(loop, &outlook);
}

struct wakeup_inputs loop_wakeup_inputs(struct loop *loop)
{
	return (struct wakeup_inputs){.root_fd = loop->root_fd,
		.state_fd = loop->state_fd,
		.service = &loop->service,
		.lock_fd = loop->lock_fd,
		.met_id = loop->met_id,
		.disks = &loop->disks,
		.remedy_fd = loop->remedy_fd};
}

/* Other programs of root may have used up what the kernel has for watching (inotify(7)). Then the
 * loop looks before each round only, which is no reason not to attest. */
static void watch_for_end(struct loop *loop)
{
	const struct wakeup_inputs inputs = loop_wakeup_inputs(loop);
	struct err err;

	if (loop->watch_fd < 0 && wakeup_watch(&inputs, &loop->watch_fd, &err) < 0)
		loop_log_err(loop, &err);
}

/* Gets what a round needs and earlier rounds could not get. */
static int get_ready(struct loop *loop, struct err *err)
{
	const struct settings *settings = &loop->settings;

	if (!loop->boot_id[0])
		boot_id_read(loop->root_fd, loop->boot_id);
	watch_for_end(loop);
	if (loop->has_settings)
		return 0;
	if (enabled_read_settings(loop->root_fd, &loop->service.environment, &loop->settings, err) < 0)
		return -1;
	loop->has_settings = true;
	for (size_t i = 0; i < settings->warning_count && i < SETTINGS_MAX_WARNINGS; i++)
		loop_log(loop, LOG_LEVEL_WARNING, settings->warnings[i]);
	return 0;
}

/* systemd restarts a service that hangs. Without systemd, the process executes its program anew. */
static void end_hung(void *context)
{
	const struct loop *loop = context;

	if (loop->call->is_alone)
		process_exec(loop->lock_fd, loop->call->argv);
	_exit(1);
}

static void end_stopped(void *context)
{
	const struct loop *loop = context;

	running_begin_end(loop->lock_fd);
	process_exec(loop->lock_fd, loop->call->stop_argv);
	_exit(0);
}

static struct watchdog_acts watchdog_acts(struct loop *loop)
{
	return (struct watchdog_acts){end_hung, loop, end_stopped, loop};
}

/* Without a watchdog nothing is done that may hang; why there is none is logged. */
static bool watch_work(struct loop *loop, uint32_t limit_s, struct watchdog **ret)
{
	const struct watchdog_acts acts = watchdog_acts(loop);
	struct err err;

	if (watchdog_arm(limit_s, &acts, ret, &err) == 0)
		return true;
	loop_log_err(loop, &err);
	return false;
}

/* Watches the boot files from now on; changes until the look are part of it. */
static void watch_disks(struct loop *loop)
{
	struct err err;

	fd_cleanup(&loop->disks.fd);
	loop->disks =
		(struct quiet){.times = QUIET_TIMES, .fd = -1, .looked_ms = clock_monotonic_ms()};
	if (comparison_watch_boot_files(loop->root_fd, &loop->disks.fd, &err) < 0)
		loop_log_err(loop, &err);
}

/* The watchdog ends a look that hangs. The status stays, because its round has ended. */
void loop_look_at_disks(struct loop *loop, struct outlook *ret)
{
	auto_cleanup(watchdog) struct watchdog *watchdog = NULL;

	*ret = (struct outlook){0};
	watch_disks(loop);
	if (watch_work(loop, DISKS_LIMIT_S, &watchdog))
		loop_look(loop, ret);
}

void loop_send_held_alerts(struct loop *loop)
{
	auto_cleanup(watchdog) struct watchdog *watchdog = NULL;

	if (watch_work(loop, LOOP_ROUND_LIMIT_S, &watchdog) && loop_find_end(loop) == RUNNING_GOES_ON)
		loop_send_alerts(loop, NULL);
}

static uint32_t left_of(uint32_t wait_s, uint32_t passed_s)
{
	return wait_s > passed_s ? wait_s - passed_s : 0;
}

/* If waiting fails, waits for a minute for SIGTERM only. */
static enum wakeup wait_for_next(struct loop *loop, uint32_t wait_s)
{
	enum wakeup wakeup = WAKEUP_DUE;
	struct err err;

	while (wait_s) {
		int64_t begun_s = clock_read().boot_s;
		uint32_t passed_s;

		if (loop_wait(loop, wait_s, &wakeup, &err) < 0) {
			report_err(loop, &err);
			return wakeup_pause(LOOP_TROUBLE_WAIT_S);
		}
		if (wakeup != WAKEUP_CLOCK)
			return wakeup;
		passed_s = (uint32_t)(clock_read().boot_s - begun_s);
		wait_s = loop_wait_after_step_s(loop, left_of(wait_s, passed_s));
	}
	return WAKEUP_DUE;
}

/* Waits for the package's folder to come back. */
static enum wakeup wait_for_return(struct loop *loop)
{
	enum wakeup wakeup = wakeup_pause(loop->call->settle_s);

	fd_cleanup(&loop->watch_fd); /* it watches the folder that was deleted */
	loop->watch_fd = -1;
	return wakeup;
}

/* Nobody removes what a dropped extension leaves, or one that was left in an image, unless it does
 * so itself. Where systemd runs the service, its unit does the rest. */
static int end_dropped(const struct loop *loop, struct err *err)
{
	if (!removal_is_certain(loop->root_fd, loop->service.home,
		    loop->was_others ? NULL : &loop->package_parent)) {
		loop_log(loop, LOG_LEVEL_NOTICE,
			"the extension's folder cannot be found; the service ends.");
		return 0;
	}
	loop_log(loop, LOG_LEVEL_NOTICE,
		"the guest agent deleted the extension; the service ends, and all that it left is removed.");
	if (removal_give_up(loop->root_fd, err) < 0 ||
		(loop->call->is_alone &&
			removal_clean_up(loop->call->root, loop->service.home, err) < 0))
		loop_log_err(loop, err);
	return 0;
}

/* Ends a service that commands can no longer find. It reports its end, so that its last status does
 * not stand for ever. */
static int end_service(struct loop *loop, enum running_end why, struct err *err)
{
	if (why == RUNNING_REMOVED)
		return end_dropped(loop, err);
	if (why == RUNNING_FORBIDDEN) {
		loop_log(loop, LOG_LEVEL_NOTICE,
			"the guest agent does not run the extension, as its status says; the service ends until it is enabled again.");
		return 0;
	}
	(void)sleep(END_WAIT_S); /* a new service may be starting; its status must stay */
	why = loop_find_end(loop);
	err_fill(err, ERR_SERVICE, 0, "The service ended: its lock file /%s/%s was %s",
		STATE_FOLDER, RUNNING_PID_FILE,
		why == RUNNING_UNLOCKED ? "removed." : "replaced by another service's.");
	if (why == RUNNING_UNLOCKED)
		report_err(loop, err);
	else
		loop_log_err(loop, err);
	return -1;
}

static int watch_round(struct loop *loop, struct hang *ret, struct err *err)
{
	return hang_watch(&(struct hang_inputs){.root_fd = loop->root_fd,
				  .service = &loop->service,
				  .now_s = clock_now_s(),
				  .limit_s = loop->call->limit_s,
				  .acts = watchdog_acts(loop)},
		ret, err);
}

static int attest_watched(
	struct loop *loop, struct loop_round *round, uint32_t *ret_wait_s, struct err *err)
{
	auto_cleanup(hang) struct hang hang = {.folder_fd = -1};

	if (watch_round(loop, &hang, err) < 0)
		return -1;
	attempt_resume_renewal(&loop->attempt, loop->cert_trouble);
	return loop_attest(loop, round, ret_wait_s, err);
}

/* The round's status stands by now, so that a disk or a database of packages that hangs cannot
 * withhold it. */
static void report_outlook(struct loop *loop, struct loop_round *round)
{
	auto_cleanup(hang) struct hang hang = {.folder_fd = -1};
	struct outlook shown = loop->outlook;
	struct err err;

	loop_look_at_disks(loop, &loop->outlook);
	if (!loop->outlook.is_answered && shown.finding.code)
		loop->outlook = shown; /* a look without an answer takes no warning back */
	if (!round->reports || loop_find_end(loop) != RUNNING_GOES_ON ||
		outlook_equal(&shown, &loop->outlook))
		return;
	if (watch_round(loop, &hang, &err) < 0)
		loop_log_err(loop, &err);
	else
		loop_report(loop, round);
}

/* After a round, and after all that waits for it. */
static void renew_certificate(struct loop *loop)
{
	auto_cleanup(watchdog) struct watchdog *watchdog = NULL;
	const struct clock_time now = clock_read();

	if (watch_work(loop, RENEWAL_LIMIT_S, &watchdog))
		attempt_renewal(&loop->attempt, loop->cert_end_s, &now);
}

/* The wait begins with the report, whatever is done after it. -1: a permanent failure, as the
 * status reports. Any other failure is reported too, and tried again. */
static int round_once(struct loop *loop, uint32_t *ret_wait_s, struct err *err)
{
	auto_cleanup(loop_round) struct loop_round round = {0};
	const struct clock_time begun = clock_read();
	int64_t reported_s;

	attest_now_find(loop->state_fd, loop->met_id);
	if (get_ready(loop, err) < 0 || attest_watched(loop, &round, ret_wait_s, err) < 0) {
		if (loop_find_end(loop) == RUNNING_GOES_ON)
			report_err(loop, err);
		*ret_wait_s = LOOP_TROUBLE_WAIT_S; /* which may pass by itself */
		loop->lapse_boot_s = 0;
		if (err_info(err->code)->retry == ERR_RETRY_NEVER)
			return -1;
	}
	reported_s = clock_read().boot_s;
	loop_watch_remedy(loop, loop->schedule.verdict.reason.code);
	if (loop_find_end(loop) == RUNNING_GOES_ON)
		report_outlook(loop, &round);
	attest_now_meet(loop->state_fd, loop->met_id);
	if (loop_find_end(loop) == RUNNING_GOES_ON)
		renew_certificate(loop);
	*ret_wait_s = left_of(*ret_wait_s, (uint32_t)(clock_read().boot_s - reported_s));
	if (loop_was_clock_set(&begun))
		*ret_wait_s = loop_wait_after_step_s(loop, *ret_wait_s);
	return 0;
}

/* Spreads VMs that boot at the same time. An enable waits for its first round, and a service that
 * is restarted within its boot is needed at once. */
static uint32_t wait_after_boot_s(struct loop *loop)
{
	int64_t enabled_since_s = clock_now_s() - loop->service.enabled_at_s;
	bool is_enabling = enabled_since_s >= 0 && enabled_since_s < ENABLING_S;
	struct history history;
	uint32_t random;
	struct err ignored; /* the first round reports it */

	if (is_enabling || get_ready(loop, &ignored) < 0 ||
		loop_read_history(loop, &history, &ignored) < 0 || !history.boot_id[0] ||
		strcmp(history.boot_id, loop->boot_id) == 0 ||
		crypto_random((uint8_t *)&random, sizeof(random), &ignored) < 0)
		return 0;
	return schedule_spread_s(random);
}

/* The disk may have come from another VM. If its state cannot be removed, nothing of it may count.
 */
static int claim_state(struct loop *loop, struct err *err)
{
	if (owner_claim(loop->root_fd, loop->state_fd, &loop->was_others, err) < 0) {
		report_err(loop, err);
		return -1;
	}
	if (loop->was_others)
		loop_log(loop, LOG_LEVEL_NOTICE, OWNER_NEWS);
	return 0;
}

int loop_run(const struct loop_call *call, struct err *err)
{
	auto_cleanup(loop) struct loop *loop = NULL;
	enum running_end why;
	uint32_t wait_s;

	wakeup_take_signals();
	if (new_loop(call, false, &loop, err) < 0 || find_phase(loop, err) < 0 ||
		claim_state(loop, err) < 0)
		return -1;
	(void)loop_drop_old_success(loop);
	for (wait_s = wait_after_boot_s(loop);
		!wait_s || wait_for_next(loop, wait_s) != WAKEUP_STOP;) {
		why = loop_find_end(loop);
		if (why == RUNNING_REMOVED) {
			if (wait_for_return(loop) == WAKEUP_STOP)
				break;
			why = loop_find_end(loop);
		}
		if (why != RUNNING_GOES_ON)
			return end_service(loop, why, err);
		if (round_once(loop, &wait_s, err) < 0)
			return -1;
	}
	end_as_asked(loop);
	return 0;
}

int loop_stop(const struct loop_call *call, struct err *err)
{
	auto_cleanup(loop) struct loop *loop = NULL;

	if (new_loop(call, true, &loop, err) < 0)
		return -1;
	end_as_asked(loop);
	return 0;
}

#include "service/loop_parts.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "memory/lapse.h"
#include "service/remedy.h"
#include "service/wakeup.h"

#define CLOCK_STEP_S 2 /* the two clocks are read as whole seconds */

/* The truth takes the place of the status that was suppressed. */
static void end_suppression(struct loop *loop)
{
	loop_log(loop, LOG_LEVEL_NOTICE,
		"the setting suppress has ended: the status tells the truth again.");
	loop_put_status(loop, &loop->status);
}

/* Does the VM boot otherwise than in the outlook that was reported? Then a round is due at once: an
 * owner is warned before the restart that fails. */
static bool has_other_outlook(struct loop *loop)
{
	struct outlook outlook;

	loop_look_at_disks(loop, &outlook);
	if (!outlook.is_answered ||
		(outlook.finding.code == loop->outlook.finding.code &&
			strcmp(outlook.finding.msg, loop->outlook.finding.msg) == 0))
		return false;
	loop->outlook = outlook;
	return true;
}

void loop_watch_remedy(struct loop *loop, enum err_code lacking)
{
	fd_cleanup(&loop->remedy_fd);
	remedy_watch(&loop->settings, lacking, &loop->remedy_fd);
}

/* A remedy makes the next round due soon. */
static bool take_remedy(struct loop *loop, int64_t *due_s)
{
	int64_t soon_s = clock_read().boot_s + schedule_spread_s(loop->attempt.phase);

	if (loop->remedy_fd < 0 || !remedy_is_there(&loop->settings, loop->remedy_fd))
		return false;
	loop_watch_remedy(loop, ERR_OK);
	if (soon_s < *due_s)
		*due_s = soon_s;
	return true;
}

/* Waits, and looks at the disks in between when they have changed and settled. WAKEUP_DISKS: and a
 * round is due by what was found. WAKEUP_REMEDY: and the round that it allows is due. */
static int wait_with_disks(struct loop *loop, uint32_t wait_s, enum wakeup *ret, struct err *err)
{
	int64_t due_s = clock_read().boot_s + wait_s;
	/* it may have come before it was watched for */
	bool is_remedied = take_remedy(loop, &due_s);

	for (;;) {
		const struct wakeup_inputs inputs = loop_wakeup_inputs(loop);
		int64_t left_s = due_s - clock_read().boot_s;

		if (wakeup_wait(&inputs, loop->watch_fd, left_s > 0 ? (uint32_t)left_s : 0, ret,
			    err) < 0)
			return -1;
		if (*ret == WAKEUP_REMEDY) {
			is_remedied |= take_remedy(loop, &due_s);
			continue;
		}
		if (*ret == WAKEUP_DUE && is_remedied)
			*ret = WAKEUP_REMEDY;
		if (*ret != WAKEUP_DISKS)
			return 0;
		if (has_other_outlook(loop))
			return 0;
	}
}

/* Seconds until the earlier of `left_s` (0: never) and a time of CLOCK_BOOTTIME (0: never). */
static uint32_t sooner_s(uint32_t left_s, int64_t boot_s)
{
	int64_t until_s = boot_s - clock_read().boot_s;

	if (!boot_s || (left_s && left_s < until_s))
		return left_s;
	return until_s > 0 ? (uint32_t)until_s : 1;
}

/* Seconds until the status changes, or something is to be sent or written, without a round; 0:
 * nothing is. */
static uint32_t next_change_s(struct loop *loop)
{
	uint32_t left_s = 0;

	if (loop->is_suppressed)
		left_s = suppress_left_s(&loop->settings.suppress, clock_now_s());
	if (loop->is_suppressed && !left_s)
		end_suppression(loop);
	left_s = sooner_s(sooner_s(left_s, loop->lapse_boot_s), loop->alerts_boot_s);
	return sooner_s(left_s, loop->record_boot_s);
}

/* True, once, when the time has come. */
static bool has_come(int64_t *boot_s)
{
	if (!*boot_s || clock_read().boot_s < *boot_s)
		return false;
	*boot_s = 0;
	return true;
}

/* What could not be written is tried again each minute, if it still counts. */
static bool has_recorded(struct loop *loop)
{
	const struct moment now = loop_moment(loop);
	struct history history;
	struct err err;

	if (loop_read_history(loop, &history, &err) == 0 &&
		(!loop->has_unsaved || history_save(loop->state_fd, &history, &err) == 0)) {
		(void)lapse_at_start(&loop->status, &history, &now, &loop->status);
		if (loop_write_status(loop, &loop->status, now.time.wall_s, &err) == 0)
			return true;
	}
	loop->record_boot_s = now.time.boot_s + LOOP_TROUBLE_WAIT_S;
	return false;
}

int loop_wait(struct loop *loop, uint32_t wait_s, enum wakeup *ret, struct err *err)
{
	const int64_t due_s = clock_read().boot_s + wait_s;
	uint32_t change_s;

	while ((change_s = next_change_s(loop)) != 0 && change_s < wait_s) {
		if (wait_with_disks(loop, change_s, ret, err) < 0)
			return -1;
		if (*ret != WAKEUP_DUE)
			return 0;
		if (has_come(&loop->lapse_boot_s))
			loop_report_lapse(loop);
		if (has_come(&loop->alerts_boot_s))
			loop_send_held_alerts(loop);
		if (has_come(&loop->record_boot_s) && has_recorded(loop))
			return 0; /* due: the status names what is over */
		wait_s = sooner_s(0, due_s); /* the VM may have slept, and alerts taken a minute */
	}
	return wait_with_disks(loop, wait_s, ret, err);
}

bool loop_was_clock_set(const struct clock_time *since)
{
	const struct clock_time now = clock_read();

	return llabs((now.wall_s - since->wall_s) - (now.boot_s - since->boot_s)) > CLOCK_STEP_S;
}

uint32_t loop_wait_after_step_s(struct loop *loop, uint32_t left_s)
{
	uint32_t until_slot_s;

	if (!loop->schedule.period_s)
		return left_s;
	if (loop_drop_old_success(loop))
		return 0;
	loop->schedule.now_s = clock_now_s();
	until_slot_s = schedule_wait_s(&loop->schedule);
	return until_slot_s < left_s ? until_slot_s : left_s;
}

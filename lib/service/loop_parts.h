/* loop_parts.h - what the parts of the service's loop share: loop.c waits, loop_round.c attests,
 * loop_status.c replaces what is no longer true.
 * Internal to loop*.c. */
#ifndef SERVICE_LOOP_PARTS_H
#define SERVICE_LOOP_PARTS_H

#include "base/log.h"
#include "base/quiet.h"
#include "memory/running.h"
#include "service/attempt.h"
#include "service/attest_now.h"
#include "service/loop.h"
#include "service/outlook.h"
#include "service/schedule.h"
#include "service/wakeup.h"
#include "setup/removal.h"

#define LOOP_TROUBLE_WAIT_S 60 /* after what could not be done, or recorded */

struct loop {
	const struct loop_call *call;
	int root_fd, state_fd, lock_fd, watch_fd;
	int remedy_fd; /* of remedy_watch() */
	struct quiet disks;
	struct record service;
	struct removal_parent package_parent; /* from when the service started */
	bool was_others; /* the state was another VM's when the service started */
	bool has_settings;
	struct settings settings;
	struct keys_kept keys;
	struct attempt attempt; /* points to the members above and below */
	char boot_id[BOOT_ID_SIZE];
	bool was_unhealthy; /* in this boot, even if the history could not be saved */
	char met_id[ATTEST_NOW_ID_SIZE]; /* the request that the last round met; "" = none */
	/* rounds in a row without an answer since the service started */
	uint32_t failures;
	struct schedule_inputs schedule; /* of the last round; zeroed before the first */
	struct status status; /* the last one reported, before suppression */
	bool is_suppressed; /* the file says success in its place */
	struct outlook outlook; /* of the last look; a warning stands until a look answers */
	int64_t cert_end_s; /* of cert_renewal_run() */
	char cert_trouble[CERT_RECORD_TROUBLE_SIZE]; /* of cert_renewal_resume() */
	struct err alert_trouble; /* code ERR_OK: the last alerts were delivered, or held */
	struct history unsaved; /* if has_unsaved: of the last round, which could not be saved */
	bool has_unsaved;
	/* if its health is Unhealthy: an incident that could not be recorded, and when it was */
	struct verdict unrecorded;
	struct clock_time unrecorded_at;
	/* by CLOCK_BOOTTIME, 0: never before the next round: when it becomes untrue, when alerts
	 * are due that wait for this VM's place, and when a status or a history that could not be
	 * written is tried again */
	int64_t lapse_boot_s, alerts_boot_s, record_boot_s;
};

/* Drawn before a round, so that nothing in the round can fail for lack of it. */
struct randomness {
	uint8_t attempt[20], schedule[4], alert[2][ALERT_RANDOM_SIZE];
};

/* What an attestation found, until its status is complete. Zeroed at first. */
struct loop_round {
	struct round_result *result;
	struct chronicle *chronicle;
	struct history history;
	struct comparison change;
	struct verdict verdict;
	struct err chronicle_trouble, history_trouble;
	struct randomness random;
	struct status_report_inputs report; /* points to the members above */
	size_t reports; /* that were made of it */
};

void loop_round_cleanup(struct loop_round *round);

/* Writes it with the top level success while the setting suppress lasts. */
int loop_write_status(
	struct loop *loop, const struct status *status, int64_t now_s, struct err *err) err_check;
/* The same between rounds. A failure is logged, and the status waits for room. */
void loop_put_status(struct loop *loop, const struct status *status);
/* Writes a line to the extension's log and to systemd's journal. */
void loop_log(const struct loop *loop, enum log_level level, const char *text);
void loop_log_err(const struct loop *loop, const struct err *err);
enum running_end loop_find_end(const struct loop *loop);
struct moment loop_moment(const struct loop *loop);

/* As the last round left it: one that could not be saved is newer than the file. ret is empty
 * where there is none, and on failure: enabled_read_history(). */
int loop_read_history(const struct loop *loop, struct history *ret, struct err *err) err_check;

/* Replaces a success of an earlier boot, or one whose proof ended while no service ran, until the
 * next round has ended. True if the status that stands does not count by today's clock. */
bool loop_drop_old_success(struct loop *loop);
/* Replaces a status that rested on a proof which ended. */
void loop_report_lapse(struct loop *loop);
/* loop_round.c. Sends alerts after the status was written, so that the status does not wait for a
 * receiver. One that was not delivered is added to the status. news: NULL, as in attempt.h. */
void loop_send_alerts(struct loop *loop, const struct attempt_news *news);
/* At SIGTERM: a success must not stand for a service that does not run. A bad status stays, as the
 * last that is known. */
void loop_report_stop(struct loop *loop);
/* loop_wait.c. Waits until the next round is due; replaces a status that becomes untrue in between,
 * or whose suppression ends; writes what waits for room; and looks at the disks when they have
 * changed and settled. */
int loop_wait(struct loop *loop, uint32_t wait_s, enum wakeup *ret, struct err *err) err_check;
/* Was it, since then? Nothing waits for that during a round. */
bool loop_was_clock_set(const struct clock_time *since);
/* How long to wait still after the clock was set: until the slot that the new time shows, never
 * longer than before. 0: the status that stands does not count by the new time. The first round,
 * which depends on no slot, stays spread over the minute after a boot, in which clocks are set. */
uint32_t loop_wait_after_step_s(struct loop *loop, uint32_t left_s);
/* Watches for what a round lacked; ERR_OK: for nothing. */
void loop_watch_remedy(struct loop *loop, enum err_code lacking);
/* loop.c */
struct wakeup_inputs loop_wakeup_inputs(struct loop *loop);
/* Looks at the disks, without a limit of time. */
void loop_look(const struct loop *loop, struct outlook *ret);
/* The same with one; watches for changes from then on. */
void loop_look_at_disks(struct loop *loop, struct outlook *ret);
void loop_send_held_alerts(struct loop *loop);

/* One attestation and its report, unless another service reports by now. ret_wait_s: until the next
 * one. -1: there is none to report. What cannot be written waits for room: loop_wait(). */
int loop_attest(struct loop *loop, struct loop_round *round, uint32_t *ret_wait_s,
	struct err *err) err_check;
/* Writes the status of a round and sends its alerts; once more if the outlook is another one by
 * then. */
void loop_report(struct loop *loop, struct loop_round *round);

#endif

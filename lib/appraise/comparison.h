/* comparison.h - did the boot change since the last good one, and what does it mean for the
 * verdict?
 *
 * drift/ implements it, with baseline, differences and rules. A build without drift/ takes
 * comparison_without_drift.c: it compares nothing, and says so. What goes wrong on the way ends in
 * the result; what that means for the verdict of all, service/verdicts.h says. */
#ifndef APPRAISE_COMPARISON_H
#define APPRAISE_COMPARISON_H

#include "appraise/rules.h"
#include "appraise/verdict.h"

#define COMPARISON_TEXT_SIZE 640
#define COMPARISON_NOTE_SIZE 320

struct comparison_inputs {
	/* this boot's, with its log; NULL: it came to none */
	const struct appraisal *appraisal;
	/* by its own check and the provider: only such a boot is learned */
	bool is_healthy;
	/* the machine whose disks may explain a change; -1: nothing can be asked */
	int root_fd;
	int state_fd;
	bool is_observer; /* looks on and writes nothing */
	const struct rules *rules;
	bool may_learn; /* history_trusts_boot: this boot was never Unhealthy, as far as is known */
	const char *boot_id;
	int64_t now_s;
	/* of the history: when a baseline was last seen; one that is gone since is lost, not new */
	int64_t baseline_s;
};

enum comparison_state {
	/* this boot could not be compared; Unknown (ERR_CHANGE_UNCLEAR) if the fault is the
	 * baseline's */
	COMPARISON_UNKNOWN,
	COMPARISON_NONE, /* there is no baseline yet, and it is not the time to learn one */
	COMPARISON_LEARNED, /* this boot is the baseline from now on */
	COMPARISON_SAME, /* as an accepted boot */
	/* all that changed is explained, or it is told once and no more: accepted from now on */
	COMPARISON_ACCEPTED,
	COMPARISON_NOTED, /* nothing of it is serious, but not all could be compared */
	COMPARISON_SERIOUS, /* the finding is Unhealthy; or Unknown if it could not be found out */
};

/* Zeroed: no comparison was due. */
struct comparison {
	enum comparison_state state;
	bool is_news; /* worth a line in the log: it happened now */
	bool is_lost; /* there was an earlier baseline */
	int64_t baseline_s; /* for the history; 0: there is none */
	/* Unhealthy, or Unknown if the comparison could not be made; code ERR_OK: nothing speaks
	 * against the boot */
	struct err finding;
	struct err trouble; /* code ERR_OK, or why the baseline could not be kept */
	char text[COMPARISON_TEXT_SIZE]; /* whole sentences for people */
	/* what changed at this boot, without the full stop; "" if nothing */
	char note[COMPARISON_NOTE_SIZE];
	/* owned; drift/drift_verdict.h, for those who show them; NULL: nothing was compared */
	struct drift_details *details;
	size_t differences; /* how many they are */
};

void comparison_done(struct comparison *comparison);
static inline void comparison_cleanup(struct comparison *comparison)
{
	comparison_done(comparison);
}

void comparison_judge(const struct comparison_inputs *inputs, struct comparison *ret);
/* A comparison that was due and could not be made: the finding is ERR_CHANGE_UNCLEAR, Unknown. */
void comparison_unclear(const struct err *cause, struct comparison *ret);
/* The same as an error; ret may be the cause. */
void comparison_set_unclear(const struct err *cause, struct err *ret);
/* Can a boot be compared with the accepted ones, if there are any? ERR_CHANGE_UNCLEAR if they are
 * damaged, unreadable or missing. For those who look on. */
int comparison_check_baseline(int state_fd, int64_t baseline_s, struct err *err) err_check;

/* Remembers what lies on the disks now: at the next boot it tells an update from a riddle. It may
 * take minutes. ret_was_damaged: what was remembered before is lost. */
int comparison_look_ahead(int root_fd, int state_fd, const char *boot_id, int64_t now_s,
	bool *ret_was_damaged, struct err *err) err_check;

#endif

/* drift_verdict.h - did the boot change since the last good one, and what does it mean? Baseline,
 * drift and rules beside this boot's appraisal. What goes wrong on the way ends in the result; what
 * it means for the verdict of all, service/verdicts.h says. */
#ifndef DRIFT_DRIFT_VERDICT_H
#define DRIFT_DRIFT_VERDICT_H

#include "appraise/verdict.h"
#include "drift/baseline.h"

#define DRIFT_VERDICT_TEXT_SIZE 640

struct drift_verdict_inputs {
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

enum drift_verdict_state {
	/* this boot could not be compared; Unknown (ERR_CHANGE_UNCLEAR) if the fault is the
	   baseline's */
	DRIFT_UNKNOWN,
	DRIFT_NONE, /* there is no baseline yet, and it is not the time to learn one */
	DRIFT_LEARNED, /* this boot is the baseline from now on */
	DRIFT_SAME, /* as an accepted boot */
	/* all that changed is explained, or it is told once and no more: accepted from now on */
	DRIFT_ACCEPTED,
	DRIFT_NOTED, /* nothing of it is serious, but not all could be compared */
	DRIFT_SERIOUS, /* the finding is Unhealthy; or Unknown if it could not be found out */
};

/* Zeroed: no comparison was due. */
struct drift_verdict {
	enum drift_verdict_state state;
	bool is_news; /* worth a line in the log: it happened now */
	bool is_lost; /* there was an earlier baseline */
	int64_t baseline_s; /* for the history; 0: there is none */
	/* Unhealthy, or Unknown if the comparison could not be made; code ERR_OK: nothing speaks
	 * against the boot */
	struct err finding;
	struct err trouble; /* code ERR_OK, or why the baseline could not be kept */
	char text[DRIFT_VERDICT_TEXT_SIZE]; /* whole sentences for people */
	/* what changed at this boot, without the full stop; "" if nothing */
	char note[DRIFT_TEXT_SIZE];
	bool is_compared; /* then, for those who show it: */
	struct drift drift;
	struct drift_judgement judgement;
	uint32_t compared; /* mask of the PCRs that were known of both boots */
};

void drift_verdict_done(struct drift_verdict *change);
static inline void drift_verdict_cleanup(struct drift_verdict *change)
{
	drift_verdict_done(change);
}

void drift_verdict_judge(const struct drift_verdict_inputs *inputs, struct drift_verdict *ret);
/* A comparison that was due and could not be made: the finding is ERR_CHANGE_UNCLEAR, Unknown. */
void drift_verdict_unclear(const struct err *cause, struct drift_verdict *change);
/* The same as an error; ret may be the cause. */
void drift_verdict_set_unclear(const struct err *cause, struct err *ret);

/* The parts, for those who compare with a baseline of their own. What this boot consisted of: of
 * the PCRs that the log was checked against, since facts of others are hearsay. Empty if the log
 * was not found to be what was measured. */
int drift_verdict_components(
	const struct appraisal *appraisal, struct components *ret, struct err *err) err_check;
/* The baseline has a variant. */
int drift_verdict_compare(const struct drift_verdict_inputs *inputs,
	const struct baseline *baseline, const struct components *boot, struct drift *ret,
	struct drift_judgement *ret_judgement, struct err *err) err_check;
/* Can a boot be compared with the accepted ones, if there are any? ERR_CHANGE_UNCLEAR if they are
 * damaged, unreadable or missing. For those who look on. */
int drift_verdict_check_baseline(int state_fd, int64_t baseline_s, struct err *err) err_check;

#endif

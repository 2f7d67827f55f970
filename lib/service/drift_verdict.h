/* drift_verdict.h - did the boot change since the last good one, and what does it mean? Joins the
 * round's verdict: baseline, drift and rules beside the appraisal and the provider. What goes wrong
 * on the way ends in the result. */
#ifndef SERVICE_DRIFT_VERDICT_H
#define SERVICE_DRIFT_VERDICT_H

#include "attest/round.h"
#include "drift/baseline.h"

#define DRIFT_VERDICT_TEXT_SIZE 640

struct drift_verdict_inputs {
	int state_fd;
	bool is_observer; /* looks on and writes nothing */
	const struct rules *rules;
	bool may_learn; /* history_trusts_boot: this boot was never Unhealthy, as far as is known */
	const char *boot_id;
	int64_t now_s;
	/* of the history: when a baseline was last seen; one that is gone since is lost, not new */
	int64_t baseline_s;
	/* Fills what files and packages explain, of those differences that nothing explains yet.
	 * NULL: nothing can be asked. Costly, and called only if there is something to explain. */
	void (*explain)(void *context, struct drift *drift);
	void *context;
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
	DRIFT_SERIOUS, /* the verdict is Unhealthy by it; or Unknown if it could not be found out */
};

struct drift_verdict {
	enum drift_verdict_state state;
	bool is_news; /* worth a line in the log: it happened now */
	bool is_lost; /* there was an earlier baseline */
	int64_t baseline_s; /* for the history; 0: there is none */
	struct verdict own; /* appraisal and drift together */
	struct err trouble; /* code ERR_OK, or why the baseline could not be kept */
	char text[DRIFT_VERDICT_TEXT_SIZE]; /* whole sentences for people */
	/* what changed at this boot, without the full stop; "" if nothing */
	char note[DRIFT_TEXT_SIZE];
};

/* What the accepted boots are could not be found out: then no boot is as good as they. The verdict
 * is Unknown (ERR_CHANGE_UNCLEAR) if it was Healthy. */
struct verdict drift_verdict_unclear_verdict(const struct err *cause); /* Unknown,
									  ERR_CHANGE_UNCLEAR */
void drift_verdict_unclear(
	const struct err *cause, struct round_result *round, struct drift_verdict *change);

/* After round_run; round->verdict becomes the verdict of all. */
void drift_verdict_judge(const struct drift_verdict_inputs *inputs, struct round_result *round,
	struct drift_verdict *ret);

#endif

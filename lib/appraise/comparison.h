/* comparison.h - did the boot change since the last accepted one, and what does that mean for the
 * verdict?
 *
 * drift/ implements it with baseline, differences and rules. A build without drift/ uses
 * no_comparison_without_drift.c, which compares nothing and reports that. Errors become part of the
 * result; service/verdicts.h decides what they mean for the final verdict. */
#ifndef APPRAISE_COMPARISON_H
#define APPRAISE_COMPARISON_H

#include "appraise/rules.h"
#include "appraise/verdict.h"

#define COMPARISON_TEXT_SIZE 640
#define COMPARISON_NOTE_SIZE 320

struct comparison_inputs {
	/* of this boot, with its log; NULL if it could not be made */
	const struct appraisal *appraisal;
	/* by own check and provider; only a healthy boot is learned */
	bool is_healthy;
	/* the machine whose disks may explain a change; -1 if there is none */
	int root_fd;
	int state_fd;
	bool is_observer; /* compares and writes nothing */
	const struct rules *rules;
	bool may_learn; /* history_trusts_boot: as far as is known, this boot was never Unhealthy */
	const char *boot_id;
	int64_t now_s;
	/* from the history: when a baseline was last present. A baseline that is missing since then
	 * is lost, not new. */
	int64_t baseline_s;
};

enum comparison_state {
	/* this boot could not be compared; if the baseline is at fault, the finding is
	 * ERR_CHANGE_UNCLEAR (Unknown) */
	COMPARISON_UNKNOWN,
	COMPARISON_NONE, /* there is no baseline yet, and this boot may not become one */
	COMPARISON_LEARNED, /* this boot has become the baseline */
	COMPARISON_SAME, /* equal to an accepted boot */
	/* all changes are explained or reported once; the boot is accepted from now on */
	COMPARISON_ACCEPTED,
	COMPARISON_NOTED, /* no change is serious, but not all could be compared */
	/* the finding is Unhealthy, or Unknown if the cause could not be determined */
	COMPARISON_SERIOUS,
};

/* Zeroed: no comparison was due. */
struct comparison {
	enum comparison_state state;
	bool is_news; /* it happened in this round, so the log gets a line */
	bool is_lost; /* there was an earlier baseline */
	int64_t baseline_s; /* for the history; 0 if there is no baseline */
	/* Unhealthy, or Unknown if the comparison could not be made; code ERR_OK if nothing speaks
	 * against the boot */
	struct err finding;
	struct err trouble; /* why the baseline could not be kept, or code ERR_OK */
	char text[COMPARISON_TEXT_SIZE]; /* whole sentences for people */
	/* what changed in this boot, without the full stop; "" if nothing did */
	char note[COMPARISON_NOTE_SIZE];
	/* owned, see drift/drift_verdict.h; NULL if nothing was compared */
	struct drift_details *details;
	size_t differences; /* number of differences in details */
};

void comparison_done(struct comparison *comparison);
static inline void comparison_cleanup(struct comparison *comparison)
{
	comparison_done(comparison);
}

void comparison_judge(const struct comparison_inputs *inputs, struct comparison *ret);
/* For a comparison that was due and could not be made: the finding becomes ERR_CHANGE_UNCLEAR
 * (Unknown). */
void comparison_unclear(const struct err *cause, struct comparison *ret);
/* The same as an error; ret may point to cause. */
void comparison_set_unclear(const struct err *cause, struct err *ret);
/* Can a boot be compared with the accepted boots, if there are any? ERR_CHANGE_UNCLEAR if they are
 * damaged, unreadable or missing. For commands that write nothing. */
int comparison_check_baseline(int state_fd, int64_t baseline_s, struct err *err) err_check;

/* Opens a descriptor that becomes readable when boot files or records of packages change; -1 in a
 * build that compares nothing. Open it before a look at the disks, so that no change falls in
 * between. ERR_IO. */
int comparison_watch_boot_files(int root_fd, int *ret_fd, struct err *err) err_check;

#endif

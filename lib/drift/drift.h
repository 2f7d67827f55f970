/* drift.h - this boot against the accepted ones: what changed, why, and what it means. Pure: who
 * reads disks and packages fills the explanations in between.
 *
 * - drift_find: closest accepted variant, differences
 * - (the caller): difference.explanation of those that files and packages explain
 * - drift_judge: what explains itself, the rules, verdict, one sentence
 */
#ifndef DRIFT_DRIFT_H
#define DRIFT_DRIFT_H

#include "appraise/verdict.h"
#include "drift/components.h"
#include "appraise/rules.h"

#define EXPLANATION_TEXT_SIZE 160
#define DRIFT_TEXT_SIZE       320 /* with a remedy behind it still one status message */
/* with a code's name still among the 200 characters that are surely read */
#define DRIFT_SHORT_SIZE 160

enum explanation_how {
	EXPLANATION_NONE, /* looked for and not found */
	EXPLANATION_UNKNOWN, /* something that might tell could not be read */
	/* a file of the package manager's: "as installed by the package manager on 2026-11-20" */
	EXPLANATION_PACKAGE,
	/* seen before the restart: "as announced on 2026-11-20, before the restart" */
	EXPLANATION_PENDING,
	EXPLANATION_FILE, /* what is on the disk now: "as now in /boot/grub/grub.cfg" */
	EXPLANATION_GREW, /* it lets nothing more start (drift_self.c) */
	EXPLANATION_FOLLOWS, /* from another change that is explained (drift_self.c) */
	/* it belongs to the VM, and this is another one (drift_self.c): judged as that */
	EXPLANATION_OTHER_VM,
};

struct explanation {
	enum explanation_how how;
	/* clean, goes behind a comma; of NONE: what speaks against one, or "" */
	char text[EXPLANATION_TEXT_SIZE];
	/* of UNKNOWN: a sentence, what could not be read */
};

enum drift_change {
	DRIFT_CHANGED,
	DRIFT_ADDED,
	DRIFT_REMOVED,
	/* a PCR holds more than this boot's log led to: what could be in it, in `after`, without
	   name and digest */
	DRIFT_HIDDEN,
};

struct drift_difference {
	enum drift_change change;
	enum rules_class class; /* the more serious one's, if old and new differ in it */
	struct component before; /* of DRIFT_CHANGED and DRIFT_REMOVED */
	struct component after; /* not of DRIFT_REMOVED */
	size_t gained, lost; /* entries of dbx; both 0 if they could not be counted */
	struct explanation explanation;
	enum rules_action action; /* after drift_judge: RULES_IGNORE if explained */
};

struct drift {
	size_t variant; /* index of the closest one */
	/* mask of PCRs that the variant knows, and that were not believed in this boot */
	uint32_t not_compared;
	size_t count; /* 0: this boot is that variant */
	struct drift_difference *differences; /* owned; the most serious first */
};

void drift_done(struct drift *drift);
static inline void drift_cleanup(struct drift *drift)
{
	drift_done(drift);
}

/* `variants` has at least one. The one that knows most of the boot's PCRs wins, then the one that
 * differs least, then the later one. ERR_NO_MEMORY. */
int drift_find(const struct components *variants, size_t variant_count,
	const struct components *boot, struct drift *ret, struct err *err) err_check;

struct drift_judgement {
	/* Unhealthy with the code of the most serious class and a short text; Unknown with */
	struct verdict verdict;
	/* ERR_CHANGE_UNCLEAR if for all that is serious it could not be found out; or Healthy */
	bool is_explained; /* all of it, or ruled out by "ignore" */
	/* nothing of it is serious, nothing is hidden, all was compared: the boot may become a
	 * variant */
	bool is_acceptable;
	/* what changed, why, what did not, without the full stop; "" if nothing is to be said */
	char text[DRIFT_TEXT_SIZE];
};

/* Fills what explains itself and each difference's action, and sorts. */
void drift_judge(const struct rules *rules, const struct components *boot, struct drift *drift,
	struct drift_judgement *ret);

/* The parts of drift_judge. drift_self.c: what needs no file or package to be explained. */
void drift_explain_itself(const struct components *boot, struct drift *drift);
/* drift_text.c: one sentence, the first difference first; what does not fit into size is counted.
 */
void drift_sentence(const struct components *boot, const struct drift *drift,
	char ret[DRIFT_TEXT_SIZE], size_t size);
/* One difference: "kernel changed: vmlinuz-6.1.0-56, as installed by the package manager on
 * 2026-11-20". */
void drift_difference_text(const struct drift_difference *difference, char ret[DRIFT_TEXT_SIZE]);

/* What it is told by. */
static inline const struct component *drift_shown(const struct drift_difference *difference)
{
	return difference->change == DRIFT_REMOVED ? &difference->before : &difference->after;
}

static inline bool drift_is_explained(const struct drift_difference *difference)
{
	return difference->explanation.how > EXPLANATION_UNKNOWN;
}

#endif

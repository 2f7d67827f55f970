/* drift.h - compares this boot with the accepted ones: what changed, why, and what it means. Pure:
 * the caller reads disks and packages, and fills the explanations in between.
 *
 * - drift_find: closest accepted variant, differences
 * - (the caller): difference.explanation of those that files and packages explain
 * - drift_judge: differences that explain themselves, the rules, verdict, one sentence
 */
#ifndef DRIFT_DRIFT_H
#define DRIFT_DRIFT_H

#include "appraise/verdict.h"
#include "components/components.h"
#include "appraise/rules.h"

#define EXPLANATION_TEXT_SIZE 160
#define DRIFT_TEXT_SIZE       320 /* with a remedy behind it, it still fits into one status message */
/* with a code's name, it still fits into the first 200 characters, which are always shown */
#define DRIFT_SHORT_SIZE 160

/* The last three are found by drift_self.c and drift_other_vm.c. */
enum explanation_how {
	EXPLANATION_NONE, /* searched and not found */
	EXPLANATION_UNKNOWN, /* a source that might explain it could not be read */
	/* a package's file: "as installed by the package manager on 2026-11-20" */
	EXPLANATION_PACKAGE,
	/* recorded before the restart: "as announced on 2026-11-20, before the restart" */
	EXPLANATION_PENDING,
	EXPLANATION_FILE, /* on the disk now: "as now in /boot/grub/grub.cfg" */
	EXPLANATION_GREW, /* it allows no further program to start */
	EXPLANATION_FOLLOWS, /* it follows from another change that is explained */
	/* it belongs to the VM, and this is another VM: judged as that one change */
	EXPLANATION_OTHER_VM,
};

struct explanation {
	enum explanation_how how;
	/* clean, follows a comma. With NONE: what speaks against an explanation, or "". With
	 * UNKNOWN: a sentence, what could not be read */
	char text[EXPLANATION_TEXT_SIZE];
};

enum drift_change {
	DRIFT_CHANGED,
	DRIFT_ADDED,
	DRIFT_REMOVED,
	/* From here on a PCR's components could not be compared; `after` is the most serious
	 * component that the PCR could hold, without name and digest. */
	DRIFT_HIDDEN, /* the PCR holds more than this boot's log led to */
	DRIFT_UNREAD, /* the PCR was not read in this boot */
	DRIFT_UNLISTED, /* the accepted boot does not list the PCR, and this boot has components in
			   it */
};

struct drift_difference {
	enum drift_change change;
	enum rules_class class; /* of old and new, the more serious one */
	struct component before; /* for DRIFT_CHANGED and DRIFT_REMOVED */
	struct component after; /* not for DRIFT_REMOVED */
	/* owned by struct drift: the whole texts, if the names are cut and the texts were kept */
	char *before_text, *after_text;
	size_t gained, lost; /* entries of dbx; both 0 if unknown */
	struct explanation explanation;
	enum rules_action action; /* after drift_judge: RULES_IGNORE if explained */
};

struct drift {
	size_t variant; /* index of the closest variant */
	size_t count; /* 0: this boot equals that variant */
	struct drift_difference *differences; /* owned; the most serious first */
};

void drift_done(struct drift *drift);
static inline void drift_cleanup(struct drift *drift)
{
	drift_done(drift);
}

/* Finds the closest variant of one or more, and the differences from it: the variant that lists
 * most of the boot's PCRs, of those the one that differs least, of those the last one.
 * ERR_NO_MEMORY. */
int drift_find(const struct components *variants, size_t variant_count,
	const struct components *boot, struct drift *ret, struct err *err) err_check;

struct drift_judgement {
	/* Unhealthy with the code of the most serious class and a short text; Unknown with
	 * ERR_CHANGE_UNCLEAR if all serious differences are unclear; or Healthy */
	struct verdict verdict;
	bool is_explained; /* every difference is explained, or its rule is "ignore" */
	/* no difference is serious, and nothing of this boot is hidden or unread: it may become a
	 * variant */
	bool is_acceptable;
	/* what changed, why, and what did not, without the full stop; "" if there is nothing to
	 * report */
	char text[DRIFT_TEXT_SIZE];
};

/* Fills in the explanations of differences that explain themselves and each difference's action,
 * and sorts the differences. */
void drift_judge(const struct rules *rules, const struct components *boot, struct drift *drift,
	struct drift_judgement *ret);

/* Parts of drift_judge. drift_renewal.c: gives the renewal of Secure Boot's certificates its own
 * class. */
void drift_find_renewal(const struct components *boot, struct drift *drift);
/* drift_self.c: explains differences that need no file or package. */
void drift_explain_itself(const struct components *boot, struct drift *drift);
/* drift_other_vm.c: explains what belongs to the VM, if this is another one. */
void drift_explain_other_vm(const struct components *boot, struct drift *drift);
/* drift_text.c: one sentence with the differences in their order; those that do not fit into `size`
 * are counted. */
void drift_sentence(const struct components *boot, const struct drift *drift,
	char ret[DRIFT_TEXT_SIZE], size_t size);
/* Describes one difference: "kernel changed: vmlinuz-6.1.0-56, as installed by the package manager
 * on 2026-11-20". */
void drift_difference_text(const struct drift_difference *difference, char ret[DRIFT_TEXT_SIZE]);
/* The whole text of one side, or its name. NULL if there is none. */
const char *drift_before(const struct drift_difference *difference);
const char *drift_after(const struct drift_difference *difference);

/* Is it known which component differs? */
static inline bool drift_has_component(const struct drift_difference *difference)
{
	return difference->change < DRIFT_HIDDEN;
}

/* The component that represents a difference. */
static inline const struct component *drift_shown(const struct drift_difference *difference)
{
	return difference->change == DRIFT_REMOVED ? &difference->before : &difference->after;
}

static inline bool drift_is_explained(const struct drift_difference *difference)
{
	return difference->explanation.how > EXPLANATION_UNKNOWN;
}

/* An explanation that was found stays. */
static inline void drift_explain_as(struct drift_difference *difference, enum explanation_how how)
{
	if (!drift_is_explained(difference))
		difference->explanation = (struct explanation){.how = how};
}

/* Could it not be determined whether this part changed, or whether an update explains it? */
static inline bool drift_is_unclear(const struct drift_difference *difference)
{
	return difference->change == DRIFT_UNREAD || difference->change == DRIFT_UNLISTED ||
	       difference->explanation.how == EXPLANATION_UNKNOWN;
}

#endif

/* baseline.h - the accepted boots of this VM: var/lib/guest-attestation/baseline.json, root only.
 *
 * The first one is learned at the first Healthy attestation. Later a boot is added if every serious
 * change in it is explained, or by the owner. A change that is only noted is reported during the
 * boot in which it appears, and accepted with that boot. The order is that of use: the boot seen
 * last comes last, and the first one is dropped if there are too many or the file grows too large.
 * Revocations (shim's level and dbx) belong to the VM, not to one boot: with a boot its revocations
 * are accepted for all, so that an older boot may come back, and what was revoked since may not.
 *
 * Root can write this file; handler/docs/changes.md explains what that means. */
#ifndef DRIFT_BASELINE_H
#define DRIFT_BASELINE_H

#include "base/boot_id.h"
#include "drift/drift.h"
#include "edge/state.h"

#define BASELINE_FILE          "baseline.json" /* below the state folder */
#define BASELINE_MAX_VARIANTS  8
#define BASELINE_MAX_EXPLAINED 64 /* explanations kept for one boot */

enum baseline_how {
	BASELINE_LEARNED, /* there was no baseline before */
	/* no serious and unexplained difference from an accepted boot */
	BASELINE_EXPLAINED,
	BASELINE_OWNER, /* guest-attest baseline accept */
};

struct baseline_variant {
	struct components components; /* owned */
	int64_t accepted_s; /* Unix time */
	enum baseline_how how;
	char boot_id[BOOT_ID_SIZE]; /* of the accepted boot */
	char text[DRIFT_TEXT_SIZE]; /* how it differed when it was accepted; "" if learned */
};

/* An explanation found in this boot. It is kept, because the files that explain a change now may be
 * replaced before the next restart. */
struct baseline_explained {
	/* of the component after the change, or of one that was removed */
	enum component_kind kind;
	uint8_t sha256[CRYPTO_SHA256_SIZE];
	struct explanation explanation;
};

struct baseline {
	size_t count;
	struct baseline_variant variants[BASELINE_MAX_VARIANTS];
	/* Unix time at which an earlier baseline was found damaged or missing; 0 if never */
	int64_t lost_s;
	int64_t forgotten_s; /* Unix time of guest-attest baseline forget; 0 if never */
	char explained_boot_id[BOOT_ID_SIZE];
	size_t explained_count;
	struct baseline_explained explained[BASELINE_MAX_EXPLAINED];
};

void baseline_done(struct baseline *baseline);
static inline void baseline_cleanup(struct baseline *baseline)
{
	baseline_done(baseline);
}
/* Makes an empty one. The struct has 16 KiB: keep it on the heap. ERR_NO_MEMORY. */
int baseline_new(struct baseline **ret, struct err *err) err_check;
void baseline_ptr_cleanup(struct baseline **baseline);
const char *baseline_how_name(enum baseline_how how); /* "learned", "explained", "owner" */

/* Parses the file's text. ERR_STATE_INVALID. */
int baseline_parse(struct bytes text, struct baseline *ret, struct err *err) err_check;
/* Reads the file and does not change it: the next baseline_save sets a damaged one aside. */
enum state_found baseline_load(int state_fd, struct baseline *ret, struct err *err) err_check;
/* Keeps members of newer versions, and what is known of a variant with components that this version
 * does not know. Drops variants from the front while the file is too large. */
int baseline_save(int state_fd, struct baseline *baseline, struct err *err) err_check;

/* drift_find against all variants; needs at least one. */
int baseline_compare(const struct baseline *baseline, const struct components *boot,
	struct drift *ret, struct err *err) err_check;
/* Adds a copy of the boot as the last variant; accepted_s, how, boot_id and text come from `as`.
 * All variants get its revocations. ERR_NO_MEMORY leaves the baseline as it was. */
int baseline_accept(struct baseline *baseline, const struct components *boot,
	const struct baseline_variant *as, struct err *err) err_check;
/* Drops the variant that was not used for the longest time. */
void baseline_drop_first(struct baseline *baseline);
/* Makes a variant that was seen the last one. False if it was the last one already. */
bool baseline_use(struct baseline *baseline, size_t variant);

/* Fills in the explanations that were found earlier in this boot. */
void baseline_recall(const struct baseline *baseline, const char *boot_id, struct drift *drift);
/* Keeps the explanations that came from files and packages. True if one is new. */
bool baseline_remember(struct baseline *baseline, const char *boot_id, const struct drift *drift);

#endif

/* baseline.h - the boots of this VM that count as good: var/lib/guest-attestation/baseline.json,
 * root only.
 *
 * Learned at the first Healthy attestation; after that a boot is added when everything serious that
 * changed is explained, or by the owner. What is only noted is told during the boot in which it
 * came, and accepted with it. The order is that of use: the boot seen last comes last, and the
 * first one goes when there are too many or they grow too large. Whoever is root can write this
 * file; see README.md for what that means. */
#ifndef DRIFT_BASELINE_H
#define DRIFT_BASELINE_H

#include "base/boot_id.h"
#include "drift/drift.h"
#include "edge/state.h"

#define BASELINE_FILE          "baseline.json" /* below the state folder */
#define BASELINE_MAX_VARIANTS  8
#define BASELINE_MAX_EXPLAINED 64 /* explanations remembered for one boot */

enum baseline_how {
	BASELINE_LEARNED, /* there was none before */
	/* it differed from an accepted one in nothing that is serious and unexplained */
	BASELINE_EXPLAINED,
	BASELINE_OWNER, /* guest-attest baseline accept */
};

struct baseline_variant {
	struct components components; /* owned */
	int64_t accepted_s; /* Unix time */
	enum baseline_how how;
	char boot_id[BOOT_ID_SIZE]; /* of the boot that was accepted */
	char text[DRIFT_TEXT_SIZE]; /* in what it differed then; "" if learned */
};

/* An explanation found in this boot: files that explain a change now may be others before the next
 * restart. */
struct baseline_explained {
	uint8_t sha256[CRYPTO_SHA256_SIZE]; /* of the component after the change */
	struct explanation explanation;
};

struct baseline {
	size_t count;
	struct baseline_variant variants[BASELINE_MAX_VARIANTS];
	int64_t lost_s; /* an earlier baseline was found damaged or missing then; 0 */
	int64_t forgotten_s; /* guest-attest baseline forget; 0 */
	char explained_boot_id[BOOT_ID_SIZE];
	size_t explained_count;
	struct baseline_explained explained[BASELINE_MAX_EXPLAINED];
};

void baseline_done(struct baseline *baseline);
static inline void baseline_cleanup(struct baseline *baseline)
{
	baseline_done(baseline);
}
/* 16 KiB, zeroed: on the heap. ERR_NO_MEMORY. */
int baseline_new(struct baseline **ret, struct err *err) err_check;
void baseline_free(struct baseline *baseline);
static inline void baseline_ptr_cleanup(struct baseline **baseline)
{
	baseline_free(*baseline);
}
const char *baseline_how_name(enum baseline_how how); /* "learned", "explained", "owner" */

/* ERR_STATE_INVALID. */
int baseline_parse(struct bytes text, struct baseline *ret, struct err *err) err_check;
/* The file stays as it is: a damaged one is set aside by the next baseline_save. */
enum state_found baseline_load(int state_fd, struct baseline *ret, struct err *err) err_check;
/* Members of newer versions survive, and so does what is known of a variant with components that
 * this version does not know. Variants go, the first first, while it is too large. */
int baseline_save(int state_fd, struct baseline *baseline, struct err *err) err_check;

/* drift_find against all variants; there must be one. */
int baseline_compare(const struct baseline *baseline, const struct components *boot,
	struct drift *ret, struct err *err) err_check;
/* A copy of the boot becomes the last variant; accepted_s, how, boot_id and text are taken from
 * `as`. ERR_NO_MEMORY. */
int baseline_accept(struct baseline *baseline, const struct components *boot,
	const struct baseline_variant *as, struct err *err) err_check;
/* The variant's components become those of the boot. ERR_NO_MEMORY. */
int baseline_replace(
	struct baseline_variant *variant, const struct components *boot, struct err *err) err_check;
/* The variant that was not seen for longest. */
void baseline_drop_first(struct baseline *baseline);
/* The variant was seen: it becomes the last one. False if it was. */
bool baseline_use(struct baseline *baseline, size_t variant);

/* Takes the explanations that were found earlier in this boot. */
void baseline_recall(const struct baseline *baseline, const char *boot_id, struct drift *drift);
/* Keeps those that files and packages gave. True if there was something new. */
bool baseline_remember(struct baseline *baseline, const char *boot_id, const struct drift *drift);

#endif

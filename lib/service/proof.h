/* proof.h - whether a proof still counts, and for how long: a pure function of times. The rule is
 * here and nowhere else.
 *
 * A proof belongs to one boot. There it counts from its token's `iat` until `exp`, measured by
 * CLOCK_BOOTTIME from the moment at which it was asked for. The wall clock can only shorten that:
 * it may be set back, and then it shows an old token as a living one. It is needed all the same,
 * since a VM that was saved and resumed finds CLOCK_BOOTTIME where it left it. CLOCK_BOOTTIME
 * begins anew with every boot, so that its values are compared within one boot id only. */
#ifndef SERVICE_PROOF_H
#define SERVICE_PROOF_H

#include "base/boot_id.h"
#include "base/clock.h"
#include "base/err.h"

/* how long a boot may be without any answer before its status is an error */
#define PROOF_BUDGET_S 180

/* When, and in which boot. */
struct moment {
	const char *boot_id; /* "" if it is not known: then no proof counts */
	struct clock_time time;
};

struct proof {
	char boot_id[BOOT_ID_SIZE]; /* of the boot that it proves; "" = there is none */
	int64_t issued_s, expires_s; /* the token's iat and exp, Unix time */
	int64_t asked_boot_s; /* CLOCK_BOOTTIME when it was asked for */
	int64_t life_s; /* from then on; 0 or less: it counts no more */
};

enum proof_state { PROOF_COUNTS, PROOF_ABSENT, PROOF_OF_OTHER_BOOT, PROOF_ENDED, PROOF_AHEAD };

/* What a verified token proves. asked: when the round began that brought it. */
struct proof proof_of_token(const struct moment *asked, int64_t issued_s, int64_t expires_s);
/* ret_left_s: how long it will count from now on; 0 if it does not count. May be NULL.
 * PROOF_AHEAD: the wall clock shows a time before the token was issued, by more than clocks may
 * differ. */
enum proof_state proof_judge(
	const struct proof *proof, const struct moment *now, uint32_t *ret_left_s);
/* Why a proof does not count, as a sentence with its times; "" for PROOF_COUNTS and
 * PROOF_ABSENT. */
#define PROOF_TEXT_SIZE 192
void proof_text(const struct proof *proof, enum proof_state state, char ret[PROOF_TEXT_SIZE]);

#endif

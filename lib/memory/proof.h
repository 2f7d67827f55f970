/* proof.h - whether a proof still counts, and for how long: pure functions of times. This is the
 * only place that decides it.
 *
 * A proof belongs to one boot. In that boot it counts from its token's `iat` until `exp`, measured
 * by CLOCK_BOOTTIME from the moment when it was requested. The wall clock can only shorten that
 * time, because it may be set back, and an old token would then look valid. It is needed too,
 * because CLOCK_BOOTTIME stands still while a VM is saved. CLOCK_BOOTTIME restarts with every boot,
 * so its values are compared only within one boot ID. */
#ifndef MEMORY_PROOF_H
#define MEMORY_PROOF_H

#include "base/boot_id.h"
#include "base/clock.h"
#include "base/err.h"

/* how long a boot may wait for its first answer before its status is an error */
#define PROOF_BUDGET_S 180

/* A time and the boot that it belongs to. */
struct moment {
	const char *boot_id; /* "": unknown, and no proof counts */
	struct clock_time time;
};

struct proof {
	char boot_id[BOOT_ID_SIZE]; /* of the boot that it proves; "" = there is no proof */
	int64_t issued_s, expires_s; /* the token's iat and exp, Unix time */
	int64_t asked_boot_s; /* CLOCK_BOOTTIME when it was requested */
	int64_t life_s; /* from then on; 0 or less: the proof does not count */
};

enum proof_state { PROOF_COUNTS, PROOF_ABSENT, PROOF_OF_OTHER_BOOT, PROOF_ENDED, PROOF_AHEAD };

/* Makes a proof from a verified token. asked: the beginning of the round that obtained it. */
struct proof proof_of_token(const struct moment *asked, int64_t issued_s, int64_t expires_s);
/* ret_left_s (may be NULL): for how many seconds it will count; 0 if it does not count.
 * PROOF_AHEAD: the wall clock is earlier than the token's `iat` by more than clocks may differ. */
enum proof_state proof_judge(
	const struct proof *proof, const struct moment *now, uint32_t *ret_left_s);
/* Why a proof does not count, as a sentence with its times; "" for PROOF_COUNTS and
 * PROOF_ABSENT. */
#define PROOF_TEXT_SIZE 192
void proof_text(const struct proof *proof, enum proof_state state, char ret[PROOF_TEXT_SIZE]);

#endif

/* history.h - results of earlier rounds, kept through restarts in
 * var/lib/guest-attestation/history.json, for root only. */
#ifndef MEMORY_HISTORY_H
#define MEMORY_HISTORY_H

#include "appraise/verdict.h"
#include "base/boot_id.h"
#include "edge/state.h"
#include "memory/proof.h"

#define HISTORY_FILE          "history.json" /* below the state folder */
#define HISTORY_PROVIDER_SIZE 512
#define HISTORY_RENEWAL_SIZE  16

struct history {
	char boot_id[BOOT_ID_SIZE]; /* of the last round's boot */
	int64_t healthy_s; /* last Healthy round, Unix time; 0 = never */
	struct proof proof; /* of that round, unless a later answer was not Healthy */
	char provider[HISTORY_PROVIDER_SIZE]; /* a proof from another provider does not count */
	int64_t failing_since_s; /* first of the latest rounds without an answer; 0 = none */
	uint32_t failures; /* the number of these rounds */
	int64_t baseline_s; /* when a baseline last existed; 0 = never */
	/* of the newest entry that chronicle.h ever wrote; 0 = none */
	int64_t chronicle_number;
	/* CLOCK_BOOTTIME of the last round, in the boot of boot_id; 0 = unknown */
	int64_t round_boot_s;
	/* CLOCK_BOOTTIME since when this boot waits for an answer; 0 = it had one */
	int64_t waiting_boot_s;
	int64_t waiting_enabled_s; /* `enabled_at_s` of the enable that waits */
	/* a boot in which no baseline is learned, see history_trusts_boot; "" = none */
	char distrusted_boot_id[BOOT_ID_SIZE];
	/* renewal_state_name() of the certificates of 2023, "" = unknown, and since when */
	char renewal[HISTORY_RENEWAL_SIZE];
	int64_t renewal_since_s;
};

struct history_round {
	enum health health;
	const char *provider; /* "": none was found, and the history keeps the earlier one */
	const struct proof *proof; /* used only if Healthy */
	enum renewal_state renewal; /* RENEWAL_UNKNOWN: the history keeps the earlier one */
	int64_t enabled_at_s; /* identifies an enable; never compared with a clock */
	struct moment now;
};

/* The history after a round. With another provider than before, the earlier proof is dropped. */
struct history history_after(const struct history *before, const struct history_round *round);
/* Seconds for which a boot may still be without its first answer (PROOF_BUDGET_S in all); 0 if the
 * time is over or an answer arrived. */
uint32_t history_budget_left_s(const struct history *history, const struct moment *now);

/* A proof recorded by an older version, which did not measure CLOCK_BOOTTIME, does not count.
 * ERR_STATE_INVALID. */
int history_parse(struct bytes text, struct history *ret, struct err *err) err_check;
/* For commands that only read: a damaged file stays. ret is empty unless STATE_LOADED. */
enum state_found history_load(int state_fd, struct history *ret, struct err *err) err_check;
/* For the service: a damaged file is set aside as history.json.broken, and the boot with this ID is
 * not trusted, and it counts as known that there was a chronicle. ret is empty except for that
 * unless STATE_LOADED. */
enum state_found history_take(
	int state_fd, const char *boot_id, struct history *ret, struct err *err) err_check;
/* False if the boot was Unhealthy once, if that is unknown, or if the boot's ID is unknown. No
 * baseline may be learned from such a boot: a measurement cannot be undone, so a later round that
 * finds nothing wrong has missed something. */
bool history_trusts_boot(const struct history *history, const char *boot_id);
/* Keeps members of the file that a newer version wrote. Errors as state_save(). */
int history_save(int state_fd, const struct history *history, struct err *err) err_check;

#endif

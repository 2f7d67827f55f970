/* history.h - what is remembered between rounds and restarts:
 * var/lib/guest-attestation/history.json, root only. */
#ifndef SERVICE_HISTORY_H
#define SERVICE_HISTORY_H

#include "appraise/verdict.h"
#include "base/boot_id.h"
#include "edge/state.h"
#include "service/proof.h"

#define HISTORY_FILE          "history.json" /* below the state folder */
#define HISTORY_PROVIDER_SIZE 512

struct history {
	char boot_id[BOOT_ID_SIZE]; /* of the last round's boot */
	int64_t healthy_s; /* last Healthy round, Unix time; 0 = never */
	struct proof proof; /* of that round, if no later answer took it back */
	char provider[HISTORY_PROVIDER_SIZE]; /* who was asked; another one's proof is none */
	int64_t failing_since_s; /* first of the rounds without an answer; 0 after an answer */
	uint32_t failures; /* their number */
	int64_t baseline_s; /* when a baseline was last there; 0 = never */
	/* CLOCK_BOOTTIME of the last round, in the boot of boot_id; 0 = unknown */
	int64_t round_boot_s;
	/* likewise: since when this boot waits for an answer; 0 = it had one */
	int64_t waiting_boot_s;
	int64_t waiting_enabled_s; /* `enabled_at_s` of what it waits for */
	/* a boot in which nothing is learned: see history_trusts_boot; "" */
	char distrusted_boot_id[BOOT_ID_SIZE];
};

struct history_round {
	enum health health;
	const char *provider; /* "": it was not found out whom to ask, and what was before stands */
	const struct proof *proof; /* counts if Healthy */
	int64_t enabled_at_s; /* tells one enable from another; it is not compared with a clock */
	struct moment now;
};

/* What the history is after a round. An earlier proof is forgotten when another provider was
 * asked. */
struct history history_after(const struct history *before, const struct history_round *round);
/* How long a boot without an answer may still be without one; 0 if the time is over, or there was
 * an answer. */
uint32_t history_budget_left_s(const struct history *history, const struct moment *now);

/* A proof that an older version noted, which measured no boot clock, counts no more. */
/* ERR_STATE_INVALID */
int history_parse(struct bytes text, struct history *ret, struct err *err) err_check;
/* The history is empty unless it was loaded. For those who look on: the file stays. */
enum state_found history_load(int state_fd, struct history *ret, struct err *err) err_check;
/* For the service, in this boot: a damaged file is set aside as history.json.broken, and the boot
 * is not trusted. */
enum state_found history_take(
	int state_fd, const char *boot_id, struct history *ret, struct err *err) err_check;
/* False: the boot was Unhealthy once, or it is not known whether it was, or which boot this is.
 * Nothing is learned in it: what was measured cannot be undone, and a later round that sees nothing
 * wrong sees less. */
bool history_trusts_boot(const struct history *history, const char *boot_id);
/* Members that a newer version put there survive. */
int history_save(int state_fd, const struct history *history, struct err *err) err_check;

#endif

/* history.h - what is remembered between rounds and restarts: var/lib/guest-attestation/history.json, root only. */
#ifndef MONITOR_HISTORY_H
#define MONITOR_HISTORY_H

#include "appraise/verdict.h"

#define HISTORY_FILE          "history.json" /* below the state folder */
#define HISTORY_BOOT_SIZE     37             /* the kernel's random/boot_id */
#define HISTORY_PROVIDER_SIZE 512

struct history {
	char boot_id[HISTORY_BOOT_SIZE]; /* of the last round's boot */
	int64_t healthy_s;               /* last Healthy round, Unix time; 0 = never */
	char healthy_boot_id[HISTORY_BOOT_SIZE];
	int64_t token_expires_s;              /* of that round's token */
	char provider[HISTORY_PROVIDER_SIZE]; /* who was asked; another one's proof is none */
	int64_t failing_since_s;              /* first of the rounds without an answer; 0 after an answer */
	uint32_t failures;                    /* their number */
	int64_t baseline_s;                   /* when a baseline was last there; 0 = never */
};

struct history_round {
	enum health health;
	const char *boot_id;
	const char *provider;    /* "": it was not found out whom to ask, and what was before stands */
	int64_t token_expires_s; /* counts if Healthy */
	int64_t now_s;
};

/* What the history is after a round. An earlier proof is forgotten when another provider was asked. */
struct history history_after(const struct history *before, const struct history_round *round);

int history_parse(struct bytes text, struct history *ret, struct err *err) err_check; /* ERR_STATE_INVALID */
/* No file: an empty history. A damaged one is set aside as history.json.broken, and the history is empty. */
int history_load(int state_fd, struct history *ret, struct err *err) err_check;
/* Members that a newer version put there survive. */
int history_save(int state_fd, const struct history *history, struct err *err) err_check;

#endif

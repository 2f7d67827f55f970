/* baseline.h - the results of guest-attest baseline, printed by baseline_print.c. */
#ifndef HANDLER_COMMANDS_BASELINE_H
#define HANDLER_COMMANDS_BASELINE_H

#include "agent/settings.h"
#include "attest/round.h"
#include "drift/baseline.h"
#include "memory/record.h"

struct baseline_options {
	const char *action, *root, *tcti, *event_log;
	bool is_json, is_generalising, keeps_boots;
};

struct baseline_view {
	int root_fd, state_fd;
	struct record service;
	struct settings settings;
	char boot_id[BOOT_ID_SIZE];
	struct baseline baseline;
	struct round_result *round; /* diff, accept: this boot */
	struct components boot; /* likewise: this boot's components */
	struct drift drift; /* likewise: the differences from the baseline before the command */
	struct drift_judgement judgement; /* likewise */
	bool is_accepted; /* accept: this boot was not accepted before */
	int exit_code;
};

void print_baseline(const struct baseline_view *view);
int print_baseline_json(const struct baseline_view *view, struct err *err) err_check;
void print_drift(const struct baseline_view *view);
int print_drift_json(const struct baseline_view *view, struct err *err) err_check;
void print_accepted(const struct baseline_view *view);

#endif

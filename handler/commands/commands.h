/* commands.h - the commands of guest-attest, one file each, and the one place where they print. */
#ifndef HANDLER_COMMANDS_H
#define HANDLER_COMMANDS_H

#include "appraise/verdict.h"
#include "base/buf.h"
#include "base/options.h"
#include "edge/json.h"

#define EXIT_USAGE       64
#define EXIT_OUTPUT_LOST 2 /* never 1, which is a verdict of those commands that have one */

struct command {
	const char *name;
	const char *summary; /* its line in the list of commands */
	const char *words; /* behind the name: "FILE [OPTION...]" */
	const char *about, *notes; /* around the options, see base/options.h */
	const struct option_row *rows;
	size_t size; /* of the struct that the rows fill */
	/* ERR_USAGE; NULL if there is nothing to check */
	int (*check)(const void *options, struct err *err);
	int (*run)(const void *options); /* the exit code */
};

extern const struct command attest_command, baseline_command, doctor_command, evidence_command,
	files_command, log_command, report_command, status_command, verify_command;

/* run.c. The program: finds the command, parses its options, runs it; the exit code. */
int commands_main(int argc, char **argv);

/* print.c: stdout for answers, stderr for errors. What was read from outside must be clean already
 * (base/text.h, edge/json.h). */
void print_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* On stderr, where stdout holds something else. */
void print_aside(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The rest of a line behind `indent` columns. On a terminal what does not fit goes on below it;
 * elsewhere a line stays a line. */
void print_hanging(size_t indent, const char *text);
int print_json(const json *value, enum json_style style, struct err *err) err_check;
/* "guest-attest: name: message Remedy." on stderr; the exit code. */
int print_err(const struct err *err);
/* "code", "name", "message", "remedy" */
void add_err(json *parent, const struct err *failure);
/* For programs that asked for JSON: these members as an object on stdout; else as print_err. */
void print_failure(const struct err *failure, bool is_json);
/* "guest-attest log: message; see 'guest-attest log --help'" on stderr; EXIT_USAGE. */
int print_usage_error(const char *program, const struct err *wrong);
/* 0 Healthy, 1 Unhealthy, 2 Unknown. */
int health_exit_code(enum health health);
/* At the end: a full disk or a closed pipe turns success into EXIT_OUTPUT_LOST. */
int print_end(int exit_code);

/* boot_facts.c: what an appraisal proved about the boot, as members and as lines of "Facts". */
void add_boot_facts(json *facts, const struct appraisal *appraisal);
void print_boot_facts(const struct appraisal *appraisal);

/* checks.c. */
/* Values of options; none (NULL) is fine. ERR_USAGE. */
int check_nonce(const char *nonce, struct err *err) err_check;
int check_endpoint(const char *address, struct err *err) err_check;
int check_metadata(const char *address, struct err *err) err_check;
int check_proxy(const char *address, struct err *err) err_check;
bool is_no_proxy(const char *proxy); /* "none" */

/* files.c. '-' is standard input; ERR_FORMAT past ret->max, ERR_INPUT with errno in `native`. */
int read_input(const char *path, struct buf *ret, struct err *err) err_check;
/* Certificates as PEM: ERR_CA_FILE. */
int read_pem(const char *path, struct buf *ret, struct err *err) err_check;
/* The root directory of the machine to look at, NULL for this one's. ERR_INPUT. */
int open_root(const char *path, int *ret_fd, struct err *err) err_check;
/* For its owner only, whole or not at all. ERR_USAGE if something else than a file has that name;
 * ERR_IO. */
int write_private(const char *path, struct bytes contents, struct err *err) err_check;

#endif

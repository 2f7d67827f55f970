/* commands.h - the commands of guest-attest, one file each, and the one place where they print.
 *
 * A command gets its own name as argv[0] and returns the exit code: 0, or
 * err_info(code)->exit_code, or EXIT_USAGE. */
#ifndef HANDLER_COMMANDS_H
#define HANDLER_COMMANDS_H

#include "appraise/verdict.h"
#include "base/buf.h"
#include "edge/json.h"

#define EXIT_USAGE       64
#define EXIT_OUTPUT_LOST 2 /* never 1, which is a verdict of those commands that have one */

int command_attest(int argc, char **argv);
int command_baseline(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_evidence(int argc, char **argv);
int command_files(int argc, char **argv);
int command_log(int argc, char **argv);
int command_status(int argc, char **argv);
int command_report(int argc, char **argv);
int command_verify(int argc, char **argv);

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
int print_usage_error(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* 0 Healthy, 1 Unhealthy, 2 Unknown. */
int health_exit_code(enum health health);
/* At the end: a full disk or a closed pipe turns success into EXIT_OUTPUT_LOST. */
int print_end(int exit_code);

/* boot_facts.c: what an appraisal proved about the boot, as members and as lines of "Facts". */
void add_boot_facts(json *facts, const struct appraisal *appraisal);
void print_boot_facts(const struct appraisal *appraisal);

/* options.c. A list of at most 16 begins with "help", which is also -h, and ends with a name of
 * NULL. */
struct command_option {
	const char *name;
	const char **value; /* takes one; NULL: a switch */
	/* of a switch; beside a value: it may be given several times, see OPTION_VALUES */
	bool *is_given;
};
#define MAX_OPTION_VALUES 16
struct option_values {
	const char *items[MAX_OPTION_VALUES + 1]; /* NULL behind the last */
	bool is_given;
};
#define OPTION_VALUES(values) (values)->items, &(values)->is_given
/* NULL, or what is wrong with *ret_word. */
const char *parse_command_options(
	int argc, char **argv, const struct command_option *known, const char **ret_word);
/* NULL, or what is wrong; none (NULL) is fine. */
const char *check_nonce(const char *nonce);
const char *check_endpoint(const char *address);
const char *check_metadata(const char *address);
const char *check_proxy(const char *address);
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

/* commands.h - the commands of guest-attest, one file each, and the functions by which they
 * print. */
#ifndef HANDLER_COMMANDS_H
#define HANDLER_COMMANDS_H

#include "appraise/facts.h"
#include "appraise/verdict.h"
#include "base/buf.h"
#include "base/options.h"
#include "edge/json.h"

/* Exit codes of every command; handler/docs/exit-codes.md. */
enum {
	EXIT_GOOD = 0, /* Healthy, Genuine, all is well, done */
	/* Unhealthy, Refused, differs: something speaks against the VM or its evidence */
	EXIT_BAD = 1,
	EXIT_UNKNOWN = 2, /* not determined, not done, or the output could not be written */
	EXIT_RESERVED = 3, /* good, with a reservation that the output names */
	EXIT_USAGE = 64,
};

struct command {
	const char *name;
	const char *summary; /* its line in the list of commands */
	const char *words; /* follow the name: "FILE [OPTION...]" */
	const char *about, *notes; /* in front of and behind the options, see base/options.h */
	const struct option_row *rows;
	size_t size; /* bytes of the struct that the rows fill */
	/* ERR_USAGE; NULL if there is nothing to check */
	int (*check)(const void *options, struct err *err);
	/* ret_exit_code is EXIT_GOOD if it stays. -1: there is no answer, and run.c prints why. */
	int (*run)(const void *options, int *ret_exit_code, struct err *err);
	bool has_health; /* its JSON has a member "health" */
	/* Whether it shows all without root, too; NULL: it does not. */
	bool (*is_for_anybody)(const void *options);
};

extern const struct command attest_command, explain_command, history_command, log_command,
	now_command, status_command;
/* Commands of wings that a build may leave out (make WITHOUT=..): then their addresses are NULL. */
#define WING __attribute__((weak))
extern const struct command WING baseline_command, WING doctor_command, WING evidence_command,
	WING files_command, WING next_command, WING report_command, WING verify_command;

/* run.c. Finds the command, parses its options and runs it. Returns the exit code. */
int commands_main(int argc, char **argv);

/* print.c: answers go to stdout, errors to stderr. Text from outside must be clean already
 * (base/text.h, edge/json.h). */
void print_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* On stderr, for commands whose stdout holds something else. */
void print_aside(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Facts as printed lines. */
struct facts facts_as_text(void);
/* Prints the rest of a line that starts behind `indent` columns. On a terminal it is wrapped to
 * that column; elsewhere it stays one line. */
void print_hanging(size_t indent, const char *text);
/* Prints why, and the remedy, below a verdict. */
void print_reason(enum err_code code, const char *message);
/* Prints a value of a document without a line break behind it. */
int print_json(const json *value, enum json_style style, struct err *err) err_check;
/* Makes an object with the members of every document: version, code, name, message, remedy. The
 * message may be NULL. */
json *document_new(enum err_code code, const char *message);
int print_document(const json *document, struct err *err) err_check;
/* Ends a command without an answer: as a document on stdout if is_json, else as "guest-attest:
 * name: message Remedy." on stderr. Returns the exit code. */
int command_fail(const struct command *command, const struct err *failure, bool is_json);
/* The same only on stderr, if part of the answer is on stdout already. */
int print_err(const struct err *err);
/* Prints "guest-attest log: message; see 'guest-attest log --help'" on stderr. Returns
 * EXIT_USAGE. */
int print_usage_error(const char *program, const struct err *wrong);
int health_exit_code(enum health health);
/* status.c: what the service reported last, and the exit code of its health. */
int print_status(const char *root, bool is_json, int *ret_exit_code, struct err *err) err_check;
/* Called last. Returns EXIT_UNKNOWN if output could not be written, to a full disk or a closed
 * pipe; else exit_code. */
int print_end(int exit_code);

/* checks.c. */
/* Check values of options; NULL (not given) passes. ERR_USAGE. */
int check_nonce(const char *nonce, struct err *err) err_check;
int check_endpoint(const char *address, struct err *err) err_check;
int check_metadata(const char *address, struct err *err) err_check;
int check_proxy(const char *address, struct err *err) err_check;
bool always(const void *options); /* true */
bool is_no_proxy(const char *proxy); /* "none" */

/* paths.c. '-' is standard input. ERR_FORMAT for more than ret->max bytes, ERR_INPUT with errno in
 * `native`. */
int read_input(const char *path, struct buf *ret, struct err *err) err_check;
/* Reads certificates as PEM. ERR_CA_FILE. */
int read_pem(const char *path, struct buf *ret, struct err *err) err_check;
/* Opens the root directory of the machine to look at; NULL is this machine's. ERR_INPUT. */
int open_root(const char *path, int *ret_fd, struct err *err) err_check;
/* Writes a file for its owner only, completely or not at all. ERR_USAGE if the name belongs to
 * something else than a file; ERR_IO. */
int write_private(const char *path, struct bytes contents, struct err *err) err_check;

#endif

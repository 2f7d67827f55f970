/* commands.h - the commands of guest-attest, one file each, and the one place where they print. */
#ifndef HANDLER_COMMANDS_H
#define HANDLER_COMMANDS_H

#include "appraise/facts.h"
#include "appraise/verdict.h"
#include "base/buf.h"
#include "base/options.h"
#include "edge/json.h"

/* Of every command; handler/docs/exit-codes.md. */
enum {
	EXIT_GOOD = 0, /* Healthy, Verified, all is well, done */
	EXIT_BAD = 1, /* Unhealthy, Refused, differs: something speaks against what was looked at */
	EXIT_UNKNOWN = 2, /* could not be found out or done, or the output could not be written */
	EXIT_RESERVED = 3, /* good, with a reservation that the output names */
	EXIT_USAGE = 64,
};

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
	bool has_health; /* its JSON has a member "health" */
};

extern const struct command attest_command, log_command, status_command;
/* Commands of wings, which a build may leave out (make WITHOUT=..): their addresses are then NULL.
 */
#define WING __attribute__((weak))
extern const struct command WING baseline_command, WING doctor_command, WING evidence_command,
	WING files_command, WING report_command, WING verify_command;

/* run.c. The program: finds the command, parses its options, runs it; the exit code. */
int commands_main(int argc, char **argv);

/* print.c: stdout for answers, stderr for errors. What was read from outside must be clean already
 * (base/text.h, edge/json.h). */
void print_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* On stderr, where stdout holds something else. */
void print_aside(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Lines of "Facts". */
struct facts facts_as_text(void);
/* The rest of a line behind `indent` columns. On a terminal what does not fit goes on below it;
 * elsewhere a line stays a line. */
void print_hanging(size_t indent, const char *text);
/* The value of a document, or a part of one, without a line break behind it. */
int print_json(const json *value, enum json_style style, struct err *err) err_check;
/* An object with what every document of ours has: version, code, name, message, remedy. The message
 * may be NULL. */
json *document_new(enum err_code code, const char *message);
int print_document(const json *document, struct err *err) err_check;
/* The command ends without an answer: as a document on stdout if JSON was asked for, else
 * "guest-attest: name: message Remedy." on stderr. The exit code. */
int command_fail(const struct command *command, const struct err *failure, bool is_json);
/* Only on stderr, when part of the answer is on stdout already. */
int print_err(const struct err *err);
/* "guest-attest log: message; see 'guest-attest log --help'" on stderr; EXIT_USAGE. */
int print_usage_error(const char *program, const struct err *wrong);
int health_exit_code(enum health health);
/* At the end: what could not be written, to a full disk or a closed pipe, is EXIT_UNKNOWN. */
int print_end(int exit_code);

/* checks.c. */
/* Values of options; none (NULL) is fine. ERR_USAGE. */
int check_nonce(const char *nonce, struct err *err) err_check;
int check_endpoint(const char *address, struct err *err) err_check;
int check_metadata(const char *address, struct err *err) err_check;
int check_proxy(const char *address, struct err *err) err_check;
bool is_no_proxy(const char *proxy); /* "none" */

/* paths.c. '-' is standard input; ERR_FORMAT past ret->max, ERR_INPUT with errno in `native`. */
int read_input(const char *path, struct buf *ret, struct err *err) err_check;
/* Certificates as PEM: ERR_CA_FILE. */
int read_pem(const char *path, struct buf *ret, struct err *err) err_check;
/* The root directory of the machine to look at, NULL for this one's. ERR_INPUT. */
int open_root(const char *path, int *ret_fd, struct err *err) err_check;
/* For its owner only, whole or not at all. ERR_USAGE if something else than a file has that name;
 * ERR_IO. */
int write_private(const char *path, struct bytes contents, struct err *err) err_check;

#endif

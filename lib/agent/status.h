/* status.h - the status file N.status: what the portal shows. Atomic, valid UTF-8, small.
 * Source: agent's parse_ext_status (WALinuxAgent 2.15): exact lower-case words, name and message
 * always present. */
#ifndef AGENT_STATUS_H
#define AGENT_STATUS_H

#include "base/buf.h"
#include "base/err.h"

#define STATUS_MESSAGE_SIZE 1024
#define STATUS_MAX_ITEMS    12
#define STATUS_NAME_SIZE    32
#define STATUS_HEALTH_ITEM                                                                         \
	"BootIntegrity" /* the item that says what the last attestation came to */
#define STATUS_MAX_BYTES (32u << 10) /* the agent cuts at 128 Ki characters */

enum status_state { STATUS_TRANSITIONING, STATUS_SUCCESS, STATUS_WARNING, STATUS_ERROR };

struct status_item {
	char name[STATUS_NAME_SIZE]; /* short, no slashes */
	enum status_state state;
	int code; /* enum err_code, 0 = fine */
	char message[STATUS_MESSAGE_SIZE];
};

struct status {
	char operation[16]; /* "Enable", "Install", ... */
	enum status_state state;
	int code;
	char message[STATUS_MESSAGE_SIZE]; /* its first 200 characters tell all that matters */
	int64_t applied_at_s; /* when these settings were taken over; 0 = unknown, left out */
	size_t item_count;
	struct status_item items[STATUS_MAX_ITEMS];
};

void status_init(const char *operation, enum status_state state, struct status *ret);
/* State error, code from the table, and the message of the error. */
void status_of_err(const char *operation, const struct err *err, struct status *ret);
/* "What happened (name). Remedy" */
void status_message(const struct err *err, char ret[STATUS_MESSAGE_SIZE]);
/* Items past STATUS_MAX_ITEMS are dropped. The message is cleaned. */
void status_add(struct status *status, const char *name, enum status_state state, int code,
	const char *message);
/* The file's text. Appends to ret. */
int status_format(
	const struct status *status, int64_t now_s, struct buf *ret, struct err *err) err_check;
const char *status_state_name(enum status_state state); /* "success" etc. */

/* The file's text back, by whichever version of the program it was written: applied_at_s stays 0,
 * items past STATUS_MAX_ITEMS are dropped, texts are cleaned. ERR_STATE_INVALID. */
int status_parse(struct bytes text, struct status *ret, struct err *err) err_check;
/* Read <sequence>.status; ret_written_s: when it was written, by the file. No file: ERR_IO with
 * native ENOENT. */
int status_read(int status_dir_fd, uint32_t sequence, struct status *ret, int64_t *ret_written_s,
	struct err *err) err_check;

#define STATUS_FILE_NAME_SIZE 32
void status_file_name(uint32_t sequence, char ret[STATUS_FILE_NAME_SIZE]);

/* Write <sequence>.status below the folder. One that cannot be written (a full disk) is removed:
 * what it said before does not stand any more. */
int status_write(int status_dir_fd, uint32_t sequence, const struct status *status, int64_t now_s,
	struct err *err) err_check;
/* State and code of the file as it is; -1 if there is none or it is not readable. For waiting on
 * the first round. */
int status_read_outcome(
	int status_dir_fd, uint32_t sequence, enum status_state *ret_state, int *ret_code);

#endif

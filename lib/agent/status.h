/* status.h - the status file N.status, which the portal shows: written atomically, valid UTF-8,
 * small. Source: parse_ext_status of WALinuxAgent 2.15, which requires exact lower-case words and
 * that name and message are present. */
#ifndef AGENT_STATUS_H
#define AGENT_STATUS_H

#include "base/buf.h"
#include "base/err.h"

#define STATUS_MESSAGE_SIZE 1024
#define STATUS_MAX_ITEMS    13
#define STATUS_NAME_SIZE    32
/* the item with the result of the last attestation */
#define STATUS_HEALTH_ITEM "BootIntegrity"
#define STATUS_MAX_BYTES   (32u << 10) /* the agent truncates at 128 Ki characters */

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
	char message[STATUS_MESSAGE_SIZE]; /* the portal's list shows its first 200 characters */
	/* in a status that was read: the guest agent wrote it, because it does not run the
	 * extension: a policy or Extensions.Enabled=n forbids it. Source:
	 * __handle_ext_disallowed_error of WALinuxAgent 2.15; it writes another name. */
	bool is_agents;
	int64_t applied_at_s; /* when the settings took effect; 0 = unknown, left out */
	size_t item_count;
	struct status_item items[STATUS_MAX_ITEMS];
};

void status_init(const char *operation, enum status_state state, struct status *ret);
/* State error, with the code and status_message() of the error. */
void status_of_err(const char *operation, const struct err *err, struct status *ret);
/* State transitioning: who stopped the service, and when. */
void status_stopped(const char *operation, const char *who, int64_t now_s, struct status *ret);
/* "What happened (name). Remedy" */
void status_message(const struct err *err, char ret[STATUS_MESSAGE_SIZE]);
/* A copy that says success, until when, and why; for free(). NULL: no memory. */
struct status *status_suppressed(const struct status *status, int64_t until_s, const char *reason);
/* Adds an item; beyond STATUS_MAX_ITEMS it is dropped. Name and message are cleaned. */
void status_add(struct status *status, const char *name, enum status_state state, int code,
	const char *message);
/* NULL if there is no item of that name. */
const struct status_item *status_find(const struct status *status, const char *name);
/* Appends the text of the file to ret. ERR_NO_MEMORY; ret's maximum bounds it. */
int status_format(
	const struct status *status, int64_t now_s, struct buf *ret, struct err *err) err_check;
const char *status_state_name(enum status_state state); /* "success" etc. */

/* Parses the text of a file that any version of the program, or the guest agent, may have written:
 * applied_at_s becomes
 * 0, items beyond STATUS_MAX_ITEMS are dropped, texts are cleaned. ERR_STATE_INVALID. */
int status_parse(struct bytes text, struct status *ret, struct err *err) err_check;
/* Reads <sequence>.status; ret_written_s is the time of its last modification. No file: ERR_IO with
 * native ENOENT. */
int status_read(int status_dir_fd, uint32_t sequence, struct status *ret, int64_t *ret_written_s,
	struct err *err) err_check;

#define STATUS_FILE_NAME_SIZE 32
void status_file_name(uint32_t sequence, char ret[STATUS_FILE_NAME_SIZE]);

/* Writes <sequence>.status into the folder. If that fails (a full disk), the file is removed,
 * because the old status is no longer true, and the room that it took is tried. ERR_IO,
 * ERR_NO_MEMORY. */
int status_write(int status_dir_fd, uint32_t sequence, const struct status *status, int64_t now_s,
	struct err *err) err_check;
struct status_outcome {
	enum status_state state;
	int code;
	bool is_agents; /* as in struct status */
};
/* What stands in the file; -1 if it is missing or unreadable. */
int status_read_outcome(int status_dir_fd, uint32_t sequence, struct status_outcome *ret);

#endif

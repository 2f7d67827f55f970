/* environment.h - where the guest agent expects the extension's files: HandlerEnvironment.json and
 * the variables of a command. Source: Azure guest agent (WALinuxAgent 2.15), observed behaviour. */
#ifndef AGENT_ENVIRONMENT_H
#define AGENT_ENVIRONMENT_H

#include "base/buf.h"

#define ENVIRONMENT_PATH_SIZE 512
#define ENVIRONMENT_MAX_BYTES (64u << 10)

struct environment {
	char log_folder[ENVIRONMENT_PATH_SIZE];
	char config_folder[ENVIRONMENT_PATH_SIZE];
	char status_folder[ENVIRONMENT_PATH_SIZE];
	char events_folder[ENVIRONMENT_PATH_SIZE]; /* "" if the agent collects no events */
	uint32_t sequence; /* settings number N: config/N.settings, status/N.status */
};

/* Parses HandlerEnvironment.json; ret->sequence becomes 0. ERR_ENVIRONMENT_INVALID. */
int environment_parse(struct bytes text, struct environment *ret, struct err *err) err_check;
/* The sequence number: the text of ConfigSequenceNumber if it is given (decimal, else
 * ERR_ENVIRONMENT_INVALID), otherwise the number of the *.settings file that was written last,
 * otherwise 0. ERR_IO: the folder cannot be read. */
int environment_find_sequence(
	int config_dir_fd, const char *variable, uint32_t *ret, struct err *err) err_check;

/* Opens a folder that the agent named (service->home, those of the environment), relative to the
 * root directory. The caller closes it. ERR_IO, with native ENOENT if it does not exist. */
int environment_open_folder(int root_fd, const char *path, int *ret_fd, struct err *err) err_check;
/* Opens the folder that holds it. ret_name: its name there, within `path`. */
int environment_open_parent(int root_fd, const char *path, int *ret_fd, const char **ret_name,
	struct err *err) err_check;
/* The same as environment_open_folder for a folder that the extension writes to: it is created with
 * mode 0700 if it is missing and its parent exists. */
int environment_make_folder(int root_fd, const char *path, int *ret_fd, struct err *err) err_check;

#endif

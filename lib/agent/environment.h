/* environment.h - where the guest agent wants our files: HandlerEnvironment.json and the variables
 * of a command. Source: Azure guest agent (WALinuxAgent 2.15), observed behaviour. */
#ifndef AGENT_ENVIRONMENT_H
#define AGENT_ENVIRONMENT_H

#include "base/buf.h"

#define ENVIRONMENT_PATH_SIZE 512
#define ENVIRONMENT_MAX_BYTES (64u << 10)

struct environment {
	char log_folder[ENVIRONMENT_PATH_SIZE];
	char config_folder[ENVIRONMENT_PATH_SIZE];
	char status_folder[ENVIRONMENT_PATH_SIZE];
	char events_folder[ENVIRONMENT_PATH_SIZE]; /* "" if the agent collects none */
	uint32_t sequence; /* settings number N: config/N.settings, status/N.status */
};

/* Parse HandlerEnvironment.json. sequence stays 0. ERR_ENVIRONMENT_INVALID. */
int environment_parse(struct bytes text, struct environment *ret, struct err *err) err_check;
/* The text of ConfigSequenceNumber if given (decimal, else ERR_ENVIRONMENT_INVALID), otherwise the
 * number of the *.settings file that was written last, otherwise 0. */
int environment_find_sequence(
	int config_dir_fd, const char *variable, uint32_t *ret, struct err *err) err_check;

/* A folder that the agent named (service->home, environment's), seen from the root directory. */
int environment_open_folder(int root_fd, const char *path, int *ret_fd, struct err *err) err_check;
/* The same for one that we write to: if only the folder itself is missing, it is made, 0700. */
int environment_make_folder(int root_fd, const char *path, int *ret_fd, struct err *err) err_check;

#endif

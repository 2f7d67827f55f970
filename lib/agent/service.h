/* service.h - what the service must know to do its work, kept outside of the versioned folder: var/lib/guest-attestation/service.json,
 * root only; and the lock by which the one running service is known.
 *
 * Extension variables do not reach a systemd unit, and the folders change with every version, so `enable` writes them here. Settings
 * are not copied: the service reads config/<sequence>.settings itself.
 */
#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

#include <sys/types.h>
#include "agent/environment.h"
#include "agent/state.h"
#include "edge/proxy.h"

#define SERVICE_STATE_FOLDER  "var/lib/guest-attestation" /* below the root directory */
#define SERVICE_FILE          "service.json"              /* below the state folder   */
#define SERVICE_PID_FILE      "monitor.pid"
#define SERVICE_TCTI_SIZE     256
#define SERVICE_METADATA_SIZE 64
#define SERVICE_MARK_SIZE     17

struct service {
	char home[ENVIRONMENT_PATH_SIZE];     /* versioned folder of the package, absolute */
	struct environment environment;       /* folders and sequence */
	char tcti[SERVICE_TCTI_SIZE];         /* "" = the machine's TPM device */
	char metadata[SERVICE_METADATA_SIZE]; /* http://ADDRESS of the metadata service; "" = the cloud's */
	char proxy[PROXY_URL_SIZE]; /* of the agent's environment, maybe with a password; "" = none */
	char proxy_variable[PROXY_SOURCE_SIZE]; /* in which it was */
	char no_proxy[PROXY_BYPASS_SIZE];       /* likewise no_proxy's; of a longer one its first entries */
	char settings_mark
		[SERVICE_MARK_SIZE]; /* of the settings file's bytes, to notice changed ones of the same number */
	char program_version[32]; /* whose programs run the service */
	int64_t enabled_at_s;
};

/* The proxy of a program's variables ("NAME=value" each, NULL at the end); one that does not fit counts as none. */
void service_take_proxy(char *const *variables, struct service *ret);

/* The state folder, 0700. With create false, a missing one is ERR_IO with native ENOENT. root_fd: the root directory. */
int service_open_state(int root_fd, bool create, int *ret_fd, struct err *err) err_check;

/* A folder that the agent named (service->home, environment's), seen from the root directory. */
int service_open_folder(int root_fd, const char *path, int *ret_fd, struct err *err) err_check;

int service_parse(struct bytes text, struct service *ret, struct err *err) err_check;
/* For those who look on: the file stays. */
enum state_found service_load(int state_fd, struct service *ret, struct err *err) err_check;
/* A damaged one is set aside as service.json.broken. */
enum state_found service_take(int state_fd, struct service *ret, struct err *err) err_check;
/* Members that a newer version put there survive. Atomic, 0600. */
int service_save(int state_fd, const struct service *service, struct err *err) err_check;

/* Same work: everything but enabled_at_s. */
bool service_equal(const struct service *a, const struct service *b);
/* 64-bit FNV-1a as hex: tells texts apart, protects nothing. */
void service_mark(struct bytes text, char ret[SERVICE_MARK_SIZE]);

/* Whether the package's folder is still there. The agent may delete it without calling any command (the extension left the goal state);
 * then the service ends by itself. */
int service_find_home(int root_fd, const struct service *service, bool *ret, struct err *err) err_check;

/* For the service itself, before anything else: become the one running service. The lock lasts until ret_fd is closed or the process
 * ends, and no other descriptor of the file may be closed before (POSIX record lock). Writes the process number for people.
 * ERR_SERVICE if another process holds it, ERR_STATE_UNREADABLE. */
int service_lock_pid(int state_fd, int *ret_fd, struct err *err) err_check;
/* Process that holds it, 0 if none. Exact: the kernel knows. Not for the holder itself, which would lose its lock. ERR_STATE_UNREADABLE. */
int service_find_pid(int state_fd, pid_t *ret, struct err *err) err_check;

enum service_end {
	SERVICE_GOES_ON,  /* or it cannot be found out: that ends nothing */
	SERVICE_REMOVED,  /* the package is gone */
	SERVICE_UNLOCKED, /* the lock file is gone, by which commands would find the service */
	SERVICE_REPLACED, /* they find another one by it */
};

/* For the service itself: whether its time is over. lock_fd: of service_lock_pid(). */
enum service_end service_find_end(int root_fd, const struct service *service, int lock_fd);

#endif

/* record.h - what `enable` records for the service, outside of the versioned folder:
 * var/lib/guest-attestation/service.json, for root only.
 *
 * It holds variables of the extension, which a systemd unit does not receive, and folders, which
 * change with every version. Settings are not copied: the service reads config/<sequence>.settings
 * itself. */
#ifndef MEMORY_RECORD_H
#define MEMORY_RECORD_H

#include "agent/environment.h"
#include "edge/state.h"
#include "net/proxy.h"

#define RECORD_FILE          "service.json" /* below the state folder */
#define RECORD_TCTI_SIZE     256
#define RECORD_METADATA_SIZE 64
#define RECORD_MARK_SIZE     17

struct record {
	char home[ENVIRONMENT_PATH_SIZE]; /* versioned folder of the package, absolute */
	struct environment environment; /* folders and sequence */
	char tcti[RECORD_TCTI_SIZE]; /* "" = the machine's TPM device */
	/* http://ADDRESS of the metadata service; "" = the cloud's */
	char metadata[RECORD_METADATA_SIZE];
	/* from the agent's environment, may contain a password; "" = none */
	char proxy[PROXY_URL_SIZE];
	char proxy_variable[PROXY_SOURCE_SIZE]; /* the variable that held it */
	/* value of no_proxy; a value that is too long is cut after a whole entry */
	char no_proxy[PROXY_BYPASS_SIZE];
	/* record_mark() of the settings file, to notice a change under the same number */
	char settings_mark[RECORD_MARK_SIZE];
	char program_version[32]; /* version of the programs that run the service */
	int64_t enabled_at_s;
};

/* Takes the proxy from an environment ("NAME=value" each, NULL at the end); a value that does not
 * fit counts as none. */
void record_take_proxy(char *const *variables, struct record *ret);

/* ERR_STATE_INVALID. */
int record_parse(struct bytes text, struct record *ret, struct err *err) err_check;
/* For commands that only read: a damaged file stays. */
enum state_found record_load(int state_fd, struct record *ret, struct err *err) err_check;
/* For the service and enable: a damaged file is set aside as service.json.broken. */
enum state_found record_take(int state_fd, struct record *ret, struct err *err) err_check;
/* Writes atomically, with mode 0600, and keeps members that a newer version wrote. Errors as
 * state_save(). */
int record_save(int state_fd, const struct record *service, struct err *err) err_check;

/* Are all members equal, except enabled_at_s? */
bool record_equal(const struct record *a, const struct record *b);
/* 64-bit FNV-1a as hex: shows that a text changed, and protects against nothing. */
void record_mark(struct bytes text, char ret[RECORD_MARK_SIZE]);

#endif

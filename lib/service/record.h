/* record.h - what the service must know to do its work, kept outside of the versioned folder:
 * var/lib/guest-attestation/service.json, root only.
 *
 * Extension variables do not reach a systemd unit, and the folders change with every version, so
 * `enable` writes them here. Settings are not copied: the service reads config/<sequence>.settings
 * itself.
 */
#ifndef SERVICE_RECORD_H
#define SERVICE_RECORD_H

#include "agent/environment.h"
#include "edge/state.h"
#include "net/proxy.h"

#define RECORD_FILE          "service.json" /* below the state folder   */
#define RECORD_TCTI_SIZE     256
#define RECORD_METADATA_SIZE 64
#define RECORD_MARK_SIZE     17

struct record {
	char home[ENVIRONMENT_PATH_SIZE]; /* versioned folder of the package, absolute */
	struct environment environment; /* folders and sequence */
	char tcti[RECORD_TCTI_SIZE]; /* "" = the machine's TPM device */
	/* http://ADDRESS of the metadata service; "" = the cloud's */
	char metadata[RECORD_METADATA_SIZE];
	/* of the agent's environment, maybe with a password; "" = none */
	char proxy[PROXY_URL_SIZE];
	char proxy_variable[PROXY_SOURCE_SIZE]; /* in which it was */
	/* likewise no_proxy's; of a longer one its first entries */
	char no_proxy[PROXY_BYPASS_SIZE];
	/* of the settings file's bytes, to notice changed ones of the same number */
	char settings_mark[RECORD_MARK_SIZE];
	char program_version[32]; /* whose programs run the service */
	int64_t enabled_at_s;
};

/* The proxy of a program's variables ("NAME=value" each, NULL at the end); one that does not fit
 * counts as none. */
void record_take_proxy(char *const *variables, struct record *ret);

int record_parse(struct bytes text, struct record *ret, struct err *err) err_check;
/* For those who look on: the file stays. */
enum state_found record_load(int state_fd, struct record *ret, struct err *err) err_check;
/* A damaged one is set aside as service.json.broken. */
enum state_found record_take(int state_fd, struct record *ret, struct err *err) err_check;
/* Members that a newer version put there survive. Atomic, 0600. */
int record_save(int state_fd, const struct record *service, struct err *err) err_check;

/* Same work: everything but enabled_at_s. */
bool record_equal(const struct record *a, const struct record *b);
/* 64-bit FNV-1a as hex: tells texts apart, protects nothing. */
void record_mark(struct bytes text, char ret[RECORD_MARK_SIZE]);

#endif

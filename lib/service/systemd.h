/* systemd.h - the service under systemd: its unit file below etc/systemd/system, and systemctl. */
#ifndef SERVICE_SYSTEMD_H
#define SERVICE_SYSTEMD_H

#include "base/buf.h"

#define SYSTEMD_UNIT_NAME      "guest-attestation.service"
#define SYSTEMD_UNIT_FOLDER    "etc/systemd/system" /* below the root directory */
#define SYSTEMD_UNIT_MAX_BYTES (64u << 10)

/* What the template's marks ({{PROGRAM}} and so on) stand for. Paths are as the service sees
 * them. */
struct systemd_unit {
	const char *program; /* {{PROGRAM}} */
	const char *root; /* {{ROOT}} */
	/* what it may write beside its state: folders of this version alone */
	const char *status; /* {{STATUS}} */
	const char *log; /* {{LOG}} */
	const char *events; /* {{EVENTS}} */
};

/* Each value is quoted for systemd (systemd.syntax(7)). An unknown mark is ERR_FORMAT. Appends to
 * ret. */
int systemd_format_unit(struct bytes template, const struct systemd_unit *unit, struct buf *ret,
	struct err *err) err_check;

/* Whether systemd runs this machine and systemctl is there, both below the root directory. */
int systemd_is_here(int root_fd, bool *ret, struct err *err) err_check;
/* Whether the unit file is there. */
int systemd_find_unit(int root_fd, bool *ret, struct err *err) err_check;
/* ret_lasts: false if it is there for this boot only, below /run, since /etc is read-only: then it
 * cannot be enabled. */
int systemd_write_unit(int root_fd, struct bytes text, bool *ret_lasts, struct err *err) err_check;
int systemd_remove_unit(int root_fd, struct err *err) err_check;

/* Runs `systemctl VERB [guest-attestation.service]` to its end, for a bounded time. ret_exit: its
 * exit code. ERR_SERVICE if it cannot be started or does not end; the first words of its stderr go
 * into *err also when it exits with a failure (for the caller who takes that for an error). root:
 * path of the root directory. */
int systemd_call(const char *root, const char *verb, bool names_unit, int *ret_exit,
	struct err *err) err_check;

#endif

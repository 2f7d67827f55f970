/* systemd.h - the service under systemd: its unit file below etc/systemd/system, and systemctl. */
#ifndef SETUP_SYSTEMD_H
#define SETUP_SYSTEMD_H

#include "base/buf.h"

#define SYSTEMD_UNIT_NAME      "guest-attestation.service"
#define SYSTEMD_UNIT_FOLDER    "etc/systemd/system" /* below the root directory */
#define SYSTEMD_PACKAGE_FOLDER "lib/systemd/system" /* of the distribution's packages */
#define SYSTEMD_UNIT_MAX_BYTES (64u << 10)

/* The values of the template's marks ({{PROGRAM}} and so on). Paths are as the service sees
 * them. */
struct systemd_unit {
	const char *program; /* {{PROGRAM}} */
	const char *root; /* {{ROOT}} */
	const char *home; /* {{HOME}}: the package's folder, below root */
	/* the folders that it may write to besides its state, of this version only */
	const char *status; /* {{STATUS}} */
	const char *log; /* {{LOG}} */
	const char *events; /* {{EVENTS}} */
};

/* Replaces the marks by values, quoted for systemd (systemd.syntax(7)), and appends the text to
 * ret. ERR_FORMAT: unknown mark, or longer than ret's maximum. ERR_NO_MEMORY. */
int systemd_format_unit(struct bytes template, const struct systemd_unit *unit, struct buf *ret,
	struct err *err) err_check;

/* Does systemd run this machine, and does systemctl exist, both below the root directory?
 * ERR_IO. */
int systemd_is_here(int root_fd, bool *ret, struct err *err) err_check;
/* Does the unit file exist, written by systemd_write_unit() or by a package? ERR_IO. */
int systemd_find_unit(int root_fd, bool *ret, struct err *err) err_check;
/* Writes the unit file. ret_lasts: false if it was written below /run, because /etc is read-only;
 * then it lasts for this boot only and cannot be enabled. ERR_IO. */
int systemd_write_unit(int root_fd, struct bytes text, bool *ret_lasts, struct err *err) err_check;
/* 0 also if there is none. ERR_IO. */
int systemd_remove_unit(int root_fd, struct err *err) err_check;

/* Runs `systemctl VERB [guest-attestation.service]` for a bounded time (40 s). ret_exit: its exit
 * code. ERR_SERVICE: it cannot be started or does not end. If it exits with a failure, this returns
 * 0 and *err holds the beginning of its stderr, for callers to which that is an error. root: path
 * of the root directory. */
int systemd_call(const char *root, const char *verb, bool names_unit, int timeout_ms, int *ret_exit,
	struct err *err) err_check;

#define SYSTEMD_EXIT_EXEC 203 /* EXIT_EXEC of systemd.exec(5) */
/* Was systemd unable to execute the unit's program, for whatever reason? ERR_SERVICE: systemctl
 * cannot be started or does not end. */
int systemd_find_exec(const char *root, bool *ret_failed, struct err *err) err_check;

#endif

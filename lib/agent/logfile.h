/* logfile.h - the extension's own log in the agent's log folder, one line per event. It survives
 * uninstall and support may collect it, so it must hold no secrets. The agent does not rotate it;
 * this module does. */
#ifndef AGENT_LOGFILE_H
#define AGENT_LOGFILE_H

#include <stdint.h>
#include "base/log.h"

#define LOGFILE_NAME      "guest-attestation.log"
#define LOGFILE_OLD_NAME  LOGFILE_NAME ".1"
#define LOGFILE_MAX_BYTES (1 << 20) /* then it is renamed to LOGFILE_OLD_NAME */
#define LOGFILE_LINE_SIZE 1024 /* longer lines are cut between characters */

/* Appends "2026-01-31T12:00:00Z error TEXT"; TEXT is cleaned. Several programs may append at the
 * same time: no line is torn or lost. Both files are for root only and links are refused.
 * ERR_IO. */
int logfile_append(int log_dir_fd, int64_t now_s, enum log_level level, const char *text,
	struct err *err) err_check;

#endif

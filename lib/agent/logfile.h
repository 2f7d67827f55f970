/* logfile.h - our own log in the agent's log folder: a line per event, for whoever looks later. It
 * survives uninstall, and support may collect it: no secrets. Nobody rotates it but us. */
#ifndef AGENT_LOGFILE_H
#define AGENT_LOGFILE_H

#include <stdint.h>
#include "base/log.h"

#define LOGFILE_NAME      "guest-attestation.log"
#define LOGFILE_OLD_NAME  LOGFILE_NAME ".1"
#define LOGFILE_MAX_BYTES (1 << 20) /* then it becomes the old one, of which there is one */
#define LOGFILE_LINE_SIZE 1024 /* longer lines are cut between characters */

/* "2026-01-31T12:00:00Z error TEXT"; TEXT is cleaned. Several programs may append at once: no line
 * is torn or lost. Root only; neither file is a link. ERR_IO. */
int logfile_append(int log_dir_fd, int64_t now_s, enum log_level level, const char *text,
	struct err *err) err_check;

#endif

/* settings_protected.h - settings with an encrypted part. The platform encrypts it for a
 * certificate of the VM; the guest agent keeps that and its key as <THUMBPRINT>.crt and .prv, two
 * levels above the configuration folder. Certificates are rotated, so nothing is remembered: every
 * start opens the newest settings anew, and the plain text lives only until the settings are
 * read. */
#ifndef AGENT_SETTINGS_PROTECTED_H
#define AGENT_SETTINGS_PROTECTED_H

#include "agent/settings.h"

/* settings_parse_both() with `text` (of N.settings) and the protected settings in it, if there are
 * any; then this process is made undumpable (no core file, no /proc/PID/mem for others).
 * config_folder: as the agent named it, seen from root_fd. ERR_PROTECTED_SETTINGS: no certificate
 * or key, not for this VM, damaged, no JSON object; other errors as settings_parse(). */
int settings_protected_parse(int root_fd, const char *config_folder, struct bytes text,
	struct settings *ret, struct err *err) err_check;

/* The plain text, appended to ret, whose memory is wiped when it is released; nothing if there is
 * none. lib_fd: the agent's folder. */
int settings_protected_decrypt(int lib_fd, struct bytes message,
	const char thumbprint[SETTINGS_THUMBPRINT_SIZE], struct buf *ret, struct err *err) err_check;

#endif

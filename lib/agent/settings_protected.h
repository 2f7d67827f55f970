/* settings_protected.h - settings with an encrypted part. The platform encrypts it for a
 * certificate of the VM. The guest agent keeps this certificate and its key as <THUMBPRINT>.crt and
 * .prv, two levels above the configuration folder. Certificates are rotated, so nothing is cached:
 * every start decrypts the newest settings, and the plain text is wiped once they are parsed. */
#ifndef AGENT_SETTINGS_PROTECTED_H
#define AGENT_SETTINGS_PROTECTED_H

#include "agent/settings.h"

/* Calls settings_parse_both() with `text` (of N.settings) and its protected settings, if there are
 * any. In that case the process is first made undumpable (no core file, no /proc/PID/mem for
 * others). config_folder: as the agent named it, relative to root_fd. ERR_PROTECTED_SETTINGS: no
 * certificate or key, not for this VM, damaged, no JSON object; other errors as
 * settings_parse(). */
int settings_protected_parse(int root_fd, const char *config_folder, struct bytes text,
	struct settings *ret, struct err *err) err_check;

/* Decrypts `message` and appends the plain text to ret, which buf_done() wipes. lib_fd: the
 * agent's folder with certificates and keys. ERR_PROTECTED_SETTINGS, ERR_NO_MEMORY. */
int settings_protected_decrypt(int lib_fd, struct bytes message,
	const char thumbprint[SETTINGS_THUMBPRINT_SIZE], struct buf *ret, struct err *err) err_check;

#endif

/* settings_read.h - parses the values of the members. Internal to settings*.c. */
#ifndef AGENT_SETTINGS_READ_H
#define AGENT_SETTINGS_READ_H

#include "agent/settings_tree.h"

/* ret: zeroed except for its warnings. Errors as settings_parse(). */
int settings_read(const struct settings_tree *tree, struct settings *ret, struct err *err) err_check;
/* settings_secret.c: members that are secret in part. Errors as settings_parse(). */
int settings_read_proxy(
	const struct settings_tree *tree, struct settings_proxy *ret, struct err *err) err_check;
int settings_read_alerts(
	const struct settings_tree *tree, struct settings *ret, struct err *err) err_check;
/* settings_suppress.c. ERR_SETTINGS_INVALID */
int settings_read_suppress(
	const struct settings_tree *tree, struct suppress *ret, struct err *err) err_check;

/* Copies the member's text without blanks at both ends; "" if it is not given.
 * ERR_SETTINGS_INVALID: no text, or of more than size - 1 characters, (size - 1) / 4 if some are
 * not ASCII. `takes`: see settings_refuse(). */
struct settings_text {
	char *ret;
	size_t size;
	const char *takes;
};
int settings_read_text(const struct settings_member *member, const struct settings_text *to,
	struct err *err) err_check;

#endif

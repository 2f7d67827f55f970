/* settings_read.h - the members' values, each with what it takes. For settings.c. */
#ifndef AGENT_SETTINGS_READ_H
#define AGENT_SETTINGS_READ_H

#include "agent/settings_tree.h"

/* ret: zeroed but for its warnings. Errors as settings_parse(). */
int settings_read(const struct settings_tree *tree, struct settings *ret, struct err *err) err_check;
/* Way out and alerts, of which parts are secret: settings_secret.c. */
int settings_read_proxy(
	const struct settings_tree *tree, struct settings_proxy *ret, struct err *err) err_check;
int settings_read_alerts(
	const struct settings_tree *tree, struct settings *ret, struct err *err) err_check;

/* The member's text without blanks at both ends; "" if it is not given. `takes`: see
 * settings_refuse(). ERR_SETTINGS_INVALID. */
struct settings_text {
	char *ret;
	size_t size;
	const char *takes;
};
int settings_read_text(const struct settings_member *member, const struct settings_text *to,
	struct err *err) err_check;

#endif

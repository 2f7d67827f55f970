/* uninstall - removes the service, this version's programs and, unless an upgrade is in progress,
 * all state. */
#include <string.h>
#include "edge/state.h"
#include "setup/removal.h"
#include "shared/roles.h"

/* Reads the marker of update: does the upgrade leave this version, so that the state is kept for
 * the other one? */
static int read_marker(const json *document, void *ret, struct err *err)
{
	bool *leaves = ret;
	const char *to;

	if (json_get_text(document, "to", &to, err) < 0)
		return -1;
	*leaves = strcmp(to, VERSION) != 0;
	return 0;
}

int handler_uninstall(struct handler *handler, struct err *err)
{
	static const struct state_file marker = {HANDLER_MARKER, read_marker};
	struct control control = handler_control(handler);
	bool leaves = true;
	enum state_found found = state_load(handler->lock.state_fd, &marker, &leaves, err);
	/* a damaged marker counts too, because removed state cannot be restored */
	bool is_updating = found != STATE_ABSENT && leaves;

	if (found == STATE_UNREADABLE || control_stop(&control, err) < 0)
		return -1;
	return removal_run(&control, is_updating ? VERSION : NULL, err);
}

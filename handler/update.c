/* update - runs between the old version's disable and its uninstall. It leaves a marker, by which
 * uninstall distinguishes an upgrade from a removal: the state of this VM must outlive the
 * version. */
#include <string.h>
#include "edge/state.h"
#include "shared/roles.h"

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

int handler_update(struct handler *handler, struct err *err)
{
	auto_cleanup(json) json *marker = json_new_object();
	const char *to = variable("VERSION");
	const char *from = variable("AZURE_GUEST_AGENT_UPDATING_FROM_VERSION");

	/* at a downgrade the update of the newer package runs, and both variables name the older
	 * version */
	if (strcmp(from, to) == 0)
		from = VERSION;
	json_add_text(marker, "from", from);
	json_add_text(marker, "to", to);
	/* a number, "NOT_RUN" or "None"; only for people to read */
	json_add_text(marker, "disableExitCode", variable("AZURE_GUEST_AGENT_DISABLE_CMD_EXIT_CODE"));
	return state_save(handler->lock.state_fd, HANDLER_MARKER, marker, err);
}

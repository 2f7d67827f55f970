/* update - runs between the old version's disable and its uninstall. Leaves a marker by which uninstall tells an upgrade from an end:
 * the state of this VM must outlive the version. */
#include <string.h>
#include "base/file.h"
#include "edge/json.h"
#include "shared/handler.h"

#define MARKER_MAX_BYTES 4096

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static int update(struct handler *handler, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MARKER_MAX_BYTES);
	auto_cleanup(json) json *marker = json_new_object();
	const char *to = variable("VERSION");
	const char *from = variable("AZURE_GUEST_AGENT_UPDATING_FROM_VERSION");

	/* in a downgrade the newer package's update runs, and both variables name the older version */
	if (strcmp(from, to) == 0)
		from = VERSION;
	json_add_text(marker, "from", from);
	json_add_text(marker, "to", to);
	/* a number, "NOT_RUN" or "None": for people only */
	json_add_text(marker, "disableExitCode", variable("AZURE_GUEST_AGENT_DISABLE_CMD_EXIT_CODE"));
	if (json_print(marker, JSON_COMPACT, &text, err) < 0)
		return -1;
	return file_write(handler->lock.state_fd, HANDLER_MARKER, buf_bytes(&text), 0600, err);
}

int main(int argc, char **argv)
{
	return handler_run("Update", update, argc, argv);
}

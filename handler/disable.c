/* disable - stops the service, also for later boots. Everything else stays for the next enable. */
#include "base/clock.h"
#include "edge/state.h"
#include "setup/shortcut.h"
#include "shared/roles.h"

/* Replaces the last status, which the agent copies to the new version at an upgrade: if that
 * version's programs do not start, an old success must not remain. */
static void report_stop(const struct handler *handler)
{
	struct status status;
	struct err ignored;

	status_stopped(handler->operation, "the guest agent", clock_now_s(), &status);
	if (handler->has_environment)
		(void)!handler_write_status(handler, &status, &ignored);
}

int handler_disable(struct handler *handler, struct err *err)
{
	struct control control = handler_control(handler);

	if (control_stop(&control, err) < 0)
		return -1;
	shortcut_remove(handler->root_fd);
	report_stop(handler);
	/* an upgrade calls disable before update, so an existing marker is of an abandoned
	 * upgrade */
	return state_remove(handler->lock.state_fd, HANDLER_MARKER, err);
}

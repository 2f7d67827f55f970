/* disable - stops the service, also for the next boots. Everything else stays, for the next
 * enable. */
#include "edge/state.h"
#include "shared/handler.h"

static int disable(struct handler *handler, struct err *err)
{
	struct control control = handler_control(handler);

	if (control_stop(&control, err) < 0)
		return -1;
	/* an upgrade disables first and updates then: one that was begun earlier is given up */
	return state_remove(handler->lock.state_fd, HANDLER_MARKER, err);
}

int main(int argc, char **argv)
{
	return handler_run("Disable", disable, argc, argv);
}

/* disable - stops the service, also for the next boots. Everything else stays, for the next enable. */
#include "shared/handler.h"

static int disable(struct handler *handler, struct err *err)
{
	struct control control = handler_control(handler);

	return control_stop(&control, err);
}

int main(int argc, char **argv)
{
	return handler_run("Disable", disable, argc, argv);
}

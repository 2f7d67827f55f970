/* uninstall - takes away the service, this version's programs and, unless an upgrade is under way, all state. */
#include "agent/program.h"
#include "base/file.h"
#include "base/tree.h"
#include "shared/handler.h"

/* The lock goes last, so that a command which waits for it finds either everything or nothing. */
static int remove_state(const struct handler *handler, struct err *err)
{
	auto_cleanup(fd) int lib = -1;

	if (service_open_folder(handler->root_fd, "/var/lib", &lib, err) < 0 ||
		tree_clear(handler->lock.state_fd, LOCK_FILE, err) < 0)
		return -1;
	return tree_remove(lib, "guest-attestation", err);
}

static int uninstall(struct handler *handler, struct err *err)
{
	struct control control = handler_control(handler);
	bool is_updating = file_exists(handler->lock.state_fd, HANDLER_MARKER);

	if (control_stop(&control, err) < 0 || control_remove(&control, err) < 0 ||
		program_remove(handler->root_fd, is_updating ? VERSION : NULL, err) < 0)
		return -1;
	return is_updating ? 0 : remove_state(handler, err);
}

int main(int argc, char **argv)
{
	return handler_run("Uninstall", uninstall, argc, argv);
}

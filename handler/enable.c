/* enable - checks what can be checked at once, starts the service with the current settings and
 * waits a little for its first result. The agent calls it initially, for new settings, and at any
 * other time again with the same settings. */
#include <string.h>
#include "setup/programs.h"
#include "setup/shortcut.h"
#include "shared/first_result.h"
#include "shared/roles.h"
#include "shared/start.h"

int handler_enable(struct handler *handler, struct err *err)
{
	const struct control control = handler_control(handler);
	auto_cleanup(fd) int status_fd = -1;
	char programs[PROGRAMS_PATH_SIZE];
	struct err ignored;
	bool has_settings;
	int started = start_service(handler, &status_fd, &has_settings, err);

	/* After a failure, too: its remedy names commands. Of a distribution's package the program
	 * is in PATH already. */
	if (strcmp(handler->home, PROGRAMS_PACKAGED) != 0 &&
		programs_find(handler->root_fd, handler->home, VERSION, programs, &ignored) == 0 &&
		programs[0])
		shortcut_make(handler->root_fd, programs);
	if (started == 0)
		return first_result_wait(handler, status_fd, has_settings, err);
	/* a running service, old or new, would overwrite the error that the caller reports */
	(void)!control_stop(&control, &ignored);
	return -1;
}

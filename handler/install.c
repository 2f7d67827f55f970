/* install - copies the programs to where the service runs from. The agent calls it again at every
 * retry and after every upgrade. */
#include <errno.h>
#include <sys/utsname.h>
#include "agent/precondition.h"
#include "edge/state.h"
#include "setup/programs.h"
#include "shared/roles.h"

int handler_install(struct handler *handler, struct err *err)
{
	struct utsname machine;

	if (uname(&machine) < 0)
		return err_set(err, ERR_PLATFORM, (unsigned long)errno,
			"The machine's type is unknown: %m.");
	if (precondition_check_platform(machine.machine, err) < 0 ||
		handler_install_programs(handler, err) < 0 ||
		programs_remove_others(handler->root_fd, VERSION, err) < 0)
		return -1;
	/* last, because an upgrade is complete only with the new programs */
	return state_remove(handler->lock.state_fd, HANDLER_MARKER, err);
}

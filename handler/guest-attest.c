/* guest-attest - the operator's command: what the service does, run by hand, with readable
 * output. */
#include <sys/prctl.h>
#include "commands/commands.h"

int main(int argc, char **argv)
{
	/* no core files, because memory holds session keys */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return commands_main(argc, argv);
}

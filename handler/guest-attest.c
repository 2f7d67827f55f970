/* guest-attest - the operator's command: everything the service does, by hand and readable. */
#include <sys/prctl.h>
#include "commands/commands.h"

int main(int argc, char **argv)
{
	/* session keys pass through memory: no core files */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return commands_main(argc, argv);
}

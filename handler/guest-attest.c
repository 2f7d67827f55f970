/* guest-attest - the package's one program. The name by which it is started decides what it is: a
 * command of the guest agent, the service, or else the operator's command: what the service does,
 * run by hand, with readable output. */
#include <string.h>
#include <sys/prctl.h>
#include "commands/commands.h"
#include "shared/roles.h"

static const struct role {
	const char *name, *operation;
	handler_work *work; /* NULL: the service */
} roles[] = {
	{"install", "Install", handler_install},
	{"enable", "Enable", handler_enable},
	{"disable", "Disable", handler_disable},
	{"update", "Update", handler_update},
	{"uninstall", "Uninstall", handler_uninstall},
	{"monitor", NULL, NULL},
};

static const struct role *find_role(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct role *role = argc > 0 ? find_role(argv[0]) : NULL;

	/* a zip cannot hold a second name of a file, so a package's bin/NAME passes it as a word */
	if (!role && argc > 2 && strcmp(argv[1], "handler") == 0) {
		role = find_role(argv[2]);
		argc -= role ? 2 : 0;
		argv += role ? 2 : 0;
	}
	if (role && role->work)
		return handler_run(role->operation, role->work, argc, argv);
	if (role)
		return monitor_main(argc, argv);
	/* no core files, because memory holds session keys */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return commands_main(argc, argv);
}

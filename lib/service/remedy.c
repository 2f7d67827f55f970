#include "service/remedy.h"

#include <sys/inotify.h>
#include "agent/environment.h"
#include "base/file.h"
#include "base/watch.h"
#include "net/trust_store.h"

#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB)

/* The path is this machine's own, whatever the root directory is. */
static bool add_folder(int watch_fd, const char *path)
{
	auto_cleanup(fd) int root = -1;
	auto_cleanup(fd) int folder = -1;
	const char *name;
	struct err ignored;

	return path[0] && dir_open("/", &root, &ignored) == 0 &&
	       environment_open_parent(root, path, &folder, &name, &ignored) == 0 &&
	       watch_add(watch_fd, folder, CHANGES, &ignored) == 0;
}

void remedy_watch(const struct settings *settings, enum err_code lacking, int *ret_fd)
{
	auto_cleanup(fd) int fd = -1;
	bool is_first, is_second;
	struct err ignored;

	*ret_fd = -1;
	if (lacking != ERR_CA_FILE || watch_open(&fd, &ignored) < 0)
		return;
	is_first = add_folder(fd, settings->ca_file);
	is_second = add_folder(fd, settings->extra_ca_file);
	if (is_first || is_second)
		*ret_fd = steal_fd(&fd);
}

bool remedy_is_there(const struct settings *settings, int fd)
{
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};
	const struct trust_store trust = settings_trust(settings);
	struct err ignored;
	bool had_events;

	/* if it cannot be drained it would wake for ever, so the next round looks itself */
	return watch_drain(fd, &had_events, &ignored) < 0 ||
	       trust_store_load(&trust, &set, &ignored) == 0;
}

#include "disk/bootwatch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include "base/watch.h"
#include "disk/bootwalk.h"

#define CHANGES (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

/* dpkg renames its status file at each step; rpm writes its database (rpm.h). */
static const char *const databases[] = {
	"var/lib/dpkg", "var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"};

static void watch_folder(void *context, int dir_fd)
{
	const int *watch_fd = context;
	struct err ignored; /* the next round looks there all the same */

	(void)!watch_add(*watch_fd, dir_fd, CHANGES, &ignored);
}

int bootwatch_open(int root_fd, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int fd = -1;
	struct err ignored;

	if (watch_open(&fd, err) < 0)
		return -1;
	bootwalk(root_fd, (struct bootwalk_visitor){.visit_folder = watch_folder, .context = &fd},
		&ignored);
	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++) {
		auto_cleanup(fd) int folder =
			openat(root_fd, databases[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (folder >= 0)
			watch_folder(&fd, folder);
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}

#include "setup/shortcut.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/text.h"
#include "setup/programs.h"

#define NAME "guest-attest"

static int open_folder(int root_fd)
{
	return openat(root_fd, SHORTCUT_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Only a link to a program that an extension installed is ours; no other one is removed. */
static void remove_own(int folder_fd)
{
	char target[PROGRAMS_PATH_SIZE];
	ssize_t len = readlinkat(folder_fd, NAME, target, sizeof(target) - 1);

	if (len < 0)
		return;
	target[len] = '\0';
	if (programs_are_at(target))
		(void)unlinkat(folder_fd, NAME, 0);
}

void shortcut_make(int root_fd, const char *programs)
{
	auto_cleanup(fd) int folder = open_folder(root_fd);
	char target[PROGRAMS_PATH_SIZE];

	if (folder < 0 || !text_format(target, sizeof(target), "%s/" NAME, programs))
		return;
	remove_own(folder);
	/* it fails where something else has the name */
	(void)!symlinkat(target, folder, NAME);
}

void shortcut_remove(int root_fd)
{
	auto_cleanup(fd) int folder = open_folder(root_fd);

	if (folder >= 0)
		remove_own(folder);
}

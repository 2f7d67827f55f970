#include "service/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"

#define FOLDER_NAME "guest-attestation"

static const char *const programs[] = {"guest-attest", "monitor"};

#define PROGRAM_COUNT (sizeof(programs) / sizeof(programs[0]))

/* /opt may be a link (it is one on image-based distributions); what is below it is ours and never
 * one. */
static int open_opt(int root_fd, bool create, int *ret_fd, struct err *err)
{
	int fd = openat(root_fd, "opt", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && create)
		return dir_make(root_fd, "opt", 0755, ret_fd, err);
	if (fd < 0)
		return err_set(
			err, ERR_IO, (unsigned long)errno, "Folder '/opt' cannot be opened: %m.");
	*ret_fd = fd;
	return 0;
}

static int copy(int home_fd, int to_fd, const char *name, struct err *err)
{
	auto_cleanup(buf) struct buf program = buf_with_max(PROGRAMS_MAX_BYTES);
	char path[64];

	(void)text_format(path, sizeof(path), "bin/%s", name);
	tree_sweep(to_fd, name);
	if (file_read(home_fd, path, FILE_NO_LINKS, &program, err) < 0)
		return err_wrap(err, "Package");
	return file_write(to_fd, name, buf_bytes(&program), 0755, err);
}

int programs_install(int root_fd, int home_fd, const char *version, struct err *err)
{
	auto_cleanup(fd) int opt = -1;
	auto_cleanup(fd) int folder = -1;
	char path[128];

	if (!text_format(path, sizeof(path), "%s/%s", FOLDER_NAME, version))
		return err_set(err, ERR_INTERNAL, 0, "Version '%s' is too long.", version);
	if (open_opt(root_fd, true, &opt, err) < 0 || dir_make(opt, path, 0755, &folder, err) < 0)
		return -1;
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		if (copy(home_fd, folder, programs[i], err) < 0)
			return err_wrap(err, "Installation");
	return 0;
}

int programs_find(int root_fd, const char *version, bool *ret, struct err *err)
{
	char paths[PROGRAM_COUNT][192];
	const char *all[PROGRAM_COUNT];

	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		all[i] = paths[i];
		if (!text_format(paths[i], sizeof(paths[i]), "opt/%s/%s/%s", FOLDER_NAME, version,
			    programs[i]))
			return err_set(err, ERR_INTERNAL, 0, "Version '%s' is too long.", version);
	}
	return file_find_all(root_fd, all, PROGRAM_COUNT, ret, err);
}

int programs_remove_others(int root_fd, const char *version, struct err *err)
{
	auto_cleanup(fd) int opt = -1;
	auto_cleanup(fd) int folder = -1;

	if (open_opt(root_fd, false, &opt, err) < 0 ||
		dir_make(opt, FOLDER_NAME, 0755, &folder, err) < 0)
		return -1;
	return tree_clear(folder, version, err);
}

int programs_remove(int root_fd, const char *version, struct err *err)
{
	auto_cleanup(fd) int opt = -1;
	auto_cleanup(fd) int folder = -1;

	if (open_opt(root_fd, false, &opt, err) < 0)
		return err->native == ENOENT ? 0 : -1;
	if (!version)
		return tree_remove(opt, FOLDER_NAME, err);
	folder = openat(opt, FOLDER_NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0 && errno != ENOENT)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be opened: %m.", PROGRAMS_FOLDER);
	if (folder >= 0 && tree_remove(folder, version, err) < 0)
		return -1;
	(void)unlinkat(opt, FOLDER_NAME, AT_REMOVEDIR); /* only if no other version is there */
	return 0;
}

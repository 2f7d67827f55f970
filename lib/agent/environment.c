#include "agent/environment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "base/file.h"
#include "base/text.h"
#include "edge/json.h"

/* A usable path is absolute, printable and without "..", because it becomes part of paths and of a
 * unit file. */
static bool is_usable_path(const char *path)
{
	char clean[ENVIRONMENT_PATH_SIZE];

	if (path[0] != '/' || strlen(path) >= ENVIRONMENT_PATH_SIZE || strstr(path, "/../"))
		return false;
	text_clean(clean, sizeof(clean), bytes_of_text(path));
	return strcmp(clean, path) == 0 && !text_ends_with(path, "/..");
}

static int read_path(
	const json *environment, const char *name, char ret[ENVIRONMENT_PATH_SIZE], struct err *err)
{
	const char *path;

	if (json_get_text(environment, name, &path, err) < 0)
		return -1;
	if (!is_usable_path(path))
		return err_set(err, ERR_FORMAT, 0, "'%s' is not an absolute path.", name);
	memcpy(ret, path, strlen(path) + 1);
	return 0;
}

static int read_environment(const json *document, struct environment *ret, struct err *err)
{
	const json *entry = json_is_array(document) ? json_at(document, 0) : document;
	/* optional: an agent without the telemetry pipeline names none, and an older agent uses
	 * only the preview name */
	static const char *const events_names[] = {"eventsFolder", "eventsFolder_preview"};
	struct environment found = {0};
	const json *folders;
	struct err ignored;

	if (json_get_object(entry, "handlerEnvironment", &folders, err) < 0 ||
		read_path(folders, "logFolder", found.log_folder, err) < 0 ||
		read_path(folders, "configFolder", found.config_folder, err) < 0 ||
		read_path(folders, "statusFolder", found.status_folder, err) < 0)
		return -1;
	for (size_t i = 0;
		i < sizeof(events_names) / sizeof(events_names[0]) && !found.events_folder[0]; i++)
		(void)!read_path(folders, events_names[i], found.events_folder, &ignored);
	*ret = found;
	return 0;
}

int environment_parse(struct bytes text, struct environment *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;

	if (text.len > ENVIRONMENT_MAX_BYTES)
		return err_set(err, ERR_ENVIRONMENT_INVALID, 0,
			"HandlerEnvironment.json has %zu bytes.", text.len);
	if (json_parse(text, &document, err) == 0 && read_environment(document, ret, err) == 0)
		return 0;
	err_recode(err, ERR_ENVIRONMENT_INVALID);
	return err_wrap(err, "HandlerEnvironment.json");
}

struct newest {
	bool is_found;
	uint32_t sequence;
	struct timespec written_at;
};

static bool is_newer(const struct newest *newest, uint32_t sequence, const struct timespec *time)
{
	if (!newest->is_found || time->tv_sec != newest->written_at.tv_sec)
		return !newest->is_found || time->tv_sec > newest->written_at.tv_sec;
	if (time->tv_nsec != newest->written_at.tv_nsec)
		return time->tv_nsec > newest->written_at.tv_nsec;
	return sequence > newest->sequence;
}

static int take_if_newer(int dir_fd, const char *name, struct newest *newest, struct err *err)
{
	const char *suffix = strchr(name, '.');
	struct stat info;
	uint32_t sequence;

	if (!suffix || strcmp(suffix, ".settings") != 0 ||
		!text_number((struct bytes){(const uint8_t *)name, (size_t)(suffix - name)},
			UINT32_MAX, &sequence))
		return 0;
	if (fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : err_set(err, ERR_IO, (unsigned long)errno,
						 "'%s' cannot be looked at: %m.", name);
	if (S_ISREG(info.st_mode) && is_newer(newest, sequence, &info.st_mtim))
		*newest = (struct newest){true, sequence, info.st_mtim};
	return 0;
}

/* Finds the newest file, not the highest number, because the platform may start again at 0. */
static int find_newest_settings(int config_dir_fd, uint32_t *ret, struct err *err)
{
	struct newest newest = {0};
	int fd = openat(config_dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int status = 0;

	if (!dir) {
		fd_cleanup(&fd);
		return err_set(err, ERR_IO, (unsigned long)errno,
			"The settings' folder cannot be read: %m.");
	}
	for (struct dirent *entry = readdir(dir); entry && status == 0; entry = readdir(dir))
		status = take_if_newer(dirfd(dir), entry->d_name, &newest, err);
	(void)closedir(dir);
	if (status == 0)
		*ret = newest.sequence;
	return status;
}

int environment_find_sequence(int config_dir_fd, const char *variable, uint32_t *ret, struct err *err)
{
	if (!variable || !variable[0])
		return find_newest_settings(config_dir_fd, ret, err);
	if (!text_number(bytes_of_text(variable), UINT32_MAX, ret))
		return err_set(err, ERR_ENVIRONMENT_INVALID, 0,
			"ConfigSequenceNumber '%s' is not a number.", variable);
	return 0;
}

/* Follows links in the path, because the agent alone decides where its folders are. */
int environment_open_folder(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	char below[ENVIRONMENT_PATH_SIZE + 2];
	int fd;

	if (!text_format(below, sizeof(below), ".%s", path))
		return err_set(err, ERR_IO, ENAMETOOLONG, "The path '%s' is too long.", path);
	fd = openat(root_fd, below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be opened: %m.", path);
	*ret_fd = fd;
	return 0;
}

int environment_open_parent(
	int root_fd, const char *path, int *ret_fd, const char **ret_name, struct err *err)
{
	char parent[ENVIRONMENT_PATH_SIZE];
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path || !slash[1] ||
		!text_format(parent, sizeof(parent), "%.*s", (int)(slash - path), path))
		return err_set(
			err, ERR_IO, EINVAL, "The path '%s' names no folder in another.", path);
	*ret_name = slash + 1;
	return environment_open_folder(root_fd, parent, ret_fd, err);
}

int environment_make_folder(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int parent = -1;
	struct err ignored;
	const char *name;

	if (environment_open_folder(root_fd, path, ret_fd, err) == 0)
		return 0;
	if (err->native != ENOENT ||
		environment_open_parent(root_fd, path, &parent, &name, &ignored) < 0)
		return -1;
	return dir_make(parent, name, 0700, ret_fd, err);
}

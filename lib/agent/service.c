#include "agent/service.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/file.h"
#include "base/text.h"

/* Links above our own folder are the administrator's (a /var elsewhere) and are followed; ours is never a link. */
int service_open_state(int root_fd, bool create, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int parent = openat(root_fd, "var/lib", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (parent < 0 && errno == ENOENT && create && dir_make(root_fd, "var/lib", 0755, &parent, err) < 0)
		return -1;
	if (parent < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "Folder 'var/lib' cannot be opened: %m.");
	if (create && mkdirat(parent, "guest-attestation", 0700) < 0 && errno != EEXIST)
		return err_set(err, ERR_IO, (unsigned long)errno, "Folder '%s' cannot be made: %m.",
			SERVICE_STATE_FOLDER);
	fd = openat(parent, "guest-attestation", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "Folder '%s' cannot be opened: %m.",
			SERVICE_STATE_FOLDER);
	if (create && fchmod(fd, 0700) < 0) {
		fd_cleanup(&fd);
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be closed to others: %m.", SERVICE_STATE_FOLDER);
	}
	*ret_fd = fd;
	return 0;
}

/* Whole entries only: half a name may be another one's. */
static void take_bypass(const char *list, char ret[PROXY_BYPASS_SIZE])
{
	size_t len = strnlen(list, PROXY_BYPASS_SIZE);

	if (len == PROXY_BYPASS_SIZE)
		for (len--; len && !strchr(", \t", list[len]);)
			len--;
	memcpy(ret, list, len);
	ret[len] = '\0';
}

void service_take_proxy(char *const *variables, struct service *ret)
{
	struct proxy_variables found = proxy_find_variables(variables);

	if (found.proxy && text_format(ret->proxy, sizeof(ret->proxy), "%s", found.proxy))
		(void)text_format(ret->proxy_variable, sizeof(ret->proxy_variable), "%s", found.name);
	else
		ret->proxy[0] = '\0';
	take_bypass(found.bypass ? found.bypass : "", ret->no_proxy);
}

/* The agent's folders are its own: links in their paths are followed. */
int service_open_folder(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	char below[ENVIRONMENT_PATH_SIZE + 2];
	int fd;

	if (!text_format(below, sizeof(below), ".%s", path))
		return err_set(err, ERR_IO, ENAMETOOLONG, "The path '%s' is too long.", path);
	fd = openat(root_fd, below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "Folder '%s' cannot be opened: %m.", path);
	*ret_fd = fd;
	return 0;
}

/* One row per text member, so that reading, writing and telling ours from a newer version's agree. */
static const struct text_member {
	const char *name;
	size_t offset, size;
	bool is_path, is_optional;
} text_members[] = {
	{"home", offsetof(struct service, home), ENVIRONMENT_PATH_SIZE, true, false},
	{"logFolder", offsetof(struct service, environment.log_folder), ENVIRONMENT_PATH_SIZE, true, false},
	{"configFolder", offsetof(struct service, environment.config_folder), ENVIRONMENT_PATH_SIZE, true,
		false},
	{"statusFolder", offsetof(struct service, environment.status_folder), ENVIRONMENT_PATH_SIZE, true,
		false},
	{"eventsFolder", offsetof(struct service, environment.events_folder), ENVIRONMENT_PATH_SIZE, true,
		true},
	{"tcti", offsetof(struct service, tcti), SERVICE_TCTI_SIZE, false, true},
	{"metadata", offsetof(struct service, metadata), SERVICE_METADATA_SIZE, false, true},
	{"proxy", offsetof(struct service, proxy), PROXY_URL_SIZE, false, true},
	{"proxyVariable", offsetof(struct service, proxy_variable), PROXY_SOURCE_SIZE, false, true},
	{"noProxy", offsetof(struct service, no_proxy), PROXY_BYPASS_SIZE, false, true},
	{"settingsMark", offsetof(struct service, settings_mark), SERVICE_MARK_SIZE, false, true},
	{"programVersion", offsetof(struct service, program_version), 32, false, true},
};

#define TEXT_MEMBERS (sizeof(text_members) / sizeof(text_members[0]))

static int read_text(
	const json *document, const struct text_member *member, struct service *ret, struct err *err)
{
	char *to = (char *)ret + member->offset;
	const char *text = "";

	if (!(member->is_optional && !json_get(document, member->name)) &&
		json_get_text(document, member->name, &text, err) < 0)
		return -1;
	if (strlen(text) >= member->size ||
		(text[0] ? member->is_path && text[0] != '/' : !member->is_optional))
		return err_set(err, ERR_FORMAT, 0, "'%s' cannot be used.", member->name);
	memcpy(to, text, strlen(text) + 1);
	return 0;
}

static int read_service(const json *document, void *ret, struct err *err)
{
	struct service found = {0};
	int64_t version, sequence;

	if (json_get_int(document, "version", &version, err) < 0 ||
		json_get_int(document, "sequence", &sequence, err) < 0 ||
		json_get_int(document, "enabledAt", &found.enabled_at_s, err) < 0)
		return -1;
	if (version < 1 || sequence < 0 || sequence > UINT32_MAX)
		return err_set(err, ERR_FORMAT, 0, "'version' or 'sequence' cannot be used.");
	found.environment.sequence = (uint32_t)sequence;
	for (size_t i = 0; i < TEXT_MEMBERS; i++)
		if (read_text(document, &text_members[i], &found, err) < 0)
			return -1;
	*(struct service *)ret = found;
	return 0;
}

int service_parse(struct bytes text, struct service *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;

	if (json_parse(text, &document, err) < 0 || read_service(document, ret, err) < 0) {
		err_recode(err, ERR_STATE_INVALID);
		return err_wrap(err, "'%s' is damaged", SERVICE_FILE);
	}
	return 0;
}

enum state_found service_load(int state_fd, struct service *ret, struct err *err)
{
	return state_load(state_fd, SERVICE_FILE, read_service, ret, err);
}

enum state_found service_take(int state_fd, struct service *ret, struct err *err)
{
	return state_take(state_fd, SERVICE_FILE, read_service, ret, err);
}

int service_save(int state_fd, const struct service *service, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	json_add_int(document, "sequence", service->environment.sequence);
	json_add_int(document, "enabledAt", service->enabled_at_s);
	for (size_t i = 0; i < TEXT_MEMBERS; i++)
		json_add_text(document, text_members[i].name, (const char *)service + text_members[i].offset);
	return state_save(state_fd, SERVICE_FILE, document, err);
}

bool service_equal(const struct service *a, const struct service *b)
{
	for (size_t i = 0; i < TEXT_MEMBERS; i++)
		if (strcmp((const char *)a + text_members[i].offset,
			    (const char *)b + text_members[i].offset) != 0)
			return false;
	return a->environment.sequence == b->environment.sequence;
}

void service_mark(struct bytes text, char ret[SERVICE_MARK_SIZE])
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ text.data[i]) * 0x100000001B3u;
	(void)text_format(ret, SERVICE_MARK_SIZE, "%016" PRIx64, hash);
}

int service_find_home(int root_fd, const struct service *service, bool *ret, struct err *err)
{
	char path[ENVIRONMENT_PATH_SIZE + 32];

	/* the agent writes this file before any command and deletes it only with the folder */
	if (!text_format(path, sizeof(path), ".%s/HandlerEnvironment.json", service->home))
		return err_set(err, ERR_INTERNAL, 0, "The package's path is too long.");
	return file_find(root_fd, path, ret, err);
}

static struct flock whole_file(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

static int set_unusable(struct err *err)
{
	return err_set(err, ERR_STATE_UNREADABLE, (unsigned long)errno,
		"'/%s/%s', by which the service is known, cannot be used: %m.", SERVICE_STATE_FOLDER,
		SERVICE_PID_FILE);
}

static int write_pid(int fd)
{
	char text[32];

	(void)text_format(text, sizeof(text), "%ld ", (long)getpid());
	text[strlen(text) - 1] = '\n';
	return ftruncate(fd, 0) < 0 || pwrite(fd, text, strlen(text), 0) < 0 ? -1 : 0;
}

int service_lock_pid(int state_fd, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int fd =
		openat(state_fd, SERVICE_PID_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct flock lock = whole_file();

	if (fd < 0)
		return set_unusable(err);
	if (fcntl(fd, F_SETLK, &lock) < 0)
		return errno == EACCES || errno == EAGAIN
			       ? err_set(err, ERR_SERVICE, (unsigned long)errno, "The service runs already.")
			       : set_unusable(err);
	if (write_pid(fd) < 0)
		return set_unusable(err);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int service_find_pid(int state_fd, pid_t *ret, struct err *err)
{
	auto_cleanup(fd) int fd = openat(state_fd, SERVICE_PID_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct flock lock = whole_file();

	if (fd < 0 && errno == ENOENT) {
		*ret = 0;
		return 0;
	}
	if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0)
		return set_unusable(err);
	if (lock.l_type != F_UNLCK && lock.l_pid <= 0)
		return err_set(err, ERR_SERVICE, 0,
			"The service runs where this command cannot see it: in another container.");
	*ret = lock.l_type == F_UNLCK ? 0 : lock.l_pid;
	return 0;
}

/* Nothing is opened: closing any descriptor of the file would give the lock away. */
static int find_lock(int root_fd, int lock_fd, enum service_end *ret, struct err *err)
{
	auto_cleanup(fd) int state_fd = -1;
	struct stat ours, named;

	if (service_open_state(root_fd, false, &state_fd, err) < 0) {
		*ret = SERVICE_UNLOCKED;
		return err->native == ENOENT ? 0 : -1;
	}
	if (fstat(lock_fd, &ours) < 0)
		return set_unusable(err);
	if (fstatat(state_fd, SERVICE_PID_FILE, &named, AT_SYMLINK_NOFOLLOW) < 0) {
		*ret = SERVICE_UNLOCKED;
		return errno == ENOENT ? 0 : set_unusable(err);
	}
	*ret = ours.st_dev == named.st_dev && ours.st_ino == named.st_ino ? SERVICE_GOES_ON
									  : SERVICE_REPLACED;
	return 0;
}

enum service_end service_find_end(int root_fd, const struct service *service, int lock_fd)
{
	enum service_end end;
	struct err ignored;
	bool has_home;

	if (service_find_home(root_fd, service, &has_home, &ignored) == 0 && !has_home)
		return SERVICE_REMOVED;
	return find_lock(root_fd, lock_fd, &end, &ignored) == 0 ? end : SERVICE_GOES_ON;
}

#include "edge/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"

#define SCHEMA_VERSION 1
#define NAME_SIZE      64

/* Links above the state folder are followed, since an administrator may have moved /var. The folder
 * itself must not be a link. */
int state_open_folder(int root_fd, bool create, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int parent = openat(root_fd, "var/lib", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (parent < 0 && errno == ENOENT && create &&
		dir_make(root_fd, "var/lib", 0755, &parent, err) < 0)
		return -1;
	if (parent < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder 'var/lib' cannot be opened: %m.");
	if (create && mkdirat(parent, "guest-attestation", 0700) < 0 && errno != EEXIST)
		return err_set(err, ERR_IO, (unsigned long)errno, "Folder '%s' cannot be made: %m.",
			STATE_FOLDER);
	fd = openat(parent, "guest-attestation", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be opened: %m.", STATE_FOLDER);
	if (create && fchmod(fd, 0700) < 0) {
		fd_cleanup(&fd);
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be closed to others: %m.", STATE_FOLDER);
	}
	*ret_fd = fd;
	return 0;
}

/* A text that is too long counts as loaded: the part that was read makes no sense, so it is
 * damaged. */
static enum state_found read_text(int state_fd, const char *name, struct buf *ret, struct err *err)
{
	if (file_read(state_fd, name, FILE_NO_LINKS, ret, err) == 0 || err->code == ERR_FORMAT)
		return STATE_LOADED;
	if (err->code == ERR_IO && err->native == ENOENT)
		return STATE_ABSENT;
	if (err->code == ERR_IO)
		err->code = ERR_STATE_UNREADABLE;
	return STATE_UNREADABLE;
}

static int read_document(struct bytes text, json **ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	int64_t version;

	if (json_parse(text, &document, err) < 0 ||
		json_get_int(document, "version", &version, err) < 0)
		return -1;
	if (version < 1)
		return err_set(err, ERR_FORMAT, 0, "Its version cannot be used.");
	*ret = steal_ptr(document);
	return 0;
}

int state_parse(const struct state_file *file, struct bytes text, void *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;

	if (read_document(text, &document, err) == 0 && file->read(document, ret, err) == 0)
		return 0;
	if (err->code == ERR_NO_MEMORY)
		return -1;
	err->code = ERR_STATE_INVALID;
	return err_wrap(err, "'%s' is damaged", file->name);
}

enum state_found state_load(int state_fd, const struct state_file *file, void *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	enum state_found found = read_text(state_fd, file->name, &text, err);

	if (found != STATE_LOADED || state_parse(file, buf_bytes(&text), ret, err) == 0)
		return found;
	return err->code == ERR_NO_MEMORY ? STATE_UNREADABLE : STATE_DAMAGED;
}

int state_set_aside(int state_fd, const char *name, struct err *err)
{
	char broken[NAME_SIZE];

	if (!text_format(broken, sizeof(broken), "%s.broken", name))
		return err_set(err, ERR_INTERNAL, 0, "The name '%s' is too long.", name);
	if (renameat(state_fd, name, state_fd, broken) < 0)
		return err_set(err, ERR_STATE_UNREADABLE, (unsigned long)errno,
			"The damaged file '%s' cannot be set aside: %m.", name);
	return 0;
}

enum state_found state_take(int state_fd, const struct state_file *file, void *ret, struct err *err)
{
	enum state_found found = state_load(state_fd, file, ret, err);
	struct err second;

	if (found != STATE_DAMAGED || state_set_aside(state_fd, file->name, &second) == 0)
		return found;
	*err = second;
	return STATE_UNREADABLE;
}

static int copy_document(const json *document, void *ret, struct err *err)
{
	json **copy = ret;

	*copy = json_copy(document);
	return *copy ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for a JSON text.");
}

int state_save(int state_fd, const char *name, json *document, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	auto_cleanup(json) json *old = NULL;
	struct state_file file = {name, copy_document};

	if (state_take(state_fd, &file, &old, err) == STATE_UNREADABLE)
		return -1;
	json_add_int(document, "version", SCHEMA_VERSION);
	json_each (member, old)
		if (!json_get(document, json_name(member)))
			json_add_copy(document, json_name(member), member);
	if (json_print(document, JSON_INDENTED, &text, err) < 0)
		return -1;
	tree_sweep(state_fd, name);
	return file_write(state_fd, name, buf_bytes(&text), 0600, err);
}

int state_remove(int state_fd, const char *name, struct err *err)
{
	if (file_remove(state_fd, name, err) == 0)
		return 0;
	err->code = ERR_STATE_UNREADABLE; /* its remedy names the folder and the obstacle */
	return -1;
}

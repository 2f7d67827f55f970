#include "setup/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/child.h"

#define SHOW_TIMEOUT_MS 5000
#define SAID_MAX_BYTES  160
#define PATH_SIZE       640

static const char *value_of(const struct systemd_unit *unit, struct bytes mark)
{
	const struct {
		const char *mark, *value;
	} values[] = {
		{"PROGRAM", unit->program},
		{"ROOT", unit->root},
		{"HOME", unit->home},
		{"STATUS", unit->status},
		{"LOG", unit->log},
		{"EVENTS", unit->events},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (bytes_are_text(mark, values[i].mark))
			return values[i].value;
	return NULL;
}

/* Appends the value in double quotes and escapes what systemd would expand. Paths were checked for
 * control characters before. */
static int append_quoted(const char *value, struct buf *ret, struct err *err)
{
	if (buf_append_text(ret, "\"", err) < 0)
		return -1;
	for (; *value; value++) {
		const char *escape = strchr("\"\\", *value) ? "\\"
				     : *value == '%'        ? "%"
				     : *value == '$'        ? "$"
							    : "";

		if (buf_append_text(ret, escape, err) < 0 || buf_append(ret, value, 1, err) < 0)
			return -1;
	}
	return buf_append_text(ret, "\"", err);
}

int systemd_format_unit(
	struct bytes template, const struct systemd_unit *unit, struct buf *ret, struct err *err)
{
	while (template.len) {
		const uint8_t *at = memmem(template.data, template.len, "{{", 2);
		size_t before = at ? (size_t)(at - template.data) : template.len;
		const uint8_t *end;
		const char *value;

		if (buf_append(ret, template.data, before, err) < 0)
			return -1;
		if (!at)
			return 0;
		end = memmem(at + 2, template.len - before - 2, "}}", 2);
		value = end ? value_of(unit, (struct bytes){at + 2, (size_t)(end - at - 2)}) : NULL;
		if (!value)
			return err_set(
				err, ERR_FORMAT, 0, "The unit's template has an unknown mark.");
		if (append_quoted(value, ret, err) < 0)
			return -1;
		template.len -= (size_t)(end + 2 - template.data);
		template.data = end + 2;
	}
	return 0;
}

/* *ret: NULL if it does not exist. */
static int find_systemctl(int root_fd, const char **ret, struct err *err)
{
	static const char *const places[] = {"usr/bin/systemctl", "bin/systemctl"};
	bool is_found = false;

	*ret = NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !is_found; i++) {
		if (file_find(root_fd, places[i], &is_found, err) < 0)
			return -1;
		if (is_found)
			*ret = places[i];
	}
	return 0;
}

/* The folder exists exactly if systemd is the init system: sd_booted(3). */
int systemd_is_here(int root_fd, bool *ret, struct err *err)
{
	const char *systemctl = NULL;
	bool is_init;

	if (file_find(root_fd, "run/systemd/system", &is_init, err) < 0 ||
		(is_init && find_systemctl(root_fd, &systemctl, err) < 0))
		return -1;
	*ret = systemctl != NULL;
	return 0;
}

/* Folders for the unit, in the order in which they are tried. A unit below /run lasts until the
 * next boot, in which the guest agent calls enable again. */
static const char *const unit_folders[] = {
	SYSTEMD_UNIT_FOLDER, "run/systemd/system", SYSTEMD_PACKAGE_FOLDER};

#define UNIT_FOLDER_COUNT (sizeof(unit_folders) / sizeof(unit_folders[0]))
#define OWN_FOLDER_COUNT  (UNIT_FOLDER_COUNT - 1)

static int fail_at(const char *folder, const char *what, struct err *err)
{
	return err_set(err, ERR_IO, (unsigned long)errno, "'/%s/%s' cannot be %s: %m.", folder,
		SYSTEMD_UNIT_NAME, what);
}

/* *ret_fd: -1 if the folder does not exist. */
static int open_folder(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	*ret_fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd >= 0 || errno == ENOENT ? 0 : fail_at(path, "opened", err);
}

int systemd_find_unit(int root_fd, bool *ret, struct err *err)
{
	char path[PATH_SIZE];
	bool is_found = false;

	for (size_t i = 0; i < UNIT_FOLDER_COUNT && !is_found; i++) {
		(void)text_format(path, sizeof(path), "%s/%s", unit_folders[i], SYSTEMD_UNIT_NAME);
		if (file_find(root_fd, path, &is_found, err) < 0)
			return -1;
	}
	*ret = is_found;
	return 0;
}

static int write_at(int root_fd, const char *path, struct bytes text, struct err *err)
{
	auto_cleanup(fd) int folder = -1;

	if (open_folder(root_fd, path, &folder, err) < 0)
		return -1;
	if (folder < 0 && dir_make(root_fd, path, 0755, &folder, err) < 0) {
		errno = (int)err->native;
		return fail_at(path, "written", err);
	}
	tree_sweep(folder, SYSTEMD_UNIT_NAME);
	if (file_write(folder, SYSTEMD_UNIT_NAME, text, 0644, err) == 0)
		return 0;
	errno = (int)err->native;
	return fail_at(path, "written", err);
}

int systemd_write_unit(int root_fd, struct bytes text, bool *ret_lasts, struct err *err)
{
	*ret_lasts = write_at(root_fd, unit_folders[0], text, err) == 0;
	if (*ret_lasts || err->native != EROFS)
		return *ret_lasts ? 0 : -1;
	return write_at(root_fd, unit_folders[1], text, err);
}

int systemd_remove_unit(int root_fd, struct err *err)
{
	for (size_t i = 0; i < OWN_FOLDER_COUNT; i++) {
		auto_cleanup(fd) int folder = -1;

		if (open_folder(root_fd, unit_folders[i], &folder, err) < 0)
			return -1;
		if (folder < 0)
			continue;
		tree_sweep(folder, SYSTEMD_UNIT_NAME);
		if (file_remove(folder, SYSTEMD_UNIT_NAME, err) < 0) {
			errno = (int)err->native;
			return fail_at(unit_folders[i], "removed", err);
		}
	}
	return 0;
}

/* words: behind "systemctl", at most three, and NULL. how: stream and timeout_ms. */
static int run_systemctl(const char *root, const char *const words[], struct child how,
	struct buf *said, int *ret_exit, struct err *err)
{
	auto_cleanup(fd) int root_fd = -1;
	char path[PATH_SIZE], copies[3][64];
	char *argv[5] = {path};
	const struct child child = {.path = path,
		.argv = argv,
		.root_fd = -1,
		.stream = how.stream,
		.timeout_ms = how.timeout_ms};
	const char *place;

	if (dir_open(root, &root_fd, err) < 0)
		return -1;
	if (find_systemctl(root_fd, &place, err) < 0)
		return -1;
	if (!place || !text_format(path, sizeof(path), "%s%s%s", root, strcmp(root, "/") ? "/" : "",
			      place))
		return err_set(err, ERR_SERVICE, ENOENT, "systemctl is absent.");
	for (size_t i = 0; i < 3 && words[i]; i++) {
		(void)text_format(copies[i], sizeof(copies[i]), "%s", words[i]);
		argv[i + 1] = copies[i];
	}
	if (child_run(&child, said, ret_exit, err) < 0)
		return err_wrap(err, "systemctl %s", words[0]);
	return 0;
}

int systemd_call(const char *root, const char *verb, bool names_unit, int timeout_ms, int *ret_exit,
	struct err *err)
{
	const struct child how = {.stream = CHILD_STDERR, .timeout_ms = timeout_ms};
	auto_cleanup(buf) struct buf said = buf_with_max(SAID_MAX_BYTES);
	const char *const words[] = {verb, names_unit ? SYSTEMD_UNIT_NAME : NULL, NULL};

	if (run_systemctl(root, words, how, &said, ret_exit, err) < 0)
		return -1;
	if (*ret_exit != 0)
		err_fill(err, ERR_SERVICE, (unsigned long)*ret_exit,
			"'systemctl %s' ended with %d: %s", verb, *ret_exit,
			said.len ? (const char *)said.data : "");
	return 0;
}

int systemd_find_exec(const char *root, bool *ret_failed, struct err *err)
{
	static const char *const words[] = {
		"show", "--property=ExecMainStatus", SYSTEMD_UNIT_NAME, NULL};
	static const struct child how = {.stream = CHILD_STDOUT, .timeout_ms = SHOW_TIMEOUT_MS};
	auto_cleanup(buf) struct buf said = buf_with_max(SAID_MAX_BYTES);
	int exit_code;

	if (run_systemctl(root, words, how, &said, &exit_code, err) < 0)
		return -1;
	*ret_failed = bytes_are_text(buf_bytes(&said), "ExecMainStatus=203\n");
	return 0;
}

/* root.h - a VM's file system in a temporary folder, for unit tests. */
#ifndef TEST_SUPPORT_ROOT_H
#define TEST_SUPPORT_ROOT_H

#include "../support/folder.h"
#include "base/file.h"

struct root {
	char path[FOLDER_SIZE];
	int fd;
};

static inline struct root root_make(void)
{
	struct root root;
	struct err err;

	folder_make(root.path);
	check_ok(dir_open(root.path, &root.fd, &err), &err);
	return root;
}

static inline void root_cleanup(struct root *root)
{
	(void)close(root->fd);
	folder_remove(root->path);
}

/* Makes the folders of `path` too. */
static inline void root_write(const struct root *root, const char *path, struct bytes contents)
{
	const char *slash = strrchr(path, '/');
	auto_cleanup(free) char *folder = strndup(path, slash ? (size_t)(slash - path) : 0);
	struct err err;
	int fd;

	assert_non_null(folder);
	if (slash) {
		check_ok(dir_make(root->fd, folder, 0700, &fd, &err), &err);
		(void)close(fd);
	}
	check_ok(file_write(root->fd, path, contents, 0600, &err), &err);
}

/* A fixture: *state is a struct root. */
static inline int root_setup(void **state)
{
	struct root *root = malloc(sizeof(*root));

	if (!root)
		return -1;
	*root = root_make();
	*state = root;
	return 0;
}

static inline int root_teardown(void **state)
{
	root_cleanup(*state);
	free(*state);
	return 0;
}

#define rooted(test) cmocka_unit_test_setup_teardown(test, root_setup, root_teardown)

#endif

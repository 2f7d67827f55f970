#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "base/file.h"

struct folder {
	char path[32];
	int fd;
};

static int setup(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	struct err err;

	if (!folder)
		return -1;
	memcpy(folder->path, "/tmp/file.XXXXXX", 17);
	*state = folder;
	return mkdtemp(folder->path) ? dir_open(folder->path, &folder->fd, &err) : -1;
}

static int teardown(void **state)
{
	static const char *const files[] = {
		"a/b/deep", "a/b", "a", "file", "link", "to-folder", "fifo", "big"};
	struct folder *folder = *state;

	for (size_t i = 0; i < COUNT(files); i++)
		if (unlinkat(folder->fd, files[i], 0) < 0)
			(void)unlinkat(folder->fd, files[i], AT_REMOVEDIR);
	(void)close(folder->fd);
	assert_int_equal(rmdir(folder->path), 0); /* no temporary file is left */
	free(folder);
	return 0;
}

static void check_holds(int fd, const char *path, const char *expected)
{
	auto_cleanup(buf) struct buf text = buf_with_max(1000);
	struct err err;

	check_ok(file_read(fd, path, FILE_NO_LINKS, &text, &err), &err);
	assert_true(bytes_equal(buf_bytes(&text), TEXT(expected)));
}

static void what_is_written_is_read_again_and_replaced_whole(void **state)
{
	struct folder *folder = *state;
	struct stat info;
	struct err err;

	check_ok(file_write(folder->fd, "file", TEXT("first"), 0600, &err), &err);
	check_holds(folder->fd, "file", "first");
	check_ok(file_write(folder->fd, "file", TEXT("2"), 0640, &err), &err);
	check_holds(folder->fd, "file", "2");
	assert_int_equal(fstatat(folder->fd, "file", &info, 0), 0);
	assert_int_equal(info.st_mode & 0777, 0640);
	check_ok(file_remove(folder->fd, "file", &err), &err);
	check_ok(file_remove(folder->fd, "file", &err), &err);
	assert_false(file_exists(folder->fd, "file"));
}

static void only_enoent_means_that_nothing_is_there(void **state)
{
	struct folder *folder = *state;
	bool is_found = true;
	struct err err;

	check_ok(file_find(folder->fd, "nothing", &is_found, &err), &err);
	assert_false(is_found);
	check_ok(file_write(folder->fd, "file", TEXT("x"), 0600, &err), &err);
	check_ok(file_find(folder->fd, "file", &is_found, &err), &err);
	assert_true(is_found);
	assert_int_equal(symlinkat("loop", folder->fd, "loop"), 0);
	check_err(file_find(folder->fd, "loop", &is_found, &err), &err, ERR_IO);
	assert_int_equal(err.native, ELOOP);
	check_err(file_find(folder->fd, "file/below", &is_found, &err), &err, ERR_IO);
	check_err(file_find(-1, "file", &is_found, &err), &err, ERR_IO);
	assert_true(is_found);
	check_ok(file_find_all(folder->fd, (const char *const[]){"file", "nothing", "loop"}, 3,
			 &is_found, &err),
		&err);
	assert_false(is_found);
	(void)unlinkat(folder->fd, "loop", 0);
	check_ok(file_remove(folder->fd, "file", &err), &err);
}

static void folders_are_made_on_the_way(void **state)
{
	struct folder *folder = *state;
	auto_cleanup(fd) int deep = -1;
	struct err err;

	check_ok(dir_make(folder->fd, "a/b", 0700, &deep, &err), &err);
	check_ok(file_write(folder->fd, "a/b/deep", TEXT("x"), 0600, &err), &err);
	check_holds(deep, "deep", "x");
}

static void links_are_not_followed(void **state)
{
	struct folder *folder = *state;
	auto_cleanup(buf) struct buf text = buf_with_max(1000);
	auto_cleanup(fd) int fd = -1;
	struct err err;

	check_ok(dir_make(folder->fd, "a", 0700, &fd, &err), &err);
	check_ok(file_write(folder->fd, "file", TEXT("target"), 0600, &err), &err);
	assert_int_equal(symlinkat("file", folder->fd, "link"), 0);
	assert_int_equal(symlinkat("a", folder->fd, "to-folder"), 0);
	check_err(file_read(folder->fd, "link", FILE_NO_LINKS, &text, &err), &err, ERR_IO);
	check_err(file_read(folder->fd, "to-folder/x", FILE_NO_LINKS, &text, &err), &err, ERR_IO);
	check_err(file_write(folder->fd, "to-folder/x", TEXT("x"), 0600, &err), &err, ERR_IO);
	check_err(file_read(folder->fd, "../etc/passwd", FILE_NO_LINKS, &text, &err), &err, ERR_IO);
	check_ok(file_read(folder->fd, "link", FILE_FOLLOW_LINKS, &text, &err), &err);
	/* a link in the file's own place is replaced, its target is left alone */
	check_ok(file_write(folder->fd, "link", TEXT("new"), 0600, &err), &err);
	check_holds(folder->fd, "link", "new");
	check_holds(folder->fd, "file", "target");
}

static void only_regular_files_of_bounded_size_are_read(void **state)
{
	struct folder *folder = *state;
	auto_cleanup(buf) struct buf text = buf_with_max(4);
	struct err err;

	assert_int_equal(mkfifoat(folder->fd, "fifo", 0600), 0);
	check_err(file_read(folder->fd, "fifo", FILE_NO_LINKS, &text, &err), &err, ERR_IO);
	check_ok(file_write(folder->fd, "big", TEXT("12345"), 0600, &err), &err);
	check_err(file_read(folder->fd, "big", FILE_NO_LINKS, &text, &err), &err, ERR_FORMAT);
	check_err(file_read(folder->fd, "missing", FILE_NO_LINKS, &text, &err), &err, ERR_IO);
	assert_int_equal(err.native, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_written_is_read_again_and_replaced_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_enoent_means_that_nothing_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(folders_are_made_on_the_way, setup, teardown),
		cmocka_unit_test_setup_teardown(links_are_not_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_regular_files_of_bounded_size_are_read, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

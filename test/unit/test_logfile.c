#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "../support/folder.h"
#include "agent/logfile.h"
#include "base/file.h"
#include "base/text.h"

#define NOW_S 1769860800 /* 2026-01-31T12:00:00Z */

struct folder {
	char path[FOLDER_SIZE];
	int fd;
};

static int setup(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	struct err err;

	assert_non_null(folder);
	folder_make(folder->path);
	check_ok(dir_open(folder->path, &folder->fd, &err), &err);
	*state = folder;
	return 0;
}

static int teardown(void **state)
{
	struct folder *folder = *state;

	(void)close(folder->fd);
	folder_remove(folder->path);
	free(folder);
	return 0;
}

static void read_log(const struct folder *folder, const char *name, struct buf *ret)
{
	struct err err;

	check_ok(file_read(folder->fd, name, FILE_NO_LINKS, ret, &err), &err);
}

static void check_log(const struct folder *folder, const char *expected)
{
	auto_cleanup(buf) struct buf text = buf_with_max(LOGFILE_MAX_BYTES);

	read_log(folder, LOGFILE_NAME, &text);
	assert_string_equal((const char *)text.data, expected);
}

static void a_line_says_when_how_bad_and_what(void **state)
{
	struct folder *folder = *state;
	struct stat info;
	struct err err;

	check_ok(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "Enable: success, 0.412 s", &err),
		&err);
	check_ok(logfile_append(folder->fd, NOW_S + 1, LOG_LEVEL_ERROR, "worse", &err), &err);
	check_ok(logfile_append(folder->fd, NOW_S + 2, LOG_LEVEL_WARNING, "", &err), &err);
	check_ok(logfile_append(folder->fd, NOW_S + 3, LOG_LEVEL_NOTICE, "end", &err), &err);
	check_log(folder, "2026-01-31T12:00:00Z info Enable: success, 0.412 s\n"
			  "2026-01-31T12:00:01Z error worse\n"
			  "2026-01-31T12:00:02Z warning \n"
			  "2026-01-31T12:00:03Z notice end\n");
	assert_int_equal(fstatat(folder->fd, LOGFILE_NAME, &info, 0), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void hostile_text_stays_one_valid_line(void **state)
{
	struct folder *folder = *state;
	char text[5000];
	auto_cleanup(buf) struct buf log = buf_with_max(LOGFILE_MAX_BYTES);
	struct err err;

	check_ok(logfile_append(
			 folder->fd, NOW_S, LOG_LEVEL_INFO, "a\n2026 error \xFF\x1B[0m%s%n", &err),
		&err);
	check_log(folder, "2026-01-31T12:00:00Z info a 2026 error ??[0m%s%n\n");
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = "\xE2\x82\xAC"[i % 3];
	text[sizeof(text) - 1] = '\0';
	check_ok(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, text, &err), &err);
	read_log(folder, LOGFILE_NAME, &log);
	assert_true(text_is_utf8(buf_bytes(&log)));
	assert_in_range(log.len, LOGFILE_LINE_SIZE, LOGFILE_LINE_SIZE + 60);
	assert_int_equal(log.data[log.len - 1], '\n');
}

static void fill(const struct folder *folder, const char *name, off_t size)
{
	int fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	(void)close(fd);
}

static off_t size_of(const struct folder *folder, const char *name)
{
	struct stat info;

	return fstatat(folder->fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0 ? -1 : info.st_size;
}

static void a_full_log_becomes_the_one_old_one(void **state)
{
	static const char line[] = "2026-01-31T12:00:00Z info new\n";
	const off_t len = sizeof(line) - 1;
	struct folder *folder = *state;
	struct err err;

	fill(folder, LOGFILE_NAME, LOGFILE_MAX_BYTES - len);
	fill(folder, LOGFILE_OLD_NAME, 3);
	check_ok(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "new", &err), &err);
	assert_int_equal(size_of(folder, LOGFILE_NAME), LOGFILE_MAX_BYTES); /* just fits */
	assert_int_equal(size_of(folder, LOGFILE_OLD_NAME), 3);
	check_ok(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "new", &err), &err);
	check_log(folder, line);
	assert_int_equal(size_of(folder, LOGFILE_OLD_NAME), LOGFILE_MAX_BYTES);
}

static void links_and_other_things_are_refused(void **state)
{
	struct folder *folder = *state;
	struct err err;

	folder_write(folder->path, "victim", "untouched", 9);
	assert_int_equal(symlinkat("victim", folder->fd, LOGFILE_NAME), 0);
	check_err(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "x", &err), &err, ERR_IO);
	assert_int_equal(err.native, ELOOP);
	assert_int_equal(size_of(folder, "victim"), 9);

	assert_int_equal(unlinkat(folder->fd, LOGFILE_NAME, 0), 0);
	assert_int_equal(mkfifoat(folder->fd, LOGFILE_NAME, 0600), 0);
	check_err(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "x", &err), &err, ERR_IO);
	assert_int_equal(unlinkat(folder->fd, LOGFILE_NAME, 0), 0);

	/* an old one that is a link is replaced, not written through */
	assert_int_equal(symlinkat("victim", folder->fd, LOGFILE_OLD_NAME), 0);
	fill(folder, LOGFILE_NAME, LOGFILE_MAX_BYTES);
	check_ok(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "x", &err), &err);
	assert_int_equal(size_of(folder, "victim"), 9);
	assert_int_equal(size_of(folder, LOGFILE_OLD_NAME), LOGFILE_MAX_BYTES);
}

static void a_missing_folder_is_an_error_and_nothing_else(void **state)
{
	struct folder *folder = *state;
	struct err err;

	check_err(logfile_append(-1, NOW_S, LOG_LEVEL_INFO, "x", &err), &err, ERR_IO);
	assert_int_equal(rmdir(folder->path), 0);
	check_err(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "x", &err), &err, ERR_IO);
}

/* A stopped process that holds the lock must not stop others; the line goes into the full file. */
static void a_held_lock_delays_rotation_but_not_lines(void **state)
{
	struct folder *folder = *state;
	struct err err;
	int ends[2], done[2];
	pid_t child;

	fill(folder, LOGFILE_NAME, LOGFILE_MAX_BYTES);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		int fd = openat(folder->fd, LOGFILE_NAME, O_WRONLY | O_CLOEXEC);
		char byte = 0;

		(void)close(done[1]);
		if (fd < 0 || flock(fd, LOCK_EX) < 0 || write(ends[1], &byte, 1) != 1)
			_exit(1);
		_exit(read(done[0], &byte, 1) == 0 ? 0 : 1);
	}
	(void)close(done[0]);
	assert_int_equal(read(ends[0], &(char){0}, 1), 1);
	check_ok(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "x", &err), &err);
	assert_int_equal(size_of(folder, LOGFILE_OLD_NAME), -1);
	assert_true(size_of(folder, LOGFILE_NAME) > LOGFILE_MAX_BYTES);
	(void)close(done[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	check_ok(logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, "x", &err), &err);
	assert_true(size_of(folder, LOGFILE_OLD_NAME) > LOGFILE_MAX_BYTES);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

#define WRITERS 2
#define LINES   900 /* of about 1000 bytes, so that the file fills once */

static _Noreturn void write_lines(const struct folder *folder, int writer, int start_fd)
{
	char text[961];
	char byte;
	struct err err;

	if (read(start_fd, &byte, 1) < 0)
		_exit(1);
	for (int i = 0; i < LINES; i++) {
		(void)text_format(text, sizeof(text), "%d %0958d", writer, i);
		if (logfile_append(folder->fd, NOW_S, LOG_LEVEL_INFO, text, &err) < 0)
			_exit(1);
	}
	_exit(0);
}

static void count_lines(const struct buf *log, int counts[WRITERS][LINES])
{
	static const char head[] = "2026-01-31T12:00:00Z info ";
	const size_t len = sizeof(head) - 1 + 960 + 1;

	assert_int_equal(log->len % len, 0);
	for (size_t i = 0; i < log->len; i += len) {
		int writer, line;

		assert_memory_equal(log->data + i, head, sizeof(head) - 1);
		assert_int_equal(sscanf((const char *)log->data + i + sizeof(head) - 1, "%d %d ",
					 &writer, &line),
			2);
		assert_in_range(writer, 0, WRITERS - 1);
		assert_in_range(line, 0, LINES - 1);
		counts[writer][line]++;
	}
}

static void two_programs_lose_and_tear_no_line(void **state)
{
	static int counts[WRITERS][LINES];
	struct folder *folder = *state;
	auto_cleanup(buf) struct buf old = buf_with_max(2 * LOGFILE_MAX_BYTES);
	auto_cleanup(buf) struct buf new = buf_with_max(2 * LOGFILE_MAX_BYTES);
	pid_t children[WRITERS];
	int start[2], status;

	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	for (int i = 0; i < WRITERS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			(void)close(start[1]);
			write_lines(folder, i, start[0]);
		}
	}
	(void)close(start[0]);
	(void)close(start[1]); /* both begin */
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	read_log(folder, LOGFILE_OLD_NAME, &old);
	read_log(folder, LOGFILE_NAME, &new);
	count_lines(&old, counts);
	count_lines(&new, counts);
	for (int i = 0; i < WRITERS; i++)
		for (int k = 0; k < LINES; k++)
			assert_int_equal(counts[i][k], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_says_when_how_bad_and_what, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_text_stays_one_valid_line, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_log_becomes_the_one_old_one, setup, teardown),
		cmocka_unit_test_setup_teardown(links_and_other_things_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_missing_folder_is_an_error_and_nothing_else, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_held_lock_delays_rotation_but_not_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(two_programs_lose_and_tear_no_line, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

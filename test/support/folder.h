/* folder.h - temporary folders and other programs for unit tests. */
#ifndef TEST_SUPPORT_FOLDER_H
#define TEST_SUPPORT_FOLDER_H

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER_SIZE 64

/* Runs a program, found in PATH, that must succeed. */
static inline void folder_run(const char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&actions);
	assert_int_equal(
		posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ),
		0);
	(void)posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("%s failed", argv[0]);
}

static inline void folder_make(char ret[FOLDER_SIZE])
{
	(void)snprintf(ret, FOLDER_SIZE, "/tmp/unit.XXXXXX");
	assert_non_null(mkdtemp(ret));
}

static inline void folder_remove(char folder[FOLDER_SIZE])
{
	const char *argv[] = {"rm", "-rf", folder, NULL};

	folder_run(argv);
}

/* Contents of folder/name, at most size bytes; the length. */
static inline size_t folder_read(const char *folder, const char *name, uint8_t *ret, size_t size)
{
	char path[FOLDER_SIZE + 64];
	FILE *file;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	len = fread(ret, 1, size, file);
	(void)fclose(file);
	return len;
}

static inline void folder_write(const char *folder, const char *name, const void *data, size_t len)
{
	char path[FOLDER_SIZE + 64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

#endif

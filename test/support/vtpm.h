/* vtpm.h - a software TPM of its own for a test program, provisioned by test/support/platform. */
#ifndef TEST_SUPPORT_VTPM_H
#define TEST_SUPPORT_VTPM_H

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include "folder.h"
#include "tpm/tpm.h"

#define VTPM_MAX_ARGUMENTS 16

struct vtpm {
	char folder[FOLDER_SIZE]; /* also holds the test authority: root.pem, intermediate.pem */
	char tcti[FOLDER_SIZE + 32];
};

/* test/support/platform ACTION FOLDER ...; the arguments end with NULL. */
static inline void vtpm_platform(const struct vtpm *vtpm, const char *action, ...)
{
	const char *argv[VTPM_MAX_ARGUMENTS + 4] = {"test/support/platform", action, vtpm->folder};
	va_list args;

	va_start(args, action);
	for (size_t i = 3; i < VTPM_MAX_ARGUMENTS + 3; i++) {
		argv[i] = va_arg(args, const char *);
		if (!argv[i])
			break;
	}
	va_end(args);
	folder_run(argv);
}

/* Key and certificate anew; the arguments say what is wrong with them. */
#define vtpm_provision(vtpm, ...)                                                                  \
	vtpm_platform(vtpm, "provision", "--ca", (vtpm)->folder, __VA_ARGS__)

static inline void vtpm_start(struct vtpm *ret)
{
	const char *argv[] = {"test/support/platform", "start", ret->folder, NULL};
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	folder_make(ret->folder);
	(void)snprintf(ret->tcti, sizeof(ret->tcti), "swtpm:path=%s/tpm", ret->folder);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	assert_int_equal(
		posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ),
		0);
	(void)posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static inline void vtpm_stop(struct vtpm *vtpm)
{
	vtpm_platform(vtpm, "stop", NULL);
	folder_remove(vtpm->folder);
}

static inline struct tpm *vtpm_opened(const char *tcti)
{
	struct tpm *tpm = NULL;
	struct err err;

	check_ok(tpm_open(tcti, &tpm, &err), &err);
	return tpm;
}

/* One TPM for a group of tests, and the group's setup and teardown. */
static struct vtpm vtpm_shared;

static inline int vtpm_group_start(void **state)
{
	(void)state;
	vtpm_start(&vtpm_shared);
	return 0;
}

static inline int vtpm_group_stop(void **state)
{
	(void)state;
	vtpm_stop(&vtpm_shared);
	return 0;
}

/* The same TPM through test/support/tpm_count, which counts commands and makes faults. */
struct vtpm_relay {
	const struct vtpm *vtpm;
	char tcti[FOLDER_SIZE + 32];
	pid_t pid;
};

/* fault, value: an option of tpm_count, or NULL */
static inline void vtpm_relay_start(
	const struct vtpm *vtpm, const char *fault, const char *value, struct vtpm_relay *ret)
{
	char listening[FOLDER_SIZE + 16], target[FOLDER_SIZE + 16], out_file[FOLDER_SIZE + 16];
	const char *argv[] = {
		"test/support/tpm_count", listening, target, out_file, fault, value, NULL};
	posix_spawn_file_actions_t actions;
	char line[16];
	FILE *lines;
	int out[2];

	(void)snprintf(listening, sizeof(listening), "%s/relay", vtpm->folder);
	(void)snprintf(target, sizeof(target), "%s/tpm", vtpm->folder);
	(void)snprintf(out_file, sizeof(out_file), "%s/count.json", vtpm->folder);
	(void)snprintf(ret->tcti, sizeof(ret->tcti), "swtpm:path=%s/relay", vtpm->folder);
	ret->vtpm = vtpm;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	assert_int_equal(posix_spawn(&ret->pid, argv[0], &actions, NULL,
				 (char *const *)(uintptr_t)argv, environ),
		0);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(out[1]);
	lines = fdopen(out[0], "r");
	assert_non_null(lines);
	if (!fgets(line, sizeof(line), lines))
		fail_msg("test/support/tpm_count did not start");
	(void)fclose(lines);
}

/* What it counted, as JSON text. */
static inline void vtpm_relay_stop(struct vtpm_relay *relay, char *ret, size_t size)
{
	size_t len;

	(void)kill(relay->pid, SIGTERM);
	(void)waitpid(relay->pid, NULL, 0);
	len = folder_read(relay->vtpm->folder, "count.json", (uint8_t *)ret, size - 1);
	ret[len] = '\0';
}

#endif

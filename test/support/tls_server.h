/* tls_server.h - start test/support/tls_server from a test program, with a folder of its own. */
#ifndef TEST_SUPPORT_TLS_SERVER_H
#define TEST_SUPPORT_TLS_SERVER_H

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "folder.h"

struct tls_server {
	char folder[FOLDER_SIZE];
	char ca_file[FOLDER_SIZE + 16];
	pid_t pid;
	int to_server; /* it ends when this is closed */
	unsigned int port;
};

static inline unsigned int tls_server_read_port(int fd)
{
	FILE *lines = fdopen(fd, "r");
	unsigned int port = 0;

	assert_non_null(lines);
	if (fscanf(lines, "port %u", &port) != 1)
		fail_msg("test/support/tls_server did not start");
	(void)fclose(lines);
	return port;
}

static inline void tls_server_start(
	struct tls_server *ret, const char *certificate, const char *transport)
{
	const char *argv[] = {"test/support/tls_server", ret->folder, "--certificate", certificate,
		"--transport", transport, NULL};
	posix_spawn_file_actions_t actions;
	int in[2], out[2];

	/* the way to 127.0.0.1 is direct, whatever the machine's environment says */
	(void)unsetenv("https_proxy");
	(void)unsetenv("HTTPS_PROXY");
	(void)unsetenv("all_proxy");
	(void)unsetenv("ALL_PROXY");
	folder_make(ret->folder);
	(void)snprintf(ret->ca_file, sizeof(ret->ca_file), "%s/ca.pem", ret->folder);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	assert_int_equal(posix_spawn(&ret->pid, argv[0], &actions, NULL,
				 (char *const *)(uintptr_t)argv, environ),
		0);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(in[0]);
	(void)close(out[1]);
	ret->to_server = in[1];
	ret->port = tls_server_read_port(out[0]);
}

static inline void tls_server_stop(struct tls_server *server)
{
	(void)close(server->to_server);
	(void)waitpid(server->pid, NULL, 0);
	folder_remove(server->folder);
}

#endif

/* attestation-provider: a local attestation provider that really verifies. See README.md beside
 * this file. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "listen.h"
#include "options.h"
#include "server.h"

#define MAX_PEM (1u << 20)

struct texts { /* of files */
	struct buf tls_cert, tls_key, signing_key, signing_cert;
};

static void texts_cleanup(struct texts *texts)
{
	buf_done(&texts->tls_cert);
	buf_done(&texts->tls_key);
	buf_done(&texts->signing_key);
	buf_done(&texts->signing_cert);
}

static void service_cleanup(struct service *service)
{
	issuer_close(service->issuer);
	anchors_cleanup(&service->anchors);
}

/* NULL: nothing to read. */
static int read_pem(const char *path, struct buf *ret, struct err *err)
{
	*ret = buf_with_max(MAX_PEM);
	return path ? file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, ret, err) : 0;
}

static int read_texts(const struct options *options, struct texts *ret, struct err *err)
{
	if (read_pem(options->tls_cert, &ret->tls_cert, err) < 0 ||
		read_pem(options->tls_key, &ret->tls_key, err) < 0 ||
		read_pem(options->signing_key, &ret->signing_key, err) < 0)
		return -1;
	return read_pem(options->signing_cert, &ret->signing_cert, err);
}

static int read_anchors(const struct options *options, struct anchors *ret, struct err *err)
{
	*ret = anchors_empty();
	for (size_t i = 0; i < options->ak_ca_count; i++) {
		auto_cleanup(buf) struct buf pem = {0};

		if (read_pem(options->ak_ca[i], &pem, err) < 0 ||
			anchors_add(ret, buf_bytes(&pem), err) < 0)
			return err_wrap(err, "%s", options->ak_ca[i]);
	}
	if (!anchors_have_root(ret))
		return err_set(
			err, ERR_CA_FILE, 0, "--ak-ca names no self-signed certificate to trust.");
	return 0;
}

static int open_service(const struct options *options, const struct texts *texts,
	const char *origin, struct service *ret, struct err *err)
{
	ret->policy = options->policy;
	ret->now_s = options->now_s;
	ret->token_life_s = options->token_life_s;
	if (read_anchors(options, &ret->anchors, err) < 0)
		return -1;
	return issuer_open(options->issuer ? options->issuer : origin,
		buf_bytes(&texts->signing_key), buf_bytes(&texts->signing_cert), &ret->issuer, err);
}

/* The main thread does nothing but watch time: the server has its own threads. */
static void wait_for_end(struct server *server, const sigset_t *signals)
{
	const struct timespec second = {.tv_sec = 1};

	while (sigtimedwait(signals, NULL, &second) < 0)
		server_reap(server);
}

static int run(const struct options *options, struct err *err)
{
	auto_cleanup(texts) struct texts texts = {0};
	auto_cleanup(service) struct service service = {0};
	auto_cleanup(server) struct server *server = NULL;
	char origin[LISTEN_ORIGIN_SIZE];
	sigset_t signals;
	int fd;

	/* before threads start, so that they inherit it */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (read_texts(options, &texts, err) < 0 || listen_open(options->listen, &fd, origin, err) < 0)
		return -1;
	if (open_service(options, &texts, origin, &service, err) < 0 ||
		server_start(fd, buf_bytes(&texts.tls_cert), buf_bytes(&texts.tls_key), &service,
			&server, err) < 0)
		return -1;
	(void)printf("listening on %s\n", origin);
	(void)fflush(stdout);
	wait_for_end(server, &signals);
	return 0;
}

int main(int argc, char **argv)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct options options;
	struct err err;

	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (options_parse(argc, argv, &options, &err) < 0) {
		(void)fprintf(stderr, "attestation-provider: %s\nRun it with --help.\n", err.msg);
		return err_info(ERR_USAGE)->exit_code;
	}
	if (options.is_help) {
		(void)fputs(options_help(), stdout);
		return 0;
	}
	if (run(&options, &err) < 0) {
		(void)fprintf(stderr, "attestation-provider: %s\n", err.msg);
		return err_info(err.code)->exit_code == 64 ? 64 : 1;
	}
	return 0;
}

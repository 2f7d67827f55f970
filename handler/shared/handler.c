#include "handler.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "net/http.h"
#include "service/journal.h"
#include "setup/programs.h"
#include "options.h"

#define LOCK_TIMEOUT_MS 45000 /* below every time limit of the agent; a stop takes at most 10 s */

/* Finds the package's folder as the service will see it. It must be below the root directory. */
static int find_home(struct handler *handler, const char *real_home, struct err *err)
{
	size_t root_len = strcmp(handler->root, "/") == 0 ? 0 : strlen(handler->root);

	if (strncmp(real_home, handler->root, root_len) != 0 || real_home[root_len] != '/')
		return err_set(err, ERR_USAGE, 0, "Package folder '%s' is not below '%s'.",
			real_home, handler->root);
	if (!text_format(handler->home, sizeof(handler->home), "%s", real_home + root_len))
		return err_set(err, ERR_USAGE, 0, "Package folder '%s' is too long.", real_home);
	return dir_open(real_home, &handler->home_fd, err);
}

static int take_metadata(struct handler *handler, const char *url, struct err *err)
{
	struct http_origin ignored;

	if (url[0] && http_parse_plain_url(url, &ignored, NULL, err) < 0) {
		err->code = ERR_USAGE;
		return -1;
	}
	if (!text_format(handler->metadata, sizeof(handler->metadata), "%s", url))
		return err_set(err, ERR_USAGE, 0, "The metadata service's address is too long.");
	return 0;
}

/* By errno: `blamed` if the path itself is wrong, else a code for a failure of the machine. */
static enum err_code path_code(enum err_code blamed)
{
	static const int of_path[] = {ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG, EINVAL};

	for (size_t i = 0; i < sizeof(of_path) / sizeof(of_path[0]); i++)
		if (errno == of_path[i])
			return blamed;
	return errno == ENOMEM ? ERR_NO_MEMORY : ERR_IO;
}

static int open_folders(
	struct handler *handler, const struct handler_options *options, struct err *err)
{
	auto_cleanup(free) char *root = realpath(options->root, NULL);
	auto_cleanup(free) char *home = NULL;
	char above[HANDLER_PATH_SIZE];

	if (!root || !text_format(handler->root, sizeof(handler->root), "%s", root))
		return err_set(err, path_code(ERR_USAGE), (unsigned long)errno,
			"Root folder '%s' cannot be used: %m.", options->root);
	errno = options->programs_errno;
	if (errno != 0)
		return err_set(err, path_code(ERR_ENVIRONMENT_INVALID), (unsigned long)errno,
			"The package's folder was not found by this program's own path: %m.");
	if (!text_format(handler->programs, sizeof(handler->programs), "%s", options->programs))
		return err_set(err, ERR_USAGE, 0, "The path of the programs is too long.");
	/* not by "..", behind which realpath may pass over a link that cannot be read */
	(void)text_format(above, sizeof(above), "%s", handler->programs);
	path_to_folder(above);
	home = realpath(options->home ? options->home : above, NULL);
	if (!home)
		return err_set(err, path_code(ERR_USAGE), (unsigned long)errno,
			"Package folder '%s' cannot be used: %m.",
			options->home ? options->home : above);
	if (!text_format(handler->tcti, sizeof(handler->tcti), "%s", options->tcti))
		return err_set(err, ERR_USAGE, 0, "The TCTI is too long.");
	if (take_metadata(handler, options->metadata, err) < 0 ||
		dir_open(handler->root, &handler->root_fd, err) < 0)
		return -1;
	return find_home(handler, home, err);
}

static int find_sequence(struct handler *handler, struct err *err)
{
	auto_cleanup(fd) int config = -1;
	const char *variable = getenv("ConfigSequenceNumber");

	/* if the folder is missing, the variable alone is enough */
	if (environment_open_folder(
		    handler->root_fd, handler->environment.config_folder, &config, err) < 0 &&
		!variable)
		return -1;
	return environment_find_sequence(config, variable, &handler->environment.sequence, err);
}

static int read_environment(struct handler *handler, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(ENVIRONMENT_MAX_BYTES);

	if (file_read(handler->home_fd, "HandlerEnvironment.json", FILE_NO_LINKS, &text, err) < 0) {
		if (err->code == ERR_FORMAT || err->native == ENOENT)
			err->code = ERR_ENVIRONMENT_INVALID;
		return -1;
	}
	if (environment_parse(buf_bytes(&text), &handler->environment, err) < 0)
		return -1;
	return find_sequence(handler, err);
}

/* Without a readable environment, uses the folders that the agent has always used, so that an error
 * status can be written. */
static void guess_environment(struct handler *handler)
{
	struct err ignored;

	(void)text_format(handler->environment.status_folder, ENVIRONMENT_PATH_SIZE, "%s/status",
		handler->home);
	(void)text_format(handler->environment.config_folder, ENVIRONMENT_PATH_SIZE, "%s/config",
		handler->home);
	if (find_sequence(handler, &ignored) < 0)
		handler->environment.sequence = 0;
}

int handler_write_status(const struct handler *handler, const struct status *status, struct err *err)
{
	auto_cleanup(fd) int folder = -1;

	if (environment_make_folder(
		    handler->root_fd, handler->environment.status_folder, &folder, err) < 0)
		return err_wrap(err, "Status");
	return status_write(folder, handler->environment.sequence, status, clock_now_s(), err);
}

int handler_install_programs(const struct handler *handler, struct err *err)
{
	auto_cleanup(fd) int from = -1;

	if (dir_open(handler->programs, &from, err) < 0)
		return -1;
	return programs_install(handler->root_fd, from, VERSION, err);
}

struct control handler_control(struct handler *handler)
{
	return (struct control){.root = handler->root,
		.root_fd = handler->root_fd,
		.state_fd = handler->lock.state_fd,
		.home = handler->home,
		.systemctl_left_ms = &handler->systemctl_left_ms};
}

static int report_failure(const struct handler *handler, const struct err *err)
{
	const struct err_info *info = err_info(err->code);
	auto_cleanup(free) struct status *status = malloc(sizeof(*status));
	struct err status_err;

	/* the message of a status ends with the remedy */
	(void)fprintf(stderr, "%s: %s%s%s\n", info->name, err->msg, handler->is_reported ? "" : " ",
		handler->is_reported ? "" : info->remedy);
	if (handler->home_fd < 0 || handler->is_reported)
		return info->exit_code;
	if (status)
		status_of_err(handler->operation, err, status);
	else
		err_fill(&status_err, ERR_NO_MEMORY, 0, "No memory for a status.");
	if (!status || handler_write_status(handler, status, &status_err) < 0)
		(void)fprintf(stderr, "%s\n", status_err.msg);
	return info->exit_code;
}

static void log_start(const struct handler *handler)
{
	char line[128];

	(void)text_format(line, sizeof(line), "%s: started, version %s, settings %u",
		handler->operation, VERSION, handler->environment.sequence);
	journal_line(handler->root_fd, &handler->environment, clock_now_s(), LOG_LEVEL_INFO, line);
}

/* err: NULL on success. */
static void log_end(const struct handler *handler, int64_t started_ms, const struct err *err)
{
	static const struct err none = {.code = ERR_OK};

	journal_outcome(handler->root_fd, &handler->environment,
		&(struct journal){.level = err ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
			.task = handler->operation,
			.outcome = err ? "failed" : "success",
			.reason = err ? err : &none,
			.took_ms = clock_monotonic_ms() - started_ms,
			.now_ns = clock_now_ns(),
			.pid = getpid(),
			.version = VERSION});
}

static int run_locked(struct handler *handler, const struct handler_options *options,
	handler_work *work, struct err *err)
{
	if (open_folders(handler, options, err) < 0)
		return -1;
	handler->has_environment = read_environment(handler, &handler->environment_err) == 0;
	if (!handler->has_environment)
		guess_environment(handler);
	log_start(handler);
	if (lock_take(handler->root_fd, LOCK_TIMEOUT_MS, &handler->lock, err) < 0)
		return -1;
	return work(handler, err);
}

int handler_run(const char *operation, handler_work *work, int argc, char **argv)
{
	struct handler handler = {.operation = operation,
		.root_fd = -1,
		.home_fd = -1,
		.systemctl_left_ms = CONTROL_SYSTEMCTL_MS,
		.lock = {-1, -1}};
	int64_t started_ms = clock_monotonic_ms();
	struct handler_options options;
	struct err err;
	int exit_code = 0;

	if (handler_options_parse(argc, argv, &options, &exit_code))
		return exit_code;
	/* hardened machines give the agent one that would close the folders of the programs */
	(void)umask(0022);
	if (run_locked(&handler, &options, work, &err) < 0) {
		exit_code = report_failure(&handler, &err);
		log_end(&handler, started_ms, &err);
	} else {
		log_end(&handler, started_ms, NULL);
	}
	lock_release(&handler.lock);
	fd_cleanup(&handler.home_fd);
	fd_cleanup(&handler.root_fd);
	return exit_code;
}

#include "setup/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "memory/record.h"
#include "memory/running.h"

#define TERM_TIMEOUT_MS 5000
#define KILL_TIMEOUT_MS 5000
#define LOG_MAX_BYTES   (1 << 20)
#define MAX_DESCRIPTORS 4096

/* Replaces descriptors 0, 1 and 2 by /dev/null and the log. */
static int open_standard_files(const char *log_path)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log_fd = log_path ? open(log_path,
					O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)
			      : -1;
	struct stat info;

	if (null_fd < 0)
		return -1;
	/* the log grows by some lines a day, so truncating it at a start is enough */
	if (log_fd >= 0 && fstat(log_fd, &info) == 0 && info.st_size > LOG_MAX_BYTES)
		(void)!ftruncate(log_fd, 0);
	if (log_fd < 0)
		log_fd = null_fd;
	return dup2(null_fd, 0) < 0 || dup2(log_fd, 1) < 0 || dup2(log_fd, 2) < 0 ? -1 : 0;
}

/* Makes exec close all descriptors that the agent left open, and the report pipe. */
static void close_others_at_exec(void)
{
	long limit = sysconf(_SC_OPEN_MAX);

	if (limit < 0 || limit > MAX_DESCRIPTORS)
		limit = MAX_DESCRIPTORS;
	for (int fd = 3; fd < limit; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Writes 0 right before exec, or an errno. A process that died earlier writes nothing. */
static void write_report(int report_fd, int reason)
{
	(void)!write(report_fd, &reason, sizeof(reason));
}

static _Noreturn void become_service(
	int state_fd, char *const argv[], const char *log_path, int report_fd)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = {path, NULL};
	struct err err = {.native = 0};
	sigset_t none;
	int lock_fd;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)umask(0077);
	close_others_at_exec();
	/* record locks belong to the process and survive exec while a descriptor of the file stays
	 * open (fcntl(2)) */
	if (chdir("/") == 0 && open_standard_files(log_path) == 0 &&
		running_lock_pid(state_fd, false, &lock_fd, &err) == 0 &&
		fcntl(lock_fd, F_SETFD, 0) == 0) {
		write_report(report_fd, 0);
		(void)execve(argv[0], argv, environment);
	}
	write_report(report_fd, err.native ? (int)err.native : errno);
	_exit(127);
}

/* Runs in the first child. It forks again, so that the service is not a session leader and has no
 * parent that must wait for it. */
static _Noreturn void fork_again(int state_fd, char *const argv[], const char *log_path, int report_fd)
{
	pid_t pid;

	if (setsid() >= 0) {
		pid = fork();
		if (pid == 0)
			become_service(state_fd, argv, log_path, report_fd);
		if (pid > 0)
			_exit(0);
	}
	write_report(report_fd, errno);
	_exit(127);
}

/* Reads until the pipe closes, which a successful exec does. */
static int wait_for_report(int read_fd, const char *program, struct err *err)
{
	int reasons[2];
	size_t len = 0;
	ssize_t got;

	do {
		got = read(read_fd, (uint8_t *)reasons + len, sizeof(reasons) - len);
		len += got > 0 ? (size_t)got : 0;
	} while ((got > 0 && len < sizeof(reasons)) || (got < 0 && errno == EINTR));
	if (len == sizeof(reasons[0]) && reasons[0] == 0)
		return 0;
	errno = len == 0 ? EIO : len == sizeof(reasons) ? reasons[1] : reasons[0];
	/* exec alone reports a second time */
	return err_set(err,
		len == sizeof(reasons) && (errno == EPERM || errno == EACCES) ? ERR_START_FORBIDDEN
									      : ERR_SERVICE,
		(unsigned long)errno, "The service '%s' cannot be started: %m.", program);
}

void process_exec(int lock_fd, char *const argv[])
{
	sigset_t sigterm;

	(void)sigemptyset(&sigterm);
	(void)sigaddset(&sigterm, SIGTERM);
	(void)pthread_sigmask(SIG_SETMASK, &sigterm, NULL);
	close_others_at_exec();
	(void)fcntl(lock_fd, F_SETFD, 0);
	(void)execv(argv[0], argv);
	(void)execv("/proc/self/exe", argv); /* also if the file was removed */
}

int process_start(int state_fd, char *const argv[], const char *log_path, struct err *err)
{
	auto_cleanup(fd) int read_fd = -1;
	auto_cleanup(fd) int write_fd = -1;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "No pipe: %m.");
	read_fd = ends[0];
	write_fd = ends[1];
	child = fork();
	if (child < 0)
		return err_set(err, ERR_SERVICE, (unsigned long)errno, "No new process: %m.");
	if (child == 0)
		fork_again(state_fd, argv, log_path, write_fd);
	(void)close(steal_fd(&write_fd));
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return wait_for_report(read_fd, argv[0], err);
}

int process_stop(int state_fd, struct err *err)
{
	static const struct {
		int signal, timeout_ms;
	} tries[] = {{SIGTERM, TERM_TIMEOUT_MS}, {SIGKILL, KILL_TIMEOUT_MS}};
	bool has_ended;
	pid_t pid;

	if (running_find_pid(state_fd, &pid, err) < 0)
		return -1;
	if (pid == 0)
		return 0;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (kill(pid, tries[i].signal) < 0 && errno != ESRCH)
			return err_set(err, ERR_SERVICE, (unsigned long)errno,
				"The service (process %ld) cannot be stopped: %m.", (long)pid);
		if (running_wait_for_end(state_fd, pid, tries[i].timeout_ms, &has_ended, err) < 0)
			return -1;
		if (has_ended)
			return 0;
	}
	return err_set(err, ERR_SERVICE, 0, "The service (process %ld) does not end.", (long)pid);
}

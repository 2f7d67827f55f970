#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#define NO_FAILURE "the kernel documents no failure for it"
#define OWN_STATE  "it concerns only the process's own state and fails only for wrong arguments"

static const struct call calls[] = {
	{"openat", SYS_openat, CALL_FAILS, "EIO EMFILE EMFILE+", 0},
	{"openat-make", SYS_openat, CALL_FAILS, "EIO EMFILE EMFILE+ ENOSPC ENOSPC+ kill", 0},
	{"open", SYS_open, CALL_FAILS, "EIO EMFILE EMFILE+", 0},
	{"open-make", SYS_open, CALL_FAILS, "EIO EMFILE EMFILE+ ENOSPC ENOSPC+ kill", 0},
	{"read", SYS_read, CALL_FAILS, "EIO EINTR short", 2},
	{"pread64", SYS_pread64, CALL_FAILS, "EIO EINTR short", 2},
	{"readv", SYS_readv, CALL_FAILS, "EIO EINTR", 0},
	{"recvfrom", SYS_recvfrom, CALL_FAILS, "ECONNRESET EINTR short", 2},
	{"recvmsg", SYS_recvmsg, CALL_FAILS, "ECONNRESET EINTR", 0},
	{"write", SYS_write, CALL_FAILS, "ENOSPC ENOSPC+ EIO EINTR short kill", 2},
	{"pwrite64", SYS_pwrite64, CALL_FAILS, "ENOSPC ENOSPC+ EIO EINTR short kill", 2},
	{"writev", SYS_writev, CALL_FAILS, "ENOSPC ENOSPC+ EIO EINTR kill", 0},
	{"sendto", SYS_sendto, CALL_FAILS, "ECONNRESET EINTR short kill", 2},
	{"sendmsg", SYS_sendmsg, CALL_FAILS, "ECONNRESET EINTR kill", 0},
	{"sendmmsg", SYS_sendmmsg, CALL_FAILS, "ECONNRESET EINTR kill", 0},
	{"close", SYS_close, CALL_HAPPENS, "EIO EINTR", 0},
	{"fstat", SYS_fstat, CALL_FAILS, "EIO ENOMEM", 0},
	{"stat", SYS_stat, CALL_FAILS, "EIO ENOMEM", 0},
	{"lstat", SYS_lstat, CALL_FAILS, "EIO ENOMEM", 0},
	{"newfstatat", SYS_newfstatat, CALL_FAILS, "EIO ENOMEM", 0},
	{"statx", SYS_statx, CALL_FAILS, "EIO ENOMEM", 0},
	{"statfs", SYS_statfs, CALL_FAILS, "EIO", 0},
	{"fstatfs", SYS_fstatfs, CALL_FAILS, "EIO", 0},
	{"access", SYS_access, CALL_FAILS, "EIO", 0},
	{"faccessat", SYS_faccessat, CALL_FAILS, "EIO", 0},
	{"faccessat2", SYS_faccessat2, CALL_FAILS, "EIO", 0},
	{"readlink", SYS_readlink, CALL_FAILS, "EIO", 0},
	{"readlinkat", SYS_readlinkat, CALL_FAILS, "EIO", 0},
	{"getdents64", SYS_getdents64, CALL_FAILS, "EIO", 0},
	{"lseek", SYS_lseek, CALL_FAILS, "EINVAL", 0},
	{"flock", SYS_flock, CALL_FAILS, "EINTR ENOLCK", 0},
	{"fcntl", SYS_fcntl, CALL_FAILS, "EINTR ENOLCK", 0},
	{"ioctl", SYS_ioctl, CALL_FAILS, "EIO", 0},
	{"fsync", SYS_fsync, CALL_FAILS, "EIO ENOSPC ENOSPC+ kill", 0},
	{"fdatasync", SYS_fdatasync, CALL_FAILS, "EIO ENOSPC ENOSPC+ kill", 0},
	{"ftruncate", SYS_ftruncate, CALL_FAILS, "EIO EINTR kill", 0},
	{"fallocate", SYS_fallocate, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"fchmod", SYS_fchmod, CALL_FAILS, "EIO EPERM kill", 0},
	{"fchmodat", SYS_fchmodat, CALL_FAILS, "EIO EPERM kill", 0},
	{"fchown", SYS_fchown, CALL_FAILS, "EIO EPERM kill", 0},
	{"utimensat", SYS_utimensat, CALL_FAILS, "EIO kill", 0},
	{"rename", SYS_rename, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"renameat", SYS_renameat, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"renameat2", SYS_renameat2, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"linkat", SYS_linkat, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"symlinkat", SYS_symlinkat, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"unlink", SYS_unlink, CALL_FAILS, "EIO kill", 0},
	{"unlinkat", SYS_unlinkat, CALL_FAILS, "EIO kill", 0},
	{"mkdir", SYS_mkdir, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"mkdirat", SYS_mkdirat, CALL_FAILS, "ENOSPC ENOSPC+ EIO kill", 0},
	{"rmdir", SYS_rmdir, CALL_FAILS, "EIO kill", 0},
	{"chdir", SYS_chdir, CALL_FAILS, "EIO ENOMEM", 0},
	{"fchdir", SYS_fchdir, CALL_FAILS, "EIO", 0},
	{"mmap", SYS_mmap, CALL_FAILS, "ENOMEM", 0},
	{"mremap", SYS_mremap, CALL_FAILS, "ENOMEM", 0},
	{"mprotect", SYS_mprotect, CALL_FAILS, "ENOMEM", 0},
	{"munmap", SYS_munmap, CALL_FAILS, "ENOMEM", 0},
	{"socket", SYS_socket, CALL_FAILS, "EMFILE EMFILE+ ENOBUFS", 0},
	{"socketpair", SYS_socketpair, CALL_FAILS, "EMFILE EMFILE+", 0},
	{"connect", SYS_connect, CALL_FAILS, "ECONNREFUSED ETIMEDOUT EINTR kill", 0},
	{"bind", SYS_bind, CALL_FAILS, "EADDRINUSE", 0},
	{"shutdown", SYS_shutdown, CALL_FAILS, "ENOTCONN", 0},
	{"getsockname", SYS_getsockname, CALL_FAILS, "ENOBUFS", 0},
	{"getpeername", SYS_getpeername, CALL_FAILS, "ENOBUFS", 0},
	{"getsockopt", SYS_getsockopt, CALL_FAILS, "ENOBUFS", 0},
	{"setsockopt", SYS_setsockopt, CALL_FAILS, "ENOMEM", 0},
	{"poll", SYS_poll, CALL_FAILS, "EINTR ENOMEM", 0},
	{"ppoll", SYS_ppoll, CALL_FAILS, "EINTR ENOMEM", 0},
	{"select", SYS_select, CALL_FAILS, "EINTR ENOMEM", 0},
	{"pselect6", SYS_pselect6, CALL_FAILS, "EINTR ENOMEM", 0},
	{"epoll_create1", SYS_epoll_create1, CALL_FAILS, "EMFILE EMFILE+ ENOMEM", 0},
	{"epoll_ctl", SYS_epoll_ctl, CALL_FAILS, "ENOMEM ENOSPC ENOSPC+", 0},
	{"epoll_wait", SYS_epoll_wait, CALL_FAILS, "EINTR", 0},
	{"eventfd2", SYS_eventfd2, CALL_FAILS, "EMFILE EMFILE+", 0},
	{"inotify_init1", SYS_inotify_init1, CALL_FAILS, "EMFILE EMFILE+ ENOMEM", 0},
	{"inotify_add_watch", SYS_inotify_add_watch, CALL_FAILS, "ENOSPC ENOSPC+ ENOMEM", 0},
	{"signalfd4", SYS_signalfd4, CALL_FAILS, "EMFILE EMFILE+ ENOMEM", 0},
	{"timerfd_create", SYS_timerfd_create, CALL_FAILS, "EMFILE EMFILE+ ENOMEM", 0},
	{"timerfd_settime", SYS_timerfd_settime, CALL_FAILS, "ECANCELED", 0},
	{"timer_create", SYS_timer_create, CALL_FAILS, "EAGAIN", 0},
	{"timer_settime", SYS_timer_settime, CALL_FAILS, "EINVAL", 0},
	{"pipe2", SYS_pipe2, CALL_FAILS, "EMFILE EMFILE+", 0},
	{"dup", SYS_dup, CALL_FAILS, "EMFILE EMFILE+", 0},
	{"dup2", SYS_dup2, CALL_FAILS, "EINTR EMFILE EMFILE+", 0},
	{"dup3", SYS_dup3, CALL_FAILS, "EINTR EMFILE EMFILE+", 0},
	{"clone", SYS_clone, CALL_FAILS, "EAGAIN ENOMEM kill", 0},
	{"clone3", SYS_clone3, CALL_FAILS, "EAGAIN ENOMEM kill", 0},
	{"fork", SYS_fork, CALL_FAILS, "EAGAIN ENOMEM kill", 0},
	{"vfork", SYS_vfork, CALL_FAILS, "EAGAIN ENOMEM kill", 0},
	{"execve", SYS_execve, CALL_FAILS, "ENOMEM EIO kill", 0},
	{"wait4", SYS_wait4, CALL_FAILS, "EINTR", 0},
	{"waitid", SYS_waitid, CALL_FAILS, "EINTR", 0},
	{"kill", SYS_kill, CALL_FAILS, "EPERM kill", 0},
	{"setsid", SYS_setsid, CALL_FAILS, "EPERM", 0},
	{"getrandom", SYS_getrandom, CALL_FAILS, "ENOSYS EINTR short", 1},
	{"prctl", SYS_prctl, CALL_FAILS, "EINVAL", 0},
	{"sysinfo", SYS_sysinfo, CALL_FAILS, "EFAULT", 0},
	{"prlimit64", SYS_prlimit64, CALL_FAILS, "EPERM", 0},
	{"rt_sigtimedwait", SYS_rt_sigtimedwait, CALL_FAILS, "EINTR", 0},
	{"nanosleep", SYS_nanosleep, CALL_FAILS, "EINTR", 0},
	{"clock_nanosleep", SYS_clock_nanosleep, CALL_FAILS, "EINTR", 0},
	{"sched_getaffinity", SYS_sched_getaffinity, CALL_FAILS, "EINVAL", 0},

	{"alarm", SYS_alarm, CALL_EXEMPT, NO_FAILURE, 0},
	{"brk", SYS_brk, CALL_EXEMPT, "only malloc calls it, and that fails by itself", 0},
	{"clock_gettime", SYS_clock_gettime, CALL_EXEMPT, OWN_STATE, 0},
	{"gettimeofday", SYS_gettimeofday, CALL_EXEMPT, NO_FAILURE, 0},
	{"time", SYS_time, CALL_EXEMPT, NO_FAILURE, 0},
	{"arch_prctl", SYS_arch_prctl, CALL_EXEMPT, OWN_STATE, 0},
	{"set_tid_address", SYS_set_tid_address, CALL_EXEMPT, NO_FAILURE, 0},
	{"set_robust_list", SYS_set_robust_list, CALL_EXEMPT, OWN_STATE, 0},
	{"rseq", SYS_rseq, CALL_EXEMPT, OWN_STATE, 0},
	{"futex", SYS_futex, CALL_EXEMPT, "only locks call it, which know what its errors mean", 0},
	{"madvise", SYS_madvise, CALL_EXEMPT, "only the C library calls it, and only as a hint", 0},
	{"rt_sigaction", SYS_rt_sigaction, CALL_EXEMPT, OWN_STATE, 0},
	{"rt_sigprocmask", SYS_rt_sigprocmask, CALL_EXEMPT, OWN_STATE, 0},
	{"rt_sigreturn", SYS_rt_sigreturn, CALL_EXEMPT, NO_FAILURE, 0},
	{"sigaltstack", SYS_sigaltstack, CALL_EXEMPT, OWN_STATE, 0},
	{"restart_syscall", SYS_restart_syscall, CALL_EXEMPT, "the kernel makes it", 0},
	{"tgkill", SYS_tgkill, CALL_EXEMPT, "only for the process's own threads, which are there", 0},
	{"umask", SYS_umask, CALL_EXEMPT, NO_FAILURE, 0},
	{"getpid", SYS_getpid, CALL_EXEMPT, NO_FAILURE, 0},
	{"getppid", SYS_getppid, CALL_EXEMPT, NO_FAILURE, 0},
	{"gettid", SYS_gettid, CALL_EXEMPT, NO_FAILURE, 0},
	{"getuid", SYS_getuid, CALL_EXEMPT, NO_FAILURE, 0},
	{"geteuid", SYS_geteuid, CALL_EXEMPT, NO_FAILURE, 0},
	{"getgid", SYS_getgid, CALL_EXEMPT, NO_FAILURE, 0},
	{"getegid", SYS_getegid, CALL_EXEMPT, NO_FAILURE, 0},
	{"uname", SYS_uname, CALL_EXEMPT, OWN_STATE, 0},
	{"sched_yield", SYS_sched_yield, CALL_EXEMPT, NO_FAILURE, 0},
	{"exit", SYS_exit, CALL_EXEMPT, NO_FAILURE, 0},
	{"exit_group", SYS_exit_group, CALL_EXEMPT, NO_FAILURE, 0},
};

_Static_assert(sizeof(calls) / sizeof(calls[0]) <= CALL_MAX, "CALL_MAX");

const struct call *call_at(size_t index)
{
	return index < sizeof(calls) / sizeof(calls[0]) ? &calls[index] : NULL;
}

size_t call_index(const struct call *call)
{
	return (size_t)(call - calls);
}

static bool makes(long number, const uint64_t args[6])
{
	uint64_t flags = number == SYS_openat ? args[2] : args[1];

	return (number == SYS_openat || number == SYS_open) && (flags & (O_CREAT | O_TRUNC));
}

const struct call *call_find(long number, const uint64_t args[6])
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].number == number)
			return &calls[i + makes(number, args)]; /* its row follows */
	return NULL;
}

int fault_errno(const char *name, size_t len)
{
	static const int numbers[] = {EIO, EMFILE, ENOSPC, EINTR, ENOMEM, EINVAL, EPERM, EAGAIN,
		ENOLCK, ENOBUFS, ECONNRESET, ECONNREFUSED, ETIMEDOUT, ENOTCONN, EADDRINUSE,
		ECANCELED, EFAULT, ENOSYS};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const char *known = strerrorname_np(numbers[i]);

		if (strlen(known) == len && !memcmp(known, name, len))
			return numbers[i];
	}
	return 0;
}

/* calls.c - runs a program and counts its system calls by kind; one of them fails, comes back
 * short, or is the program's last.
 *
 *   fault-calls REPORT [--at NAME:N:FAULT] [--end-at-rest] PROGRAM [ARGUMENT...]
 *
 * REPORT is written when the program has ended: its end ("exit 0", "signal 11"), whether the fault
 * came to pass ("faults 1"), and a line per kind of call ("call openat 12 EIO EMFILE"; "exempt brk
 * 3 REASON"). --end-at-rest kills a program that waits for several things without a limit of time,
 * as our service does between two rounds, or for ten seconds, as it does where it cannot watch
 * folders, or that sleeps for a minute, as it does where it cannot wait for several things.
 *
 * Counted are the program's threads and the processes that it forks, until they become another
 * program; and from the program's entry point on, since what the loader does before is not the
 * program's. ptrace(2) stops at each call; a call that is not to happen gets number -1, and its
 * result is replaced when it returns. x86-64 only. */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "table.h"

#define EXIT_BROKEN 99 /* the test itself, not the program */
#define MAX_TASKS   16 /* threads and forked processes that fail at the same time */
/* a program that closes all that it may have inherited does it in few calls */
#define MAX_FILES    64
#define LONG_SLEEP_S 60
/* at most how often the service looks for what it cannot watch: lib/service/wakeup.c */
#define RARE_LOOK_MS 10000

struct fault {
	const struct call *call; /* NULL: only count */
	unsigned long number;
	int error; /* 0: short */
	bool is_kill, is_lasting;
};

struct tracer {
	pid_t program;
	/* the program's first instruction, which is a breakpoint until it is reached */
	uint64_t entry;
	long instruction;
	bool is_started; /* it was reached */
	bool ends_at_rest, is_ended;
	struct fault fault;
	pid_t failing[MAX_TASKS]; /* whose call returns with the error next; 0: nobody's */
	unsigned long faults;
	unsigned long counts[CALL_MAX], loader_count;
	int status;
};

static _Noreturn void broken(const char *what)
{
	(void)fprintf(stderr, "fault-calls: %s: %s\n", what, strerror(errno));
	exit(EXIT_BROKEN);
}

static bool has_fault(const struct call *call, const char *fault)
{
	size_t len = strlen(fault);

	for (const char *at = call->faults; (at = strstr(at, fault)); at += len)
		if ((at == call->faults || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return call->kind != CALL_EXEMPT;
	return false;
}

/* NAME:N:FAULT */
static struct fault parse_fault(char *text)
{
	struct fault ret = {.number = 0};
	char *number = strchr(text, ':');
	char *fault = number ? strchr(number + 1, ':') : NULL;

	if (!fault)
		broken("--at takes NAME:N:FAULT");
	*number++ = '\0';
	*fault++ = '\0';
	for (size_t i = 0; call_at(i); i++)
		if (!strcmp(call_at(i)->name, text))
			ret.call = call_at(i);
	ret.number = strtoul(number, NULL, 10);
	if (!ret.call || !ret.number || !has_fault(ret.call, fault))
		broken("no such call or fault");
	ret.is_kill = !strcmp(fault, "kill");
	ret.is_lasting = fault[strlen(fault) - 1] == '+';
	ret.error = fault_errno(fault, strlen(fault) - ret.is_lasting);
	if (!ret.is_kill && !ret.error && strcmp(fault, "short") != 0)
		broken("no such errno in table.c");
	return ret;
}

static uint64_t *argument(struct user_regs_struct *regs, int index)
{
	unsigned long long *const arguments[] = {
		&regs->rdi, &regs->rsi, &regs->rdx, &regs->r10, &regs->r8, &regs->r9};

	return (uint64_t *)arguments[index];
}

/* The place of a task in `failing`; 0: a free one. */
static pid_t *find_failing(struct tracer *tracer, pid_t task)
{
	for (size_t i = 0; i < MAX_TASKS; i++)
		if (tracer->failing[i] == task)
			return &tracer->failing[i];
	return NULL;
}

static void inject(struct tracer *tracer, pid_t task)
{
	const struct fault *fault = &tracer->fault;
	struct user_regs_struct regs;

	tracer->faults++;
	if (fault->is_kill) {
		(void)kill(task, SIGKILL);
		return;
	}
	if (ptrace(PTRACE_GETREGS, task, NULL, &regs) < 0)
		return;
	if (!fault->error) {
		uint64_t *length = argument(&regs, fault->call->length);

		*length = *length > 1 ? *length / 2 : *length;
	} else {
		pid_t *place = find_failing(tracer, 0);

		if (!place)
			broken("MAX_TASKS");
		*place = task;
		if (fault->call->kind == CALL_FAILS)
			regs.orig_rax = (unsigned long long)-1;
	}
	(void)ptrace(PTRACE_SETREGS, task, NULL, &regs);
}

static void replace_result(struct tracer *tracer, pid_t task)
{
	struct user_regs_struct regs;

	*find_failing(tracer, task) = 0;
	if (ptrace(PTRACE_GETREGS, task, NULL, &regs) < 0)
		return;
	regs.rax = (unsigned long long)-(long long)tracer->fault.error;
	(void)ptrace(PTRACE_SETREGS, task, NULL, &regs);
}

static bool is_long_sleep(pid_t task, const struct __ptrace_syscall_info *info)
{
	bool sleeps = info->entry.nr == SYS_clock_nanosleep ||
		      info->entry.nr == SYS_rt_sigtimedwait; /* how long: in both the third */

	return sleeps &&
	       ptrace(PTRACE_PEEKDATA, task, (void *)info->entry.args[2], NULL) >= LONG_SLEEP_S;
}

/* Only the first thread's, since the watchdog's waits all the time. */
static bool is_rest(const struct tracer *tracer, pid_t task, const struct __ptrace_syscall_info *info)
{
	if (task != tracer->program)
		return false;
	if (is_long_sleep(task, info))
		return true;
	if (info->entry.nr == SYS_poll)
		return info->entry.args[1] > 1 &&
		       ((int)info->entry.args[2] < 0 || info->entry.args[2] >= RARE_LOOK_MS);
	return info->entry.nr == SYS_ppoll && info->entry.args[1] > 1 && !info->entry.args[2];
}

static void enter(struct tracer *tracer, pid_t task, const struct __ptrace_syscall_info *info)
{
	const struct call *call = call_find((long)info->entry.nr, (const uint64_t *)info->entry.args);
	unsigned long number;

	if (!call) {
		(void)fprintf(stderr, "fault-calls: system call %llu is not judged in table.c\n",
			(unsigned long long)info->entry.nr);
		exit(EXIT_BROKEN); /* the program ends with us: PTRACE_O_EXITKILL */
	}
	if (tracer->ends_at_rest && !tracer->is_ended && is_rest(tracer, task, info)) {
		tracer->is_ended = true;
		(void)kill(tracer->program, SIGKILL); /* SIGTERM would replace the status */
	}
	number = ++tracer->counts[call_index(call)];
	if (call == tracer->fault.call &&
		(number == tracer->fault.number ||
			(tracer->fault.is_lasting && number > tracer->fault.number)))
		inject(tracer, task);
}

/* The kernel passes it by in the auxiliary vector (getauxval(3)). */
static uint64_t find_entry(pid_t program)
{
	char path[64];
	Elf64_auxv_t item = {.a_type = AT_NULL};
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/auxv", program);
	file = fopen(path, "re");
	while (file && fread(&item, sizeof(item), 1, file) == 1 && item.a_type != AT_ENTRY)
		;
	if (!file || item.a_type != AT_ENTRY)
		broken(path);
	(void)fclose(file);
	return item.a_un.a_val;
}

static void stop_at_entry(struct tracer *tracer)
{
	tracer->is_started = false;
	tracer->entry = find_entry(tracer->program);
	errno = 0;
	tracer->instruction = ptrace(PTRACE_PEEKTEXT, tracer->program, (void *)tracer->entry, NULL);
	if (errno || ptrace(PTRACE_POKETEXT, tracer->program, (void *)tracer->entry,
			     (void *)((tracer->instruction & ~0xFFL) | 0xCC)) < 0)
		broken("breakpoint");
}

/* False: it is another trap. */
static bool pass_entry(struct tracer *tracer, pid_t task)
{
	struct user_regs_struct regs;

	if (task != tracer->program || tracer->is_started ||
		ptrace(PTRACE_GETREGS, task, NULL, &regs) < 0 || regs.rip != tracer->entry + 1)
		return false;
	regs.rip--;
	if (ptrace(PTRACE_POKETEXT, task, (void *)tracer->entry, (void *)tracer->instruction) < 0 ||
		ptrace(PTRACE_SETREGS, task, NULL, &regs) < 0)
		broken("breakpoint");
	tracer->is_started = true;
	return true;
}

static void pass_call(struct tracer *tracer, pid_t task)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task, sizeof(info), &info) < 0)
		return;
	if (!tracer->is_started)
		tracer->loader_count += info.op == PTRACE_SYSCALL_INFO_ENTRY;
	else if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		enter(tracer, task, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT && find_failing(tracer, task))
		replace_result(tracer, task);
}

/* Which signal the task is to receive. *ret_detached: it is another program now, and none of
 * ours. */
static int stopped(struct tracer *tracer, pid_t task, int status, bool *ret_detached)
{
	int event = status >> 16;
	int signal = WSTOPSIG(status);

	if (signal == (SIGTRAP | 0x80)) {
		pass_call(tracer, task);
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC) {
		*ret_detached = task != tracer->program;
		if (!*ret_detached)
			stop_at_entry(tracer);
	}
	return event || (signal == SIGTRAP && pass_entry(tracer, task)) ? 0 : signal;
}

static void trace(struct tracer *tracer)
{
	int status;
	pid_t task;

	while ((task = waitpid(-1, &status, __WALL)) > 0) {
		bool is_detached = false;
		int signal;

		if (!WIFSTOPPED(status)) {
			if (task == tracer->program)
				tracer->status = status;
			continue;
		}
		signal = stopped(tracer, task, status, &is_detached);
		(void)ptrace(is_detached ? PTRACE_DETACH : PTRACE_SYSCALL, task, NULL,
			(void *)(long)signal);
	}
}

static void start(struct tracer *tracer, char **argv)
{
	const struct rlimit files = {.rlim_cur = MAX_FILES, .rlim_max = MAX_FILES};
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int status;

	tracer->program = fork();
	if (tracer->program < 0)
		broken("fork");
	if (tracer->program == 0) {
		(void)raise(SIGSTOP);
		(void)setrlimit(RLIMIT_NOFILE, &files);
		(void)execvp(argv[0], argv);
		broken(argv[0]);
	}
	if (waitpid(tracer->program, &status, WUNTRACED) < 0 ||
		ptrace(PTRACE_SEIZE, tracer->program, NULL, (void *)options) < 0)
		broken("ptrace");
	(void)kill(tracer->program, SIGCONT);
}

static void write_report(const struct tracer *tracer, const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		broken(path);
	if (WIFEXITED(tracer->status))
		(void)fprintf(file, "exit %d\n", WEXITSTATUS(tracer->status));
	else
		(void)fprintf(file, "signal %d\n", WTERMSIG(tracer->status));
	(void)fprintf(file, "faults %lu\n", tracer->faults);
	for (size_t i = 0; call_at(i); i++)
		if (tracer->counts[i])
			(void)fprintf(file, "%s %s %lu %s\n",
				call_at(i)->kind == CALL_EXEMPT ? "exempt" : "call",
				call_at(i)->name, tracer->counts[i], call_at(i)->faults);
	(void)fprintf(file, "exempt loader %lu they come before the program begins\n",
		tracer->loader_count);
	if (fclose(file))
		broken(path);
}

int main(int argc, char **argv)
{
	struct tracer tracer = {.program = 0};
	int at = 2;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (!strcmp(argv[at], "--end-at-rest"))
			tracer.ends_at_rest = true;
		else if (!strcmp(argv[at], "--at") && at + 1 < argc)
			tracer.fault = parse_fault(argv[++at]);
		else
			broken(argv[at]);
	}
	if (at >= argc)
		broken("usage: fault-calls REPORT [--at NAME:N:FAULT] [--end-at-rest] PROGRAM [ARGUMENT...]");
	start(&tracer, argv + at);
	trace(&tracer);
	write_report(&tracer, argv[1]);
	return WIFEXITED(tracer.status) ? WEXITSTATUS(tracer.status) : 128 + WTERMSIG(tracer.status);
}

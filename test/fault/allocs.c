/* allocs.c - preloaded (LD_PRELOAD) into a program: counts its allocations and fails those that the
 * plan names.
 *
 * The plan is a file that FAULT_ALLOCS names; it is mapped, so that the counts outlive a program
 * that is killed. If it has room, the call path of each allocation is written into it, as a hash.
 * glibc's own allocations (getline, opendir, getaddrinfo) come by here too: it calls malloc and its
 * kin as any program does ("Replacing malloc" in its manual). The real ones are reached by their
 * second names, since dlsym allocates itself. */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct plan {
	uint64_t first, last; /* these fail, counted from 1; 0 and 0: none does */
	uint64_t count, failed;
	uint64_t room; /* of `paths` */
	uint64_t paths[];
};

#define PATH_DEPTH  12 /* callers that tell one call path from another */
#define STACK_WORDS 400 /* among so many words */
#define STACK_SIZE  (8u << 20)
#define TRACE_DEPTH 24

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);

static struct plan *plan;
static struct {
	uintptr_t begin, end;
} code; /* of the program */
static bool is_looked_for;
static __thread bool is_busy; /* what backtrace allocates itself does not count */

/* From the program's headers, which the kernel passes by (getauxval(3)). */
static void find_code(void)
{
	const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM);
	uintptr_t base = 0;

	for (size_t i = 0; i < count; i++)
		if (headers[i].p_type == PT_PHDR)
			base = (uintptr_t)headers - headers[i].p_vaddr;
	for (size_t i = 0; i < count; i++)
		if (headers[i].p_type == PT_LOAD && (headers[i].p_flags & PF_X)) {
			code.begin = base + headers[i].p_vaddr;
			code.end = code.begin + headers[i].p_memsz;
		}
}

static struct plan *find_plan(void)
{
	const char *path = getenv("FAULT_ALLOCS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *mapped = MAP_FAILED;
	struct stat info;

	is_looked_for = true;
	find_code();
	if (fd < 0)
		return NULL;
	if (fstat(fd, &info) == 0)
		mapped = mmap(NULL, (size_t)info.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	return mapped == MAP_FAILED ? NULL : mapped;
}

/* The kernel puts the program's name at the first thread's end, glibc a thread's own structure at
 * that of each other. */
static const uintptr_t *stack_end(const uintptr_t *frame)
{
	uintptr_t first = getauxval(AT_EXECFN);

	return (const uintptr_t *)((uintptr_t)frame < first && first - (uintptr_t)frame < STACK_SIZE
					   ? first
					   : (uintptr_t)pthread_self());
}

/* Which callers are on the way is found by looking for their return addresses: words on the stack
 * that point into the program behind a call (opcode E8 with four bytes of distance). The pinned
 * libraries have no tables that an unwinder could read. A word that an earlier call left behind
 * makes two paths of one, which costs a run and hides nothing. The hash is FNV-1a. */
static uint64_t path_hash(void)
{
	const uintptr_t *words = __builtin_frame_address(0);
	const uintptr_t *end = stack_end(words);
	uint64_t hash = 0xcbf29ce484222325u;
	int found = 0;

	for (size_t i = 0; i < STACK_WORDS && words + i < end && found < PATH_DEPTH; i++) {
		if (words[i] < code.begin + 5 || words[i] >= code.end ||
			*(const uint8_t *)(words[i] - 5) != 0xE8)
			continue;
		hash = (hash ^ words[i]) * 0x100000001b3u;
		found++;
	}
	return hash;
}

static void look_at_path(uint64_t number, bool is_failing)
{
	void *frames[TRACE_DEPTH];

	is_busy = true;
	if (number <= plan->room)
		plan->paths[number - 1] = path_hash();
	if (is_failing && getenv("FAULT_TRACE")) /* for whoever looks for a finding's cause */
		backtrace_symbols_fd(frames, backtrace(frames, TRACE_DEPTH), STDERR_FILENO);
	is_busy = false;
}

/* True: this allocation fails. */
static bool fails(void)
{
	uint64_t number;
	bool is_failing;

	if (is_busy)
		return false;
	if (!is_looked_for)
		plan = find_plan();
	if (!plan)
		return false;
	number = __atomic_add_fetch(&plan->count, 1, __ATOMIC_RELAXED);
	is_failing = number >= plan->first && number <= plan->last;
	if (number <= plan->room || number == plan->first)
		look_at_path(number, is_failing);
	if (!is_failing)
		return false;
	(void)__atomic_add_fetch(&plan->failed, 1, __ATOMIC_RELAXED);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

/* A size of 0 frees, which cannot fail. */
void *realloc(void *old, size_t size)
{
	return (size || !old) && fails() ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	void *allocated = memalign(alignment, size);

	if (!allocated)
		return ENOMEM;
	*ret = allocated;
	return 0;
}

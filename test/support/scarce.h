/* scarce.h - memory that ends: in a program that includes this, the n-th allocation fails, of
 * libraries too. Not under sanitizers, which bring an allocator of their own: SCARCE is 0 there. */
#ifndef TEST_SUPPORT_SCARCE_H
#define TEST_SUPPORT_SCARCE_H

#include <stdbool.h>
#include <stdlib.h>

static long scarce_left = -1; /* allocations until the one that fails; -1: none does */
static bool scarce_failed;

/* The next `count` allocations are good, and the one after them fails. */
static inline void scarce_after(long count)
{
	scarce_left = count;
	scarce_failed = false;
}

/* Memory is plentiful again. False: fewer allocations were asked for than were good. */
static inline bool scarce_end(void)
{
	scarce_left = -1;
	return scarce_failed;
}

#ifdef __SANITIZE_ADDRESS__
#define SCARCE 0
#else
#define SCARCE 1

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the allocator below that
 * of glibc */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static inline bool scarce_is_over(void)
{
	if (scarce_left < 0)
		return false;
	scarce_failed |= scarce_left == 0;
	return scarce_left-- == 0;
}

void *malloc(size_t size)
{
	return scarce_is_over() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return scarce_is_over() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return scarce_is_over() ? NULL : __libc_realloc(memory, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#endif

#endif

/* check.h - what every unit test includes: cmocka in its required order, and checks that show the
 * error's text. */
#ifndef TEST_UNIT_CHECK_H
#define TEST_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/file.h"

/* The call succeeds; otherwise the test fails with the message. */
#define check_ok(call, err_ptr)                                                                    \
	do {                                                                                       \
		if ((call) != 0)                                                                   \
			fail_msg("%s: %s: %s", #call, err_info((err_ptr)->code)->name,             \
				(err_ptr)->msg);                                                   \
	} while (0)

/* The call fails with this code. */
#define check_err(call, err_ptr, expected)                                                           \
	do {                                                                                         \
		(err_ptr)->code = ERR_OK;                                                            \
		if ((call) == 0)                                                                     \
			fail_msg("%s succeeded, expected %s", #call, err_info(expected)->name);      \
		if ((err_ptr)->code != (expected))                                                   \
			fail_msg("%s: %s (%s), expected %s", #call, err_info((err_ptr)->code)->name, \
				(err_ptr)->msg, err_info(expected)->name);                           \
	} while (0)

static inline bool file_exists(int dir_fd, const char *path)
{
	bool is_found = false;
	struct err err;

	check_ok(file_find(dir_fd, path, &is_found, &err), &err);
	return is_found;
}

#define TEXT(literal) bytes_of_text(literal)
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))

#endif

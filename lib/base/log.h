/* log.h - writes lines for the journal to stderr, with syslog priorities ("<3>text"). Only programs
 * log; the library does not. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6
};

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "name: message Remedy." */
void log_err(enum log_level level, const struct err *err);

#endif

/* watch.h - wakes a waiting program when a folder changes: inotify(7). */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include <stdint.h>
#include "base/err.h"

/* Opens a descriptor that becomes readable when something happens in a folder added to it. */
int watch_open(int *ret_fd, struct err *err) err_check;
/* Adds a folder; events: IN_DELETE and others. Adding it by its descriptor needs no /proc and does
 * not depend on its name. Not for programs with several threads: for a moment the folder is the
 * working directory. ERR_IO. */
int watch_add(int watch_fd, int dir_fd, uint32_t events, struct err *err) err_check;
/* Discards the events that are waiting. *ret_had: there were some. ERR_IO. */
int watch_drain(int watch_fd, bool *ret_had, struct err *err) err_check;

#endif

/* watch.h - be woken by changes of a folder: inotify(7). */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include <stdint.h>
#include "base/err.h"

/* A descriptor that is readable when something happens to the folders added to it; reading it takes
 * the events. */
int watch_open(int *ret_fd, struct err *err) err_check;
/* events: IN_DELETE and others. Adding a folder by its descriptor needs no /proc and does not
 * depend on its name. Not for threads: for a moment the folder is the working directory. ERR_IO. */
int watch_add(int watch_fd, int dir_fd, uint32_t events, struct err *err) err_check;
int watch_drain(int watch_fd, struct err *err) err_check;

#endif

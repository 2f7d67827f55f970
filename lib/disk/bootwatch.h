/* bootwatch.h - wakes when boot files or the records of packages change: inotify(7). */
#ifndef DISK_BOOTWATCH_H
#define DISK_BOOTWATCH_H

#include "base/err.h"

/* Opens a descriptor that becomes readable when a file is written, made, renamed or deleted in a
 * folder of boot files (bootwalk.h) or in the database of dpkg or rpm. Reading files does not
 * count. Folders that appear later are not watched: open a new one after each look. A folder that
 * cannot be watched is left out. ERR_IO. */
int bootwatch_open(int root_fd, int *ret_fd, struct err *err) err_check;

#endif

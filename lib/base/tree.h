/* tree.h - remove a folder with all that is in it, and what killed writers left behind. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include "base/err.h"

/* Links are removed, never followed. 0 also if it does not exist. ERR_IO. */
int tree_remove(int dir_fd, const char *name, struct err *err) err_check;
/* All that is in the folder but `except`. */
int tree_clear(int dir_fd, const char *except, struct err *err) err_check;
/* Temporary files of file_write() for `name` whose writer has ended. */
void tree_sweep(int dir_fd, const char *name);

#endif

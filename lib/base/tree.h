/* tree.h - removes a folder with its contents, and temporary files that killed writers left. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include "base/err.h"

/* Removes a file, or a folder with its contents. Links are removed, never followed. Returns 0 also
 * if it does not exist. ERR_IO. */
int tree_remove(int dir_fd, const char *name, struct err *err) err_check;
/* Removes everything in the folder except these names; NULL ends them. ERR_IO. */
int tree_clear(int dir_fd, const char *const *except, struct err *err) err_check;
/* Removes the temporary files of file_write() for `name` whose writer has ended. */
void tree_sweep(int dir_fd, const char *name);

#endif

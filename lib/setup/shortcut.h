/* shortcut.h - /usr/local/sbin/guest-attest, a link to the program of the enabled version, so that
 * the commands which a remedy names are found. It is a convenience: where it cannot be written,
 * because /usr/local is read-only, absent or full, nothing fails. What others put there stays. */
#ifndef SETUP_SHORTCUT_H
#define SETUP_SHORTCUT_H

#define SHORTCUT_FOLDER "usr/local/sbin" /* below the root directory */

/* programs: of programs_find(). */
void shortcut_make(int root_fd, const char *programs);
void shortcut_remove(int root_fd);

#endif

/* boot_id.h - which boot this is: the kernel makes a new identifier at each (random(4)). */
#ifndef BASE_BOOT_ID_H
#define BASE_BOOT_ID_H

#define BOOT_ID_SIZE 37 /* a UUID in text and its final 0 */

/* "" if it cannot be read. root_fd: the root directory. */
void boot_id_read(int root_fd, char ret[BOOT_ID_SIZE]);

#endif

/* boot_id.h - identifies this boot: the kernel makes a new identifier at each boot (random(4)). */
#ifndef BASE_BOOT_ID_H
#define BASE_BOOT_ID_H

#define BOOT_ID_SIZE 37 /* a UUID as text, with the final 0 */

/* Reads it below the root directory root_fd; "" if it cannot be read. */
void boot_id_read(int root_fd, char ret[BOOT_ID_SIZE]);

#endif

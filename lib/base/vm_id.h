/* vm_id.h - identifies this VM, whatever image its disk was made from: the UUID that the platform
 * gave it (SMBIOS 3.6, 7.2.1 "UUID"), or systemd's machine-id(5) where it has none. A hint, not
 * evidence. */
#ifndef BASE_VM_ID_H
#define BASE_VM_ID_H

#define VM_ID_SIZE 37 /* with the final 0 */

/* Reads it below the root directory root_fd; "" if there is none or it cannot be read. */
void vm_id_read(int root_fd, char ret[VM_ID_SIZE]);

#endif

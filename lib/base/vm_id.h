/* vm_id.h - identifies this VM, whatever image its disk was made from: the UUID that the platform
 * gave it (SMBIOS 3.6, 7.2.1 "UUID"), or systemd's machine-id(5) where it has none. A hint, not
 * evidence.
 *
 * Firmware may hide the UUID: all digits equal, or a text that is none (SMBIOS 3.6, 7.2.1). Then
 * machine-id counts, which the disks of clones share unless it was emptied before. */
#ifndef BASE_VM_ID_H
#define BASE_VM_ID_H

#include <stdbool.h>

#define VM_ID_SIZE 37 /* with the final 0 */

/* Reads it below the root directory root_fd, in lower case, since kernels differ in that; "" if
 * there is none or it cannot be read. */
void vm_id_read(int root_fd, char ret[VM_ID_SIZE]);

/* Are these the IDs of two VMs? Not if one is "" or they are of different kinds. */
bool vm_id_differs(const char *a, const char *b);

#endif

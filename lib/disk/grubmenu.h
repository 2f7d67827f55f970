/* grubmenu.h - which entry of its menu GRUB starts without anybody at the keyboard, and its kernel.
 *
 * Nothing is executed. The entry is that of next_entry, of saved_entry or of `set default`, as
 * grub-mkconfig writes them; without such an entry the first. What an `if` around entries would
 * choose is not known here. The texts are hostile.
 *
 * Source: GRUB manual 2.12 "Simple configuration" (GRUB_DEFAULT), "menuentry", "submenu"; its
 * util/grub.d/00_header.in; Fedora's blscfg. */
#ifndef DISK_GRUBMENU_H
#define DISK_GRUBMENU_H

#include "base/bytes.h"

#define GRUBMENU_TEXT_SIZE 256

enum grubmenu_found {
	GRUBMENU_UNCLEAR, /* `unclear` tells why */
	GRUBMENU_KERNEL,
	GRUBMENU_ENTRIES, /* the entries are files (blscfg): loader/entries/NAME.conf */
	GRUBMENU_ELSEWHERE, /* the menu is in another file (configfile) */
};

struct grubmenu {
	enum grubmenu_found found;
	const char *unclear; /* static, follows "GRUB's menu: " */
	char chosen[GRUBMENU_TEXT_SIZE]; /* "0", or a title or id; of KERNEL and ENTRIES */
	char kernel[GRUBMENU_TEXT_SIZE]; /* "/boot/vmlinuz-6.1.0-56-amd64", without a device */
};

/* environment: the contents of grubenv; may be empty. */
void grubmenu_read(struct bytes config, struct bytes environment, struct grubmenu *ret);

#endif

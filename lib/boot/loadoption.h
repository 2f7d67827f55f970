/* loadoption.h - variables that say what is to be booted: load options and their order. Hostile
 * data. Source: UEFI 2.10 sections 3.1.3 (EFI_LOAD_OPTION) and 3.3 (names). */
#ifndef BOOT_LOADOPTION_H
#define BOOT_LOADOPTION_H

#include "boot/uefivar.h"

struct loadoption {
	bool is_active;
	struct bytes title; /* UTF-16 */
	struct bytes path; /* a device path; empty if its size does not fit */
};

/* Boot0001, Driver0001, ... False if it is none, by name or size. */
bool loadoption_read(const struct uefivar *var, struct loadoption *ret);
/* BootOrder, BootNext, ...: by name; 16-bit numbers of load options. */
bool loadoption_is_order(const struct uefivar *var);
/* "0001 0000"; what does not fit is cut and ends in "...". False if the data is no such numbers. */
bool loadoption_order_text(struct bytes data, char *ret, size_t size);

#endif

/* loadoption.h - variables that choose what the firmware boots: load options and their order. The
 * data is hostile. Source: UEFI 2.10 sections 3.1.3 (EFI_LOAD_OPTION) and 3.3 (names). */
#ifndef BOOT_LOADOPTION_H
#define BOOT_LOADOPTION_H

#include "boot/uefivar.h"

struct loadoption {
	bool is_active;
	bool is_app; /* started by its own key or menu only, never in the order (category) */
	struct bytes title; /* UTF-16 */
	struct bytes path; /* a device path; empty if its size does not fit */
	struct bytes data; /* for the program */
};

/* Reads Boot0001, Driver0001, ...; false if its name or size is not a load option's. */
bool loadoption_read(const struct uefivar *var, struct loadoption *ret);
/* Whether its name is that of a list of load options: BootOrder, BootNext, ... */
bool loadoption_is_order(const struct uefivar *var);
/* "0001 0000"; ends in "..." if not all fit. False if the data is not 16-bit numbers. */
bool loadoption_order_text(struct bytes data, char *ret, size_t size);

#endif

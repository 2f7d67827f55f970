/* vartext.h - one line for people about a measured UEFI variable: boot options, Secure Boot's keys,
 * shim's settings. The data is hostile; the text is clean and bounded. Who a certificate belongs to
 * is not said here: that takes crypto.
 *
 * Source: PC Client PFP 1.06 sections 3.3.4.8 and 10.2.6, UEFI 2.10 sections 3.1.3 (load
 * options), 3.3 (variables), 32.4.1 (keys). */
#ifndef BOOT_VARTEXT_H
#define BOOT_VARTEXT_H

#include "boot/eventlog.h"

/* An event of the types EV_EFI_VARIABLE_*. False if its data is no variable. */
bool vartext(const struct event *event, char *ret, size_t size);

#endif

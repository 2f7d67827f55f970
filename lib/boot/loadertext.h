/* loadertext.h - one line for people about what shim, GRUB, systemd-boot, systemd-stub and the
 * kernel's EFI stub measure themselves: EV_IPL and EV_EVENT_TAG. Hostile data; clean, bounded text.
 *
 * Source: GRUB manual 2.12 "Measured boot" (PCR 8 commands, PCR 9 files), systemd-stub(7) and
 * tpm2-pcr.h of systemd 257 (PCR 11, 12, 13, tags), drivers/firmware/efi/libstub/efistub.h of
 * Linux 6.1 (tags), shim README.tpm (PCR 14). */
#ifndef BOOT_LOADERTEXT_H
#define BOOT_LOADERTEXT_H

#include "boot/eventlog.h"

/* An EV_IPL event. False if nothing more can be said than its bytes. */
bool loadertext(const struct event *event, char *ret, size_t size);
/* TCG_PCClientTaggedEvent: the first of perhaps several. False if its sizes do not fit. */
bool loadertext_of_tag(struct bytes data, char *ret, size_t size);

#endif

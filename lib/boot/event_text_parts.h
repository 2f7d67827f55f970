/* event_text_parts.h - the parts of event_text. */
#ifndef BOOT_EVENT_TEXT_PARTS_H
#define BOOT_EVENT_TEXT_PARTS_H

#include "boot/event_text.h"

/* A variable of the firmware or of shim; of authorities and keys without the names in certificates,
 * which take cryptography. */
void event_text_variable(const struct event *event, struct event_text *ret);

/* A partition table. Names of partitions without one: UEFI 2.10 table 5.7, Discoverable Partitions
 * Specification. */
void event_text_partitions(const struct gpt *table, struct event_text *ret);

/* What shim, GRUB, systemd-boot, systemd-stub and the kernel's EFI stub measure: EV_IPL and
 * EV_EVENT_TAG, of which the data has the form. */
void event_text_loader(const char *kind, const struct logtext *text, struct event_text *ret);
void event_text_mok(enum event_mok mok, struct event_text *ret);
void event_text_tag(const struct event_tag *tag, struct event_text *ret);

/* What firmware measures of itself and of its platform: code and tables in memory, other
 * processors' firmware, devices, and what an EV_NO_ACTION event only says.
 *
 * Source: PC Client PFP 1.06 sections 10.2 (structures) and 10.4 (events);
 * DEVICE_SECURITY_EVENT_DATA of TCG PFP 1.06 section 10.2.7 and EDK II
 * IndustryStandard/UefiTcgPlatform.h; GCE NonHostInfo of github.com/google/go-eventlog
 * (proto/state.proto); wbcl.h of the Windows SDK (tags of Windows).
 *
 * False if nothing more can be said than the event's bytes. */
bool event_text_firmware(const struct event *event, struct event_text *ret);
/* A tag of Windows' measured boot: its kind and how many records are in it. */
void event_text_windows_tag(const struct event_tag *tag, struct event_text *ret);

#endif

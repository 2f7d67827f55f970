/* event_text_parts.h - the makers of event_text's words, one for each kind of event. */
#ifndef BOOT_EVENT_TEXT_PARTS_H
#define BOOT_EVENT_TEXT_PARTS_H

#include "boot/event_text.h"

/* A variable of the firmware or of shim. The names in certificates are left out: to read them takes
 * cryptography, which this floor has not. */
void event_text_variable(const struct event *event, struct event_text *ret);

/* A partition table. A partition without a name is shown by its type: UEFI 2.10 table 5.7,
 * Discoverable Partitions Specification. */
void event_text_partitions(const struct gpt *table, struct event_text *ret);

/* What shim, GRUB, systemd-boot, systemd-stub and the kernel's EFI stub measure: EV_IPL and
 * EV_EVENT_TAG events whose data has the form of their type. */
void event_text_loader(const char *kind, const struct logtext *text, struct event_text *ret);
void event_text_mok(enum event_mok mok, struct event_text *ret);
void event_text_tag(const struct event_tag *tag, struct event_text *ret);

/* What firmware measures of itself and of its platform: code and tables in memory, firmware of
 * other processors, devices; and the notes of EV_NO_ACTION events, which are not measured.
 *
 * Source: PC Client PFP 1.06 sections 10.2 (structures) and 10.4 (events);
 * DEVICE_SECURITY_EVENT_DATA of TCG PFP 1.06 section 10.2.7 and EDK II
 * IndustryStandard/UefiTcgPlatform.h; GCE NonHostInfo of github.com/google/go-eventlog
 * (proto/state.proto); wbcl.h of the Windows SDK (tags of Windows).
 *
 * False if only the event's bytes can be shown. */
bool event_text_firmware(const struct event *event, struct event_text *ret);
/* A tag of Windows' measured boot: its kind and its number of records. */
void event_text_windows_tag(const struct event_tag *tag, struct event_text *ret);

#endif

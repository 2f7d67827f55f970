/* firmwaretext.h - one line for people about what firmware measures of itself and of its platform:
 * code and tables in memory, other processors' firmware, devices, and what an EV_NO_ACTION event
 * only says. Hostile data; clean, bounded text.
 *
 * Source: PC Client PFP 1.06 sections 10.2 (structures) and 10.4 (events);
 * DEVICE_SECURITY_EVENT_DATA of TCG PFP 1.06 section 10.2.7 and EDK II
 * IndustryStandard/UefiTcgPlatform.h; GCE NonHostInfo of github.com/google/go-eventlog
 * (proto/state.proto); wbcl.h of the Windows SDK (tags of Windows). */
#ifndef BOOT_FIRMWARETEXT_H
#define BOOT_FIRMWARETEXT_H

#include "boot/eventlog.h"

/* False if nothing more can be said than the event's bytes. */
bool firmwaretext(const struct event *event, char *ret, size_t size);
/* A tag of Windows' measured boot: its kind and how many records are in it. False if it is none. */
bool firmwaretext_of_windows_tag(struct bytes data, char *ret, size_t size);

#endif

/* gpttext.h - one line for people about a measured partition table (EV_EFI_GPT_EVENT). Hostile
 * data; clean, bounded text. Source: PC Client PFP 1.06 section 10.2.5 (UEFI_GPT_DATA), UEFI 2.10
 * section 5.3 (GPT). */
#ifndef BOOT_GPTTEXT_H
#define BOOT_GPTTEXT_H

#include "base/buf.h"

/* False if the data is too short for a table. */
bool gpttext(struct bytes data, char *ret, size_t size);

#endif

/* gpt.h - a measured partition table (UEFI_GPT_DATA): the header, the number of partitions, their
 * entries. The data is hostile. Source: PC Client PFP 1.06 section 10.2.5, UEFI 2.10 section
 * 5.3. */
#ifndef BOOT_GPT_H
#define BOOT_GPT_H

#include "base/buf.h"

#define GPT_DISK_GUID_AT   56 /* in the data */
#define GPT_ENTRIES_AT     100
#define GPT_ENTRY_MIN_SIZE 128
#define GPT_ENTRY_GUID_AT  16 /* in an entry: the partition's own GUID; its type's is at 0 */
#define GPT_ENTRY_NAME_AT  56
#define GPT_ENTRY_NAME_MAX 72 /* bytes, UTF-16 */

struct gpt {
	const uint8_t *disk_guid;
	uint64_t count; /* as announced; `entries` may hold fewer */
	size_t entry_size; /* as announced; below GPT_ENTRY_MIN_SIZE no entry can be read */
	struct bytes entries;
};

/* False if the data is too short for a table. */
bool gpt_read(struct bytes data, struct gpt *ret);

#endif

#include "appraise/dbx_level.h"

#include <string.h>
#include "appraise/dbx_published.h"
#include "boot/uefivar.h"

static const struct {
	const char *architecture, *date;
	size_t size;
	bool is_latest;
} lists[] = {
#define DBX_LIST_ROW(architecture, date, size, is_latest) {architecture, date, size, is_latest},
	DBX_LISTS(DBX_LIST_ROW)
#undef DBX_LIST_ROW
};

static const struct entry {
	uint64_t prefix;
	uint32_t lists; /* mask */
} entries[] = {
#define DBX_ENTRY_ROW(prefix, lists) {prefix, lists},
	DBX_ENTRIES(DBX_ENTRY_ROW)
#undef DBX_ENTRY_ROW
};

#define LISTS   (sizeof(lists) / sizeof(lists[0]))
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const struct entry *find_entry(struct bytes hash)
{
	size_t low = 0, high = ENTRIES;
	uint64_t prefix = 0;

	for (size_t i = 0; i < sizeof(prefix); i++)
		prefix = prefix << 8 | hash.data[i];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entries[middle].prefix == prefix)
			return &entries[middle];
		if (entries[middle].prefix < prefix)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* How many entries of each list the dbx holds. One that stands in it twice counts once. */
static void count_held(struct bytes variable_data, size_t ret[LISTS])
{
	struct uefi_signature_walk walk = uefi_signature_walk(variable_data);
	struct uefi_signature signature;
	bool is_held[ENTRIES] = {false};

	while (uefi_signature_next(&walk, &signature)) {
		const struct entry *entry =
			memcmp(signature.type, uefi_cert_sha256_guid, UEFI_GUID_SIZE) == 0 &&
					signature.data.len >= sizeof(entry->prefix)
				? find_entry(signature.data)
				: NULL;

		if (!entry || is_held[entry - entries])
			continue;
		is_held[entry - entries] = true;
		for (size_t i = 0; i < LISTS; i++)
			ret[i] += entry->lists >> i & 1;
	}
}

void dbx_level_read(struct bytes variable_data, struct dbx_level *ret)
{
	size_t held[LISTS] = {0}, most = 0, latest = 0;

	*ret = (struct dbx_level){0};
	count_held(variable_data, held);
	for (size_t i = 0; i < LISTS; i++)
		if (lists[i].is_latest && held[i] > most) {
			most = held[i];
			latest = i;
		}
	if (most == 0)
		return;
	*ret = (struct dbx_level){.is_known = true,
		.architecture = lists[latest].architecture,
		.latest = lists[latest].date,
		.missing = lists[latest].size - held[latest]};
	for (size_t i = 0; i < LISTS; i++) /* they are in the order of their dates */
		if (held[i] == lists[i].size && strcmp(lists[i].architecture, ret->architecture) == 0)
			ret->held = lists[i].date;
}

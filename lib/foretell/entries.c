/* Boot Loader Specification entries: their order is that of their names' versions, the newest
 * first. For systemd-boot, entries with a sort-key come before, in the order of these. That of a
 * unified kernel image stands in the image and is not read: beside such entries the first one is
 * unclear. Source: UAPI.1 "Sorting"; systemd 257 src/boot/boot.c (boot_entry_compare). */
#include "foretell/kernel.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>
#include "base/file.h"
#include "base/text.h"
#include "disk/bootconfig.h"
#include "disk/bootentry.h"
#include "foretell/place.h"

#define ENTRY_MAX   (64u << 10)
#define MAX_ENTRIES 64

#define KEY_SIZE 64

struct entry {
	const struct bootfile *file;
	char key[KEY_SIZE]; /* "" without one */
};

struct entries {
	size_t count;
	struct entry items[MAX_ENTRIES];
	bool has_keys, has_images;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t part_len(const char *text)
{
	size_t len = 0;

	while (is_digit(text[0]) ? is_digit(text[len]) : is_letter(text[len]))
		len++;
	return len;
}

static const char *skip_separators(const char *text)
{
	while (*text && !is_digit(*text) && !is_letter(*text))
		text++;
	return text;
}

static int compare_parts(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order;

	if (is_digit(a[0]) != is_digit(b[0]))
		return is_digit(a[0]) ? 1 : -1;
	if (is_digit(a[0])) {
		for (; a_len && *a == '0'; a++)
			a_len--;
		for (; b_len && *b == '0'; b++)
			b_len--;
		if (a_len != b_len)
			return a_len > b_len ? 1 : -1;
	}
	order = strncmp(a, b, a_len < b_len ? a_len : b_len);
	return order ? order : a_len > b_len ? 1 : a_len < b_len ? -1 : 0;
}

/* Above 0: a is newer. As rpm compares versions: numbers by value, letters by letter, and a number
 * is newer than a letter. */
static int compare_versions(const char *a, const char *b)
{
	for (;;) {
		size_t a_len, b_len;
		int order;

		a = skip_separators(a);
		b = skip_separators(b);
		if (!*a || !*b)
			return *a ? 1 : *b ? -1 : 0;
		a_len = part_len(a);
		b_len = part_len(b);
		order = compare_parts(a, a_len, b, b_len);
		if (order)
			return order;
		a += a_len;
		b += b_len;
	}
}

/* Whether one comes before the other. */
static bool is_before(const struct entry *one, const struct entry *other)
{
	int order = strcmp(one->key, other->key);

	if (!one->key[0] != !other->key[0])
		return one->key[0];
	return order ? order < 0
		     : compare_versions(bootfile_name(one->file), bootfile_name(other->file)) > 0;
}

static int read_key(int root_fd, const struct bootfile *file, char ret[KEY_SIZE], struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(ENTRY_MAX);
	struct bytes value;

	ret[0] = '\0';
	if (file_read(root_fd, file->path, FILE_NO_LINKS, &text, err) < 0)
		return err_wrap(err, "'/%s'", file->path);
	if (bootentry_value(buf_bytes(&text), "sort-key", &value))
		text_clean(ret, KEY_SIZE, value);
	return 0;
}

static void insert(struct entries *entries, const struct entry *entry)
{
	size_t at = entries->count++;

	for (; at && is_before(entry, &entries->items[at - 1]); at--)
		entries->items[at] = entries->items[at - 1];
	entries->items[at] = *entry;
	entries->has_keys |= entry->key[0] != '\0';
}

static int find_entries(int root_fd, const struct bootfiles *files, bool for_systemd,
	struct entries *ret, struct err *err)
{
	*ret = (struct entries){0};
	for (size_t i = 0; i < files->count && ret->count < MAX_ENTRIES; i++) {
		struct entry entry = {.file = &files->files[i]};
		/* unified kernel images in EFI/Linux are entries by themselves */
		bool is_image = for_systemd && entry.file->digest.is_program &&
				strcasestr(entry.file->path, "/EFI/Linux/");

		if (!is_image && !bootconfig_is_entry(entry.file->path))
			continue;
		ret->has_images |= is_image;
		if (for_systemd && !is_image && read_key(root_fd, entry.file, entry.key, err) < 0)
			return -1;
		insert(ret, &entry);
	}
	return 0;
}

/* GRUB's ids lack the ".conf", systemd-boot's may. */
static bool has_id(const struct bootfile *file, const char *chosen)
{
	char with_end[BOOTWALK_PATH_SIZE];

	(void)text_format(with_end, sizeof(with_end), "%s.conf", chosen);
	return fnmatch(chosen, bootfile_name(file), FNM_CASEFOLD) == 0 ||
	       strcasecmp(with_end, bootfile_name(file)) == 0;
}

static const struct bootfile *pick(const struct entries *entries, const char *chosen)
{
	uint32_t number = 0;

	for (size_t i = 0; i < entries->count && chosen[0]; i++)
		if (has_id(entries->items[i].file, chosen))
			return entries->items[i].file;
	if (!text_number(bytes_of_text(chosen), UINT32_MAX, &number) || number >= entries->count)
		number = 0;
	return entries->count ? entries->items[number].file : NULL;
}

static int place_entry(int root_fd, const struct bootfiles *files, const struct bootfile *entry,
	struct kernel_choice *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(ENTRY_MAX);
	char path[BOOTWALK_PATH_SIZE];
	struct bytes value;
	enum place found;

	if (file_read(root_fd, entry->path, FILE_NO_LINKS, &text, err) < 0)
		return err_wrap(err, "'/%s'", entry->path);
	if (!bootentry_value(buf_bytes(&text), "linux", &value) &&
		!bootentry_value(buf_bytes(&text), "efi", &value))
		return kernel_stop(ret, "The entry /%s names no kernel.", entry->path);
	text_clean(path, sizeof(path), value);
	found = place_of_kernel(files, path, &ret->file);
	if (found == PLACE_FOUND)
		return 0;
	ret->file = NULL;
	ret->is_missing = found != PLACE_TWICE;
	return kernel_stop(ret, "The kernel %s of the entry /%s %s.", path, entry->path,
		ret->is_missing ? "is missing" : "is there several times and differs");
}

int kernel_choose_entry(int root_fd, const struct bootfiles *files, const char *chosen,
	bool for_systemd, struct kernel_choice *ret, struct err *err)
{
	auto_cleanup(free) struct entries *entries = malloc(sizeof(*entries));
	const struct bootfile *entry;

	if (!entries)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for boot loader entries.");
	if (find_entries(root_fd, files, for_systemd, entries, err) < 0)
		return -1;
	if (entries->has_keys && entries->has_images && !chosen[0])
		return kernel_stop(ret,
			"Some boot loader entries have a sort-key, others are images whose key is not read here: which is the first is not known.");
	entry = pick(entries, chosen);
	if (!entry)
		return kernel_stop(ret, "There are no boot loader entries.");
	if (!bootconfig_is_entry(entry->path)) {
		ret->file = entry;
		return 0;
	}
	return place_entry(root_fd, files, entry, ret, err);
}

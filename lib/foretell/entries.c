/* Boot Loader Specification entries: their order is that of their names' versions, the newest
 * first. systemd-boot lets an entry's sort-key come before; entries with different ones are left
 * unclear unless one is asked for by name. */
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

struct entries {
	size_t count;
	const struct bootfile *files[MAX_ENTRIES];
};

static const char *id_of(const struct bootfile *file)
{
	const char *slash = strrchr(file->path, '/');

	return slash ? slash + 1 : file->path;
}

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

/* Unified kernel images in EFI/Linux are entries by themselves. */
static bool is_unified(const struct bootfile *file)
{
	return file->digest.is_program && strcasestr(file->path, "/EFI/Linux/");
}

static void find_entries(const struct bootfiles *files, bool with_unified, struct entries *ret)
{
	ret->count = 0;
	for (size_t i = 0; i < files->count && ret->count < MAX_ENTRIES; i++) {
		const struct bootfile *file = &files->files[i];
		size_t at = ret->count;

		if (!bootconfig_is_entry(file->path) && !(with_unified && is_unified(file)))
			continue;
		for (; at && compare_versions(id_of(file), id_of(ret->files[at - 1])) > 0; at--)
			ret->files[at] = ret->files[at - 1];
		ret->files[at] = file;
		ret->count++;
	}
}

/* GRUB's ids lack the ".conf", systemd-boot's may. */
static bool has_id(const struct bootfile *file, const char *chosen)
{
	char with_end[BOOTWALK_PATH_SIZE];

	(void)text_format(with_end, sizeof(with_end), "%s.conf", chosen);
	return fnmatch(chosen, id_of(file), FNM_CASEFOLD) == 0 ||
	       strcasecmp(with_end, id_of(file)) == 0;
}

static const struct bootfile *pick(const struct entries *entries, const char *chosen)
{
	uint32_t number = 0;

	for (size_t i = 0; i < entries->count && chosen[0]; i++)
		if (has_id(entries->files[i], chosen))
			return entries->files[i];
	if (!text_number(bytes_of_text(chosen), UINT32_MAX, &number) || number >= entries->count)
		number = 0;
	return entries->count ? entries->files[number] : NULL;
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
	bool with_unified, struct kernel_choice *ret, struct err *err)
{
	struct entries entries;
	const struct bootfile *entry;

	find_entries(files, with_unified, &entries);
	entry = pick(&entries, chosen);
	if (!entry)
		return kernel_stop(ret, "There are no boot loader entries.");
	if (!bootconfig_is_entry(entry->path)) {
		ret->file = entry;
		return 0;
	}
	return place_entry(root_fd, files, entry, ret, err);
}

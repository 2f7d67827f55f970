#include "disk/initrdjoin.h"

#include <string.h>
#include "base/file.h"
#include "base/text.h"
#include "disk/bootconfig.h"
#include "disk/bootentry.h"

#define ENTRY_MAX_BYTES (64u << 10)
#define ENTRIES         "/loader/entries/"

struct join {
	size_t count;
	const struct bootfile *parts[INITRDJOIN_MAX_PARTS];
};

/* The file with this path on the entry's partition, whose root holds loader/entries. */
static const struct bootfile *find_part(
	const struct bootfiles *files, const char *entry, struct bytes value)
{
	const char *loader = strstr(entry, ENTRIES);
	char path[BOOTWALK_PATH_SIZE];

	while (value.len && (value.data[0] == '/' || value.data[0] == '\\'))
		value = bytes_behind(value, 1);
	return loader && text_format(path, sizeof(path), "%.*s/%.*s", (int)(loader - entry), entry,
				 (int)value.len, (const char *)value.data)
		       ? bootfiles_find(files, path)
		       : NULL;
}

/* False if the entry has fewer than two initrds, too many, or one that is not there. */
static bool read_entry(int root_fd, const struct bootfiles *files, const struct bootfile *entry,
	struct join *ret, struct err *gap)
{
	auto_cleanup(buf) struct buf text = buf_with_max(ENTRY_MAX_BYTES);
	struct bytes rest, value;

	*ret = (struct join){0};
	if (file_read(root_fd, entry->path, FILE_NO_LINKS, &text, gap) < 0)
		return false;
	rest = buf_bytes(&text);
	while (bootentry_next(&rest, "initrd", &value)) {
		if (ret->count == INITRDJOIN_MAX_PARTS)
			return false;
		ret->parts[ret->count] = find_part(files, entry->path, value);
		if (!ret->parts[ret->count++])
			return false;
	}
	return ret->count > 1;
}

static int digest_parts(
	int root_fd, const struct join *join, uint8_t ret[CRYPTO_SHA256_SIZE], struct err *err)
{
	auto_cleanup(crypto_stream) struct crypto_stream *stream = NULL;

	if (crypto_stream_open(CRYPTO_STREAM_SHA256, &stream, err) < 0)
		return -1;
	for (size_t i = 0; i < join->count; i++) {
		const struct peimage_range all = {.len = join->parts[i]->size};
		auto_cleanup(fd) int fd = -1;

		if (bootfiles_open(root_fd, join->parts[i], &fd, err) < 0 ||
			filedigest_add(fd, &all, stream, err) < 0)
			return -1;
	}
	crypto_stream_finish(stream, ret);
	return 0;
}

static const struct bootfile *newest_part(const struct join *join)
{
	const struct bootfile *newest = join->parts[0];

	for (size_t i = 1; i < join->count; i++) {
		const struct bootfile *part = join->parts[i];

		if (part->is_new != newest->is_new ? part->is_new
						   : part->changed_s > newest->changed_s)
			newest = part;
	}
	return newest;
}

const struct bootfile *initrdjoin_find(int root_fd, const struct bootfiles *files,
	const uint8_t sha256[CRYPTO_SHA256_SIZE], struct err *ret_gap)
{
	struct err gap = {0};
	const struct bootfile *found = NULL;

	for (size_t i = 0; i < files->count && !found; i++) {
		uint8_t digest[CRYPTO_SHA256_SIZE];
		struct join join;

		if (bootconfig_is_entry(files->files[i].path) &&
			read_entry(root_fd, files, &files->files[i], &join, &gap) &&
			digest_parts(root_fd, &join, digest, &gap) == 0 &&
			memcmp(digest, sha256, sizeof(digest)) == 0)
			found = newest_part(&join);
	}
	*ret_gap = gap;
	return found;
}

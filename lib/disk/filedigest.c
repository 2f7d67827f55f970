#include "disk/filedigest.h"

#include <errno.h>
#include <sys/stat.h>

#define CHUNK_SIZE (8u << 10)

int filedigest_add(
	int fd, const struct peimage_range *range, struct crypto_stream *stream, struct err *err)
{
	uint8_t chunk[CHUNK_SIZE];
	uint64_t done = 0;

	while (done < range->len) {
		uint64_t left = range->len - done;
		ssize_t got = pread(fd, chunk, left < sizeof(chunk) ? (size_t)left : sizeof(chunk),
			(off_t)(range->offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(
				err, ERR_IO, (unsigned long)errno, "A file cannot be read: %m.");
		if (got == 0)
			return err_set(err, ERR_IO, 0, "A file was cut while it was read.");
		crypto_stream_add(stream, (struct bytes){chunk, (size_t)got});
		done += (uint64_t)got;
	}
	return 0;
}

static int digest_ranges(int fd, enum crypto_stream_hash hash, const struct peimage_range *ranges,
	size_t count, uint8_t *ret, struct err *err)
{
	auto_cleanup(crypto_stream) struct crypto_stream *stream = NULL;

	if (crypto_stream_open(hash, &stream, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (filedigest_add(fd, &ranges[i], stream, err) < 0)
			return -1;
	crypto_stream_finish(stream, ret);
	return 0;
}

int filedigest_read_range(int fd, const struct peimage_range *range, struct buf *ret, struct err *err)
{
	uint8_t chunk[4096];

	for (uint64_t done = 0; done < range->len;) {
		uint64_t left = range->len - done;
		ssize_t got = pread(fd, chunk, left < sizeof(chunk) ? (size_t)left : sizeof(chunk),
			(off_t)(range->offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(err, ERR_IO, got ? (unsigned long)errno : 0,
				"A part of a file cannot be read.");
		if (buf_append(ret, chunk, (size_t)got, err) < 0)
			return -1;
		done += (uint64_t)got;
	}
	return 0;
}

/* *ret is NULL if there is no program. */
static int find_program(
	int fd, const struct peimage_range *part, struct peimage **ret, struct err *err)
{
	auto_cleanup(free) struct peimage *image = calloc(1, sizeof(*image));
	auto_cleanup(buf) struct buf head = buf_with_max(PEIMAGE_HEAD_SIZE);
	struct peimage_range range = *part;

	*ret = NULL;
	if (!image)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for an EFI program's header.");
	if (range.len > PEIMAGE_HEAD_SIZE)
		range.len = PEIMAGE_HEAD_SIZE;
	if (filedigest_read_range(fd, &range, &head, err) < 0 ||
		peimage_parse(buf_bytes(&head), part->len, image, err) < 0)
		return err->code == ERR_FORMAT ? 0 : -1;
	*ret = steal_ptr(image);
	return 0;
}

int filedigest_program(int fd, struct peimage **ret, struct err *err)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "A file cannot be read: %m.");
	return find_program(fd, &(struct peimage_range){.len = (uint64_t)info.st_size}, ret, err);
}

int filedigest_program_within(int fd, const struct peimage_range *part,
	uint8_t ret[CRYPTO_SHA256_SIZE], bool *ret_is_one, struct err *err)
{
	auto_cleanup(free) struct peimage *image = NULL;

	if (find_program(fd, part, &image, err) < 0)
		return -1;
	*ret_is_one = image != NULL;
	if (!image)
		return 0;
	for (size_t i = 0; i < image->range_count; i++)
		image->ranges[i].offset += part->offset;
	return digest_ranges(fd, CRYPTO_STREAM_SHA256, image->ranges, image->range_count, ret, err);
}

int filedigest_read(int fd, struct filedigest *ret, struct err *err)
{
	struct filedigest digest = {0};
	struct peimage_range all = {0};
	struct stat before, after;

	if (fstat(fd, &before) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "A file cannot be read: %m.");
	all.len = (uint64_t)before.st_size;
	if (digest_ranges(fd, CRYPTO_STREAM_SHA256, &all, 1, digest.sha256, err) < 0 ||
		filedigest_program_within(fd, &all, digest.program, &digest.is_program, err) < 0)
		return -1;
	if (fstat(fd, &after) < 0 || after.st_size != before.st_size ||
		after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
		after.st_mtim.tv_nsec != before.st_mtim.tv_nsec)
		return err_set(err, ERR_IO, 0, "A file was written while it was read.");
	*ret = digest;
	return 0;
}

int filedigest_md5(int fd, uint8_t ret[CRYPTO_MD5_SIZE], struct err *err)
{
	struct peimage_range all = {0};
	struct stat info;

	if (fstat(fd, &info) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno, "A file cannot be read: %m.");
	all.len = (uint64_t)info.st_size;
	return digest_ranges(fd, CRYPTO_STREAM_MD5, &all, 1, ret, err);
}

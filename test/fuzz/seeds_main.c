/* seeds_main.c - runs a fuzz target once per seed file, so that the corpus is a unit test without a
 * fuzzer. Usage: fuzz_NAME FOLDER...   Every seed also runs cut short at each of its first
 * bytes. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "base/file.h"

#define SEED_MAX_BYTES (16u << 20)
#define CUTS           64 /* prefixes of a seed that run too */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory of its exact size, so that AddressSanitizer sees a read past its end. */
static void run(struct bytes bytes)
{
	auto_cleanup(free) uint8_t *copy = malloc(bytes.len ? bytes.len : 1);

	if (!copy)
		abort();
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	(void)LLVMFuzzerTestOneInput(copy, bytes.len);
}

static int run_file(int dir_fd, const char *name, struct err *err)
{
	auto_cleanup(buf) struct buf seed = buf_with_max(SEED_MAX_BYTES);
	size_t cuts;

	if (file_read(dir_fd, name, FILE_FOLLOW_LINKS, &seed, err) < 0)
		return -1;
	cuts = seed.len < CUTS ? seed.len : CUTS;
	for (size_t i = 0; i < cuts; i++)
		run((struct bytes){seed.data, i * seed.len / cuts});
	run(buf_bytes(&seed));
	return 0;
}

static int run_folder(const char *path, size_t *count, struct err *err)
{
	auto_cleanup(fd) int fd = -1;
	DIR *dir;
	int status = 0;

	if (dir_open(path, &fd, err) < 0)
		return -1;
	dir = fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	if (!dir)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a folder.");
	for (struct dirent *entry = readdir(dir); entry && status == 0; entry = readdir(dir)) {
		if (entry->d_name[0] == '.')
			continue;
		status = run_file(fd, entry->d_name, err);
		(*count)++;
	}
	(void)closedir(dir);
	return status;
}

int main(int argc, char **argv)
{
	size_t count = 0;
	struct err err;

	for (int i = 1; i < argc; i++) {
		if (run_folder(argv[i], &count, &err) < 0) {
			(void)fprintf(stderr, "%s\n", err.msg);
			return 1;
		}
	}
	(void)printf("%zu seeds\n", count);
	return count ? 0 : 1;
}

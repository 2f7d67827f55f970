/* One look at the boot files, as the service has it in each round: look ROOT STATE [fresh]. */
#include <stdio.h>
#include <string.h>
#include "disk/next_boot.h"
#include "base/file.h"

int main(int argc, char **argv)
{
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(fd) int state_fd = -1;
	auto_cleanup(next_boot) struct next_boot pending = {0};
	struct next_boot_round round = {.boot_id = "bench", .now_s = 1};
	struct err err;

	if (argc < 3 || dir_open(argv[1], &root_fd, &err) < 0 ||
		dir_open(argv[2], &state_fd, &err) < 0)
		return 64;
	round.root_fd = root_fd;
	round.state_fd = state_fd;
	if (argc > 3 && file_remove(state_fd, NEXT_BOOT_FILE, &err) < 0)
		return 1;
	if (next_boot_run(&round, &pending, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	(void)printf("%zu files, %llu bytes read\n", pending.files.count,
		(unsigned long long)pending.files.bytes_read);
	return 0;
}

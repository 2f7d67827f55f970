/* appraise_log LOG ROUNDS: CPU milliseconds, in this process, of one local appraisal of a log:
 * read, replay in the SHA-256 bank, compare, check data against digests, Secure Boot, authorities.
 * The least of ten series: what others do on this machine only adds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "appraise/authority.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "base/file.h"

#define SERIES 10

static double cpu_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int appraise(struct bytes bytes, struct err *err)
{
	struct eventlog log;
	struct tpm_pcrs led_to;
	struct secureboot facts;
	struct authorities authorities;

	if (eventlog_open(bytes, &log, err) < 0 || replay_sha256(&log, &led_to, err) < 0 ||
		replay_compare(&log, &led_to, &led_to, NULL) ||
		replay_check_data(&log, 0xFFFFFF, err) < 0 || secureboot_read(&log, &facts, err) < 0)
		return -1;
	return authority_read(&log, &authorities, err);
}

int main(int argc, char **argv)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(EVENTLOG_MAX_FILE);
	long rounds = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	double least = 0;
	struct err err;

	if (rounds < 1 || file_read(AT_FDCWD, argv[1], FILE_FOLLOW_LINKS, &bytes, &err) < 0) {
		(void)fprintf(stderr, "usage: appraise_log LOG ROUNDS\n");
		return 64;
	}
	for (int i = 0; i < SERIES; i++) {
		double started = cpu_ms(), spent;

		for (long k = 0; k < rounds; k++)
			if (appraise(buf_bytes(&bytes), &err) < 0) {
				(void)fprintf(stderr, "%s\n", err.msg);
				return 1;
			}
		spent = (cpu_ms() - started) / (double)rounds;
		least = i == 0 || spent < least ? spent : least;
	}
	(void)printf("%.4f\n", least);
	return 0;
}

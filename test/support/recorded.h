/* recorded.h - the recorded boots of test/data/boot for unit tests: log and PCR values. */
#ifndef TEST_SUPPORT_RECORDED_H
#define TEST_SUPPORT_RECORDED_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/codec.h"
#include "base/file.h"
#include "edge/json.h"
#include "tpm/tpm.h"

static inline struct buf recorded_file(const char *boot, const char *file)
{
	struct buf bytes = buf_with_max(1 << 20);
	char path[128];
	struct err err;

	(void)snprintf(path, sizeof(path), "test/data/boot/%s/%s", boot, file);
	if (file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &bytes, &err) < 0)
		abort();
	return bytes;
}

/* SHA-256 bank of that machine's TPM after the boot. */
static inline struct tpm_pcrs recorded_pcrs(const char *boot, uint32_t mask)
{
	auto_cleanup(buf) struct buf text = recorded_file(boot, "pcrs.json");
	auto_cleanup(json) json *values = NULL;
	struct tpm_pcrs pcrs = {.mask = mask};
	struct err err;

	if (json_parse(buf_bytes(&text), &values, &err) < 0)
		abort();
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		char index[12];
		const char *hex;

		(void)snprintf(index, sizeof(index), "%u", pcr);
		hex = json_text(json_get(json_get(values, "sha256"), index));
		if (hex_decode(bytes_of_text(hex), pcrs.digest[pcr], TPM_DIGEST_SIZE, &err) < 0)
			abort();
	}
	return pcrs;
}

#endif

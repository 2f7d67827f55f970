/* recorded_evidence.h - the bundles of test/data/evidence: boots that a TPM measured, with its
 * quote. Made by record_evidence. */
#ifndef TEST_SUPPORT_RECORDED_EVIDENCE_H
#define TEST_SUPPORT_RECORDED_EVIDENCE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "bundle/bundle.h"

static inline struct buf recorded_evidence_file(const char *file)
{
	struct buf bytes = buf_with_max(BUNDLE_MAX_BYTES);
	char path[128];
	struct err err;

	(void)snprintf(path, sizeof(path), "test/data/evidence/%s", file);
	if (file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &bytes, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	return bytes;
}

static inline struct bundle recorded_evidence(const char *file)
{
	auto_cleanup(buf) struct buf text = recorded_evidence_file(file);
	struct bundle bundle = BUNDLE_EMPTY;
	struct err err;

	if (bundle_parse(buf_bytes(&text), &bundle, &err) < 0) {
		(void)fprintf(stderr, "%s: %s\n", file, err.msg);
		abort();
	}
	return bundle;
}

#endif

/* verify.c - is the evidence in a file genuine? An example for libattest.
 *
 * cc verify.c $(pkg-config --cflags --libs guest-attestation) -o verify
 * ./verify evidence.json ca.pem */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include "base/file.h"
#include "bundle/bundlecheck.h"

static int verify(const char *path, const char *ca_path, struct bundlecheck *check, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES);
	auto_cleanup(buf) struct buf pem = buf_with_max(ANCHORS_MAX_BYTES);
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	const struct bundlecheck_inputs inputs = {.anchors = &anchors, .now_s = time(NULL)};

	if (file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &text, err) < 0 ||
		file_read(AT_FDCWD, ca_path, FILE_FOLLOW_LINKS, &pem, err) < 0 ||
		bundle_parse(buf_bytes(&text), &bundle, err) < 0 ||
		anchors_add(&anchors, buf_bytes(&pem), err) < 0)
		return -1;
	bundlecheck_run(&bundle, &inputs, check);
	return 0;
}

int main(int argc, char **argv)
{
	auto_cleanup(bundlecheck) struct bundlecheck *check = NULL;
	struct err err;

	if (argc != 3 || bundlecheck_new(&check, &err) < 0)
		return 64;
	if (verify(argv[1], argv[2], check, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return 2;
	}
	printf("%s\n", bundlecheck_word(check));
	return check->origin == BUNDLECHECK_GENUINE && check->boot.health != HEALTH_UNHEALTHY ? 0 : 1;
}

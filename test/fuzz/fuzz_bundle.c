/* fuzz_bundle.c - a bundle as somebody gave it: read, checked, shown as a page, redacted, printed
 * and read again. */
#include <string.h>
#include "bundle/bundlecheck.h"
#include "page/page.h"
#include "bundle/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bundlecheck check; /* 40 KiB, and one thread */

static void print_and_read(const struct bundle *bundle)
{
	auto_cleanup(buf) struct buf text = buf_with_max(BUNDLE_MAX_BYTES);
	auto_cleanup(bundle) struct bundle again = BUNDLE_EMPTY;
	struct err err;

	if (bundle->is_whole && bundle_print(bundle, &text, &err) == 0 &&
		bundle_parse(buf_bytes(&text), &again, &err) < 0 && err.code != ERR_NO_MEMORY)
		__builtin_trap();
}

static void show(const struct bundle *bundle)
{
	auto_cleanup(buf) struct buf page = buf_with_max(PAGE_MAX_BYTES);
	struct page_inputs inputs = {.bundle = bundle, .check = &check, .now_s = 1800000000};
	struct err err;

	if (page_write(&inputs, &page, &err) == 0 && strstr((const char *)page.data, "<script"))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;
	struct err err;

	if (bundle_parse((struct bytes){data, size}, &bundle, &err) < 0)
		return 0;
	bundlecheck_run(&bundle, &(struct bundlecheck_inputs){.now_s = 1800000000}, &check);
	show(&bundle);
	print_and_read(&bundle);
	if (redact_bundle(&bundle, &err) == 0)
		print_and_read(&bundle);
	return 0;
}

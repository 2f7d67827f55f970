/* An answer, and an envelope from its JSON, which base64 hides from a fuzzer. */
#include <stdlib.h>
#include "base/codec.h"
#include "maa/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(struct bytes answer)
{
	static const uint8_t key[32];
	auto_cleanup(envelope) struct envelope envelope = {0};
	auto_cleanup(buf) struct buf token = buf_with_max(ENVELOPE_MAX_ANSWER);
	struct err err;

	if (envelope_parse(answer, &envelope, &err) < 0)
		return;
	if (envelope.inner_key.len != 256 || envelope.iv.len != 12 || envelope.tag.len != 16)
		abort();
	(void)!envelope_open(&envelope, (struct bytes){key, sizeof(key)}, &token, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(buf) struct buf answer = buf_with_max(ENVELOPE_MAX_ANSWER);
	struct err err;

	parse((struct bytes){data, size});
	if (buf_append_text(&answer, "{\"token\":\"", &err) == 0 &&
		base64_encode((struct bytes){data, size}, BASE64_URL, &answer, &err) == 0 &&
		buf_append_text(&answer, "\"}", &err) == 0)
		parse(buf_bytes(&answer));
	return 0;
}

#include <stdlib.h>
#include "edge/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* any message for this key identifier gets to the end */
	static const uint8_t key_id[] = {1, 2, 3, 4};
	struct cms_recipient recipient = {.key_id = {key_id, sizeof(key_id)}};
	struct buf content = buf_with_max(CMS_MAX_BYTES);
	struct cms cms;
	struct err err;

	if (cms_parse((struct bytes){data, size}, &recipient, &cms, &err) < 0)
		return 0;
	if (cms.encrypted_key.len > size || cms.content.len > size ||
		cms.iv.len != (cms.cipher == CMS_DES_EDE3_CBC ? 8 : 16))
		abort();
	if (cms_join_content(&cms, &content, &err) == 0 && content.len > size)
		abort();
	buf_done(&content);
	return 0;
}

#include "appraise/evidence.h"

void evidence_done(struct evidence *evidence)
{
	buf_done(&evidence->ak_cert);
	buf_done(&evidence->event_log);
	buf_done(&evidence->redacted);
}

bool evidence_is_redacted(const struct evidence *evidence, uint32_t event)
{
	return event / 8 < evidence->redacted.len &&
	       evidence->redacted.data[event / 8] >> event % 8 & 1;
}

int evidence_mark_redacted(struct evidence *evidence, uint32_t event, struct err *err)
{
	while (evidence->redacted.len <= event / 8)
		if (buf_append(&evidence->redacted, "", 1, err) < 0)
			return -1;
	evidence->redacted.data[event / 8] |= (uint8_t)(1u << event % 8);
	return 0;
}

#include "appraise/evidence.h"

#include "boot/eventlog.h"

struct evidence evidence_empty(void)
{
	return (struct evidence){
		.ak_cert = buf_with_max(TPM_MAX_CERT),
		.event_log = buf_with_max(EVENTLOG_MAX_BYTES),
		.os_major = 1,
		.redacted = buf_with_max(EVIDENCE_MAX_EVENTS / 8),
	};
}

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

#include "appraise/evidence.h"

#include "boot/eventlog.h"

struct evidence evidence_empty(void)
{
	return (struct evidence){
		.ak_cert = buf_with_max(TPM_MAX_CERT),
		.event_log = buf_with_max(EVENTLOG_MAX_BYTES),
		.os_major = 1,
	};
}

void evidence_done(struct evidence *evidence)
{
	buf_done(&evidence->ak_cert);
	buf_done(&evidence->event_log);
}

#include "appraise/evidence.h"

#define MAX_EVENT_LOG (4u << 20) /* real ones have 40 to 80 KB */

struct evidence evidence_empty(void)
{
	return (struct evidence){
		.ak_cert = buf_with_max(TPM_MAX_CERT),
		.event_log = buf_with_max(MAX_EVENT_LOG),
		.os_major = 1,
	};
}

void evidence_done(struct evidence *evidence)
{
	buf_done(&evidence->ak_cert);
	buf_done(&evidence->event_log);
}

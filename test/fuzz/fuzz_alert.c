#include "service/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct alerts alerts;
	struct err err;

	if (alerts_parse((struct bytes){data, size}, &alerts, &err) < 0)
		return 0;
	if (json_count(alerts.pending) > ALERT_MAX_PENDING)
		abort();
	alerts_cleanup(&alerts);
	return 0;
}

#include "log_facts.h"

#include "base/text.h"
#include "boot/cclog.h"

void log_type_text(uint32_t type, char ret[LOG_TYPE_SIZE])
{
	const char *name = eventlog_type_name(type);

	if (name)
		(void)text_format(ret, LOG_TYPE_SIZE, "%s", name);
	else
		(void)text_format(ret, LOG_TYPE_SIZE, "0x%08x", type);
}

int log_read_secure_boot(const struct eventlog *log, struct secureboot *ret, struct err *err)
{
	if (cclog_is(log))
		return err_set(err, ERR_SECURE_BOOT_LOG, 0,
			"This is the log of a confidential VM: what it says of Secure Boot is not judged, since its registers are no PCRs.");
	return secureboot_read(log, ret, err);
}

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

int log_read_secure_boot(const struct eventlog *log, struct secureboot **ret, struct err *err)
{
	auto_cleanup(free) struct secureboot *facts = calloc(1, sizeof(*facts));

	if (!facts)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the Secure Boot facts.");
	if (cclog_is(log))
		return err_set(err, ERR_SECURE_BOOT_LOG, 0,
			"This is the log of a confidential VM: what it says of Secure Boot is not judged, since its registers are no PCRs.");
	if (secureboot_read(log, facts, err) < 0)
		return -1;
	*ret = steal_ptr(facts);
	return 0;
}

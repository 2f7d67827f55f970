#include "boot/cclog.h"

#include <string.h>

enum { MRTD, RTMR0, RTMR1, RTMR2, RTMR3, REGISTER_COUNT };

bool cclog_is(const struct eventlog *log)
{
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;

	while (event_next(log, &walk, &event))
		if (event.what == EVENT_VARIABLE && event.is_formed &&
			uefivar_is(&event.variable, uefi_global_variable_guid, "SecureBoot"))
			return event.pcr == RTMR0;
	return false;
}

const char *cclog_register_name(uint32_t index)
{
	static const char *const names[REGISTER_COUNT] = {"MRTD", "RTMR0", "RTMR1", "RTMR2", "RTMR3"};

	return index < REGISTER_COUNT ? names[index] : NULL;
}

static uint32_t loader_pcr(const struct event *event)
{
	if (event->type != EV_IPL)
		return 9;
	if (bytes_start_with(event->data, "grub_") ||
		bytes_start_with(event->data, "kernel_cmdline") ||
		bytes_start_with(event->data, "module_cmdline"))
		return 8;
	return bytes_start_with(event->data, "Mok") ? 14 : 9;
}

struct event cclog_as_pcr(const struct event *event)
{
	struct event ret = *event;

	if (event->pcr == RTMR0)
		ret.pcr = event->type == EV_EFI_VARIABLE_DRIVER_CONFIG ||
					  event->type == EV_EFI_VARIABLE_AUTHORITY
				  ? 7
				  : 1;
	else if (event->pcr == RTMR1)
		ret.pcr = event->type == EV_EFI_GPT_EVENT ? 5 : 4;
	else if (event->pcr == RTMR2)
		ret.pcr = loader_pcr(event);
	event_read(&ret);
	return ret;
}

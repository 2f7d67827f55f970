/* service_way.h - where the service gets proxy and authorities from: the settings, the environment
 * in which the guest agent called enable, and the agent's own configuration. */
#ifndef SERVICE_SERVICE_WAY_H
#define SERVICE_SERVICE_WAY_H

#include "agent/settings.h"
#include "agent/waagent.h"
#include "memory/record.h"
#include "net/way.h"

/* agent_proxy: from waagent_read_proxy(). The result points into all three. */
struct way_sources service_way(
	const struct settings *settings, const struct record *service, const char *agent_proxy);

#endif

/* service_way.h - who says how the service reaches a server: the settings, the environment that the
 * guest agent gave to enable, and the agent's own configuration. */
#ifndef SERVICE_SERVICE_WAY_H
#define SERVICE_SERVICE_WAY_H

#include "agent/settings.h"
#include "agent/waagent.h"
#include "net/way.h"
#include "service/record.h"

/* agent_proxy: waagent_read_proxy()'s. The result points into all three. */
struct way_sources service_way(
	const struct settings *settings, const struct record *service, const char *agent_proxy);

#endif

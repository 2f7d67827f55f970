/* service_proxy.h - who names a proxy for the service: the settings, the environment that the guest
 * agent gave to enable, and the agent's own configuration. */
#ifndef SERVICE_SERVICE_PROXY_H
#define SERVICE_SERVICE_PROXY_H

#include "agent/settings.h"
#include "agent/waagent.h"
#include "net/proxy.h"
#include "service/record.h"

/* agent_proxy: waagent_read_proxy()'s. The result points into all three. */
struct proxy_sources service_proxy_sources(
	const struct settings *settings, const struct record *service, const char *agent_proxy);

#endif

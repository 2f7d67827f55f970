/* outbound.h - who names a proxy for the service: the settings, the environment that the guest agent gave to enable, and the agent's own
 * configuration. */
#ifndef AGENT_OUTBOUND_H
#define AGENT_OUTBOUND_H

#include "agent/service.h"
#include "agent/settings.h"
#include "agent/waagent.h"
#include "edge/proxy.h"

/* agent_proxy: waagent_read_proxy()'s. The result points into all three. */
struct proxy_sources outbound_sources(
	const struct settings *settings, const struct service *service, const char *agent_proxy);

#endif

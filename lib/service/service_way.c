#include "service/service_way.h"

struct way_sources service_way(
	const struct settings *settings, const struct record *service, const char *agent_proxy)
{
	return (struct way_sources){.trust = settings_trust(settings),
		.proxy = {
			.is_none = settings->proxy.is_none,
			.given = settings->proxy.url,
			.given_source = "settings",
			.given_user = settings->proxy.user,
			.given_password = settings->proxy.password,
			.given_bypass = settings->proxy.no_proxy,
			.variable = service->proxy,
			.variable_name = service->proxy_variable,
			.variable_bypass = service->no_proxy,
			.agent = agent_proxy,
		}};
}

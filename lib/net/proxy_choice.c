/* Chooses the proxy among those that settings, environment and guest agent name. */
#include "net/proxy.h"

#include <string.h>
#include "base/text.h"

static bool is_set(const char *text)
{
	return text && text[0];
}

static int parse_given(const struct proxy_sources *sources, struct proxy *ret, struct err *err)
{
	const char *source = is_set(sources->given_source) ? sources->given_source : "settings";

	if (proxy_parse(sources->given, source, ret, err) < 0)
		return -1;
	if (!is_set(sources->given_user))
		return 0;
	if (!text_format(ret->user, sizeof(ret->user), "%s", sources->given_user) ||
		!text_format(ret->password, sizeof(ret->password), "%s",
			sources->given_password ? sources->given_password : ""))
		return err_set(err, ERR_PROXY, 0, "The proxy's user or password is too long.");
	return 0;
}

/* The agent takes no user in the address. */
static void choose_agent(const char *agent, struct proxy *ret)
{
	struct proxy found = {0};
	struct err unusable;

	if (proxy_parse(agent, "waagent.conf", &found, &unusable) < 0 || found.user[0])
		(void)text_format(ret->source, sizeof(ret->source), "HttpProxy.Host of waagent.conf");
	else
		*ret = found;
	explicit_bzero(&found, sizeof(found));
}

int proxy_choose(const struct proxy_sources *sources, const struct http_origin *server,
	struct proxy *ret, struct err *err)
{
	bool is_bypassed =
		proxy_is_bypassed(sources->given_bypass, server) ||
		(!is_set(sources->given) && proxy_is_bypassed(sources->variable_bypass, server));

	*ret = (struct proxy){0};
	if (sources->is_none || is_bypassed)
		return 0;
	if (is_set(sources->given))
		return parse_given(sources, ret, err);
	if (is_set(sources->variable))
		return proxy_parse(sources->variable,
			is_set(sources->variable_name) ? sources->variable_name : "environment",
			ret, err);
	if (is_set(sources->agent))
		choose_agent(sources->agent, ret);
	return 0;
}

/* The value of the first of the two that is set and not empty. */
static const char *first_value(
	char *const *variables, const char *const names[2], const char **ret_name)
{
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(names[i]);

		for (char *const *at = variables; at && *at; at++)
			if (strncmp(*at, names[i], len) == 0 && (*at)[len] == '=' && (*at)[len + 1]) {
				*ret_name = names[i];
				return *at + len + 1;
			}
	}
	return NULL;
}

struct proxy_variables proxy_find_variables(char *const *variables)
{
	static const char *const https[] = {"https_proxy", "HTTPS_PROXY"};
	static const char *const all[] = {"all_proxy", "ALL_PROXY"};
	static const char *const bypass[] = {"no_proxy", "NO_PROXY"};
	struct proxy_variables found = {0};
	const char *ignored;

	found.proxy = first_value(variables, https, &found.name);
	if (!found.proxy)
		found.proxy = first_value(variables, all, &found.name);
	found.bypass = first_value(variables, bypass, &ignored);
	return found;
}

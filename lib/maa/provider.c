#include "maa/provider.h"

#include <string.h>
#include "base/text.h"

bool provider_is_given(const struct provider_wish *wish)
{
	return wish->endpoint && wish->endpoint[0];
}

static int choose_fallback(
	const struct provider_wish *wish, struct provider_choice *ret, struct err *err)
{
	const char *fallback = wish->fallback_endpoint;

	if (!fallback || !fallback[0] || err_info(err->code)->place != ERR_PLACE_CHOICE)
		return -1;
	(void)text_format(ret->reason, sizeof(ret->reason), "fallbackEndpoint; %.*s",
		(int)strlen(err->msg) - 1 /* without its full stop */, err->msg);
	return http_parse_url(fallback, &ret->origin, NULL, err);
}

int provider_choose(const struct provider_wish *wish, const struct imds *imds,
	struct provider_choice *ret, struct err *err)
{
	struct region_choice region;

	ret->reason[0] = '\0';
	if (provider_is_given(wish))
		return http_parse_url(wish->endpoint, &ret->origin, NULL, err);
	if (!imds ||
		region_choose(imds->location, imds->cloud, wish->region_fallback, &region, err) < 0)
		return choose_fallback(wish, ret, err);
	(void)text_format(ret->reason, sizeof(ret->reason), "%s", region.reason);
	return http_parse_url(region.url, &ret->origin, NULL, err);
}

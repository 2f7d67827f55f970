#include "net/way.h"

#include "base/text.h"
#include "net/sockets.h"

int way_choose(const struct way_sources *sources, const struct http_origin *origin, struct way *ret,
	struct err *err)
{
	struct way found = {.origin = *origin, .trust = sources->trust};

	if (proxy_choose(&sources->proxy, origin, &found.proxy, err) < 0)
		return -1;
	*ret = found;
	way_cleanup(&found);
	return 0;
}

void way_place_text(const struct proxy *proxy, const char *address, char *ret, size_t size)
{
	char text[HTTP_URL_SIZE];

	ret[0] = '\0';
	if (proxy && proxy->address.host[0]) {
		proxy_text(proxy, text);
		(void)text_format(ret, size, " by proxy %.90s", text);
	} else if (address[0]) {
		bool is_unusable = proxy && proxy->source[0];

		(void)text_format(ret, size, " (%s, %s%s%s%s)", address,
			sockets_is_private(address) ? "private" : "public", is_unusable ? "; " : "",
			is_unusable ? proxy->source : "", is_unusable ? " cannot be used" : "");
	}
}

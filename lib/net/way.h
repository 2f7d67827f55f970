/* way.h - a server, the proxy to it and the authorities that it is verified with: decided once and
 * handed down as one value. */
#ifndef NET_WAY_H
#define NET_WAY_H

#include <string.h>
#include "net/proxy.h"
#include "net/trust_store.h"

/* What settings, options, environment and guest agent configure. The texts must outlive the way. */
struct way_sources {
	struct trust_store trust;
	struct proxy_sources proxy;
};

struct way {
	struct http_origin origin;
	struct trust_store trust; /* points to the texts of the sources */
	struct proxy proxy; /* without a host: the direct way */
};

/* ERR_PROXY. */
int way_choose(const struct way_sources *sources, const struct http_origin *origin, struct way *ret,
	struct err *err) err_check;
/* Wipes the proxy's password. */
static inline void way_cleanup(struct way *way)
{
	explicit_bzero(way, sizeof(*way));
}

/* For messages: " by proxy 10.0.0.4:3128 (waagent.conf)" if there is a proxy, else the address that
 * was used, " (20.1.2.3, public)", or "" if that is not known. A
 * proxy that cannot be used is named too. proxy may be NULL. */
void way_place_text(const struct proxy *proxy, const char *address, char *ret, size_t size);

#endif

/* proxy.h - a proxy that leads to HTTPS servers: what its address looks like, and whom it is not
 * for.
 *
 * Only plain HTTP proxies with CONNECT (RFC 9110 section 9.3.6): TLS is then between this VM and
 * the server. */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "net/url.h"

#define PROXY_PORT        3128 /* where an address names none */
#define PROXY_URL_SIZE    1024
#define PROXY_BYPASS_SIZE 4096 /* a list of hosts: large organisations have hundreds */
#define PROXY_USER_SIZE   256
#define PROXY_SECRET_SIZE 256
#define PROXY_SOURCE_SIZE 48

struct proxy {
	struct http_origin address; /* host "": there is none, the way is direct */
	char user[PROXY_USER_SIZE]; /* "": no Basic authentication (RFC 7617) */
	char password[PROXY_SECRET_SIZE];
	/* where it was given, for messages: "settings", "waagent.conf" */
	char source[PROXY_SOURCE_SIZE];
};

/* "http://user:password@host:port/", "host:port" or "host"; user and password may be
 * percent-encoded (RFC 3986 section 2.1). Another scheme is ERR_PROXY, as is everything else that
 * is not understood; messages never show the user's part. */
int proxy_parse(const char *url, const char *source, struct proxy *ret, struct err *err) err_check;

/* A list as in the variable no_proxy, by commas or blanks: "*", "host", ".domain" and "domain" (the
 * domain and what is below it), an address or a network "10.0.0.0/8", each perhaps with ":port".
 * NULL is an empty list. */
bool proxy_is_bypassed(const char *list, const struct http_origin *server);

/* Who may have named a proxy, the earlier ones first. NULL and "" mean: did not. */
struct proxy_sources {
	bool is_none; /* given: never one, whatever the others say */
	const char *given; /* its address; an error if it cannot be used */
	const char *given_source;
	const char *given_user, *given_password; /* instead of those in the address */
	const char *given_bypass; /* hosts that are reached without */
	const char *variable; /* value of https_proxy or the like, see proxy_find_variable() */
	const char *variable_name;
	const char *variable_bypass; /* value of no_proxy; counts for the agent's proxy too */
	const char *agent; /* of the guest agent's own configuration, "host:port" */
};

/* The proxy for this server: ret->address.host is "" if there is none. ERR_PROXY. */
int proxy_choose(const struct proxy_sources *sources, const struct http_origin *server,
	struct proxy *ret, struct err *err) err_check;

struct proxy_variables {
	/* point into `variables` and to constants; NULL: not there */
	const char *proxy, *name, *bypass;
};
/* variables: "NAME=value" each, NULL at the end, as a program gets them. Of https_proxy,
 * HTTPS_PROXY, all_proxy and ALL_PROXY the first one that is not empty; and no_proxy or
 * NO_PROXY. */
struct proxy_variables proxy_find_variables(char *const *variables);

/* For messages: "host:port (source)". */
void proxy_text(const struct proxy *proxy, char ret[HTTP_URL_SIZE]);

#endif

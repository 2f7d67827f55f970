/* proxy.h - the proxy to an HTTPS server: its address, and the hosts that are reached without it.
 *
 * Only plain HTTP proxies with CONNECT (RFC 9110 section 9.3.6) are supported, so that TLS runs
 * from this VM to the server. */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "net/url.h"

#define PROXY_PORT        3128 /* the default */
#define PROXY_URL_SIZE    1024
#define PROXY_BYPASS_SIZE 4096 /* of a list of hosts; large organisations list hundreds */
#define PROXY_USER_SIZE   256
#define PROXY_SECRET_SIZE 256
#define PROXY_SOURCE_SIZE 48

struct proxy {
	struct http_origin address; /* host "": no proxy, the way is direct */
	char user[PROXY_USER_SIZE]; /* "": no Basic authentication (RFC 7617) */
	char password[PROXY_SECRET_SIZE];
	/* where it was given, for messages: "settings", "waagent.conf"; without a host: where one
	 * is given that cannot be used, or "" */
	char source[PROXY_SOURCE_SIZE];
};

/* Accepts "http://user:password@host:port/", "host:port" and "host"; user and password may be
 * percent-encoded (RFC 3986 section 2.1). ERR_PROXY: any other scheme or form. Messages never show
 * user and password. */
int proxy_parse(const char *url, const char *source, struct proxy *ret, struct err *err) err_check;

/* Is the server reached without a proxy? list: as in the variable no_proxy, separated by commas or
 * blanks: "*", "host", ".domain" and "domain" (the domain and all names below it), an address or a
 * network "10.0.0.0/8", each with an optional ":port". NULL is an empty list. */
bool proxy_is_bypassed(const char *list, const struct http_origin *server);

/* The places where a proxy may be configured; the first one that names a proxy counts. NULL and ""
 * mean that it names none. */
struct proxy_sources {
	bool is_none; /* no proxy, whatever the other members hold */
	/* the address of the settings or options; an error if it cannot be used */
	const char *given;
	const char *given_source;
	const char *given_user, *given_password; /* replace those in the address */
	/* hosts that are reached without a proxy, see proxy_is_bypassed() */
	const char *given_bypass;
	const char *variable; /* value of https_proxy or the like, see proxy_find_variables() */
	const char *variable_name;
	const char *variable_bypass; /* value of no_proxy; applies to the agent's proxy too */
	/* "host:port" from the guest agent's configuration; if it cannot be used, the way is
	 * direct, as the agent needs no proxy for what it does every day, and messages name it */
	const char *agent;
};

/* The proxy for this server: ret->address.host is "" if there is none. ERR_PROXY. */
int proxy_choose(const struct proxy_sources *sources, const struct http_origin *server,
	struct proxy *ret, struct err *err) err_check;

struct proxy_variables {
	/* point into `variables` and to constants; NULL: absent */
	const char *proxy, *name, *bypass;
};
/* variables: an environment, "NAME=value" each, NULL at the end. The proxy is the first value that
 * is not empty of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY; the bypass list that of
 * no_proxy and NO_PROXY. */
struct proxy_variables proxy_find_variables(char *const *variables);

/* For messages: "host:port (source)". */
void proxy_text(const struct proxy *proxy, char ret[HTTP_URL_SIZE]);

#endif

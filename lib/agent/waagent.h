/* waagent.h - the proxy in the guest agent's own configuration, /etc/waagent.conf. The agent does
 * not pass it to extensions. */
#ifndef AGENT_WAAGENT_H
#define AGENT_WAAGENT_H

#include "base/buf.h"

#define WAAGENT_FILE       "etc/waagent.conf" /* below the root directory */
#define WAAGENT_MAX_BYTES  (64u << 10)
#define WAAGENT_PROXY_SIZE 272

/* "host:port" or "host" from HttpProxy.Host and HttpProxy.Port, parsed as the agent does: lines are
 * "Name=value", '#' begins a comment, quotes around a value are removed, the word None in upper or
 * lower case means no value, and the last line of a name counts. In addition, http:// before the
 * host is removed. "" if no proxy is named; whether one can be used shows in proxy_choose(). */
void waagent_parse_proxy(struct bytes text, char ret[WAAGENT_PROXY_SIZE]);
/* The same from the file below root_fd; "" if it is missing or unreadable. */
void waagent_read_proxy(int root_fd, char ret[WAAGENT_PROXY_SIZE]);

#endif

/* waagent.h - the proxy of the guest agent's own configuration, /etc/waagent.conf. The agent passes
 * it to no extension. */
#ifndef AGENT_WAAGENT_H
#define AGENT_WAAGENT_H

#include "base/buf.h"

#define WAAGENT_FILE       "etc/waagent.conf" /* below the root directory */
#define WAAGENT_MAX_BYTES  (64u << 10)
#define WAAGENT_PROXY_SIZE 272

/* "host:port" or "host" from HttpProxy.Host and HttpProxy.Port, read as the agent does:
 * "Name=value" lines, what follows a '#' is a comment, quotes around a value do not count, the word
 * None in any case means nothing, http:// in front of the host does not count, the last line of a
 * name holds. "" if there is no proxy, or none that can be understood. */
void waagent_parse_proxy(struct bytes text, char ret[WAAGENT_PROXY_SIZE]);
/* No file, or none that can be read: "". */
void waagent_read_proxy(int root_fd, char ret[WAAGENT_PROXY_SIZE]);

#endif

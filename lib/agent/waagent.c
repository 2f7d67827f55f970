#include "agent/waagent.h"

#include <string.h>
#include <strings.h>
#include "base/file.h"
#include "base/text.h"

static struct bytes trim(struct bytes text, const char *also)
{
	while (text.len && (text.data[0] <= ' ' || strchr(also, text.data[0])))
		text = (struct bytes){text.data + 1, text.len - 1};
	while (text.len && (text.data[text.len - 1] <= ' ' || strchr(also, text.data[text.len - 1])))
		text.len--;
	return text;
}

/* The value of a line "name = value"; false if the line has another name. */
static bool take_value(struct bytes line, const char *name, struct bytes *ret)
{
	struct bytes value = line, key = bytes_take_until(&value, '=');

	if (key.len == line.len || line.data[0] == '#' || !bytes_are_text(trim(key, ""), name))
		return false;
	value = trim(bytes_take_until(&value, '#'), "\"");
	if (value.len == 4 && strncasecmp((const char *)value.data, "None", 4) == 0)
		value.len = 0;
	*ret = value;
	return true;
}

/* Some people write a URL here, although the agent expects a host. Only http:// is removed, because
 * another scheme means another kind of proxy. */
static struct bytes without_scheme(struct bytes host)
{
	static const char scheme[] = "http://";
	size_t len = sizeof(scheme) - 1;

	if (host.len <= len || strncasecmp((const char *)host.data, scheme, len) != 0)
		return host;
	host = (struct bytes){host.data + len, host.len - len};
	if (host.len > 1 && host.data[host.len - 1] == '/')
		host.len--;
	return host;
}

void waagent_parse_proxy(struct bytes text, char ret[WAAGENT_PROXY_SIZE])
{
	char host_text[WAAGENT_PROXY_SIZE], port_text[16];
	struct bytes host = {0}, port = {0}, line;

	while (bytes_next_line(&text, &line))
		if (!take_value(line, "HttpProxy.Host", &host))
			(void)take_value(line, "HttpProxy.Port", &port);
	ret[0] = '\0';
	if (!host.len)
		return;
	text_clean(host_text, sizeof(host_text), without_scheme(host));
	text_clean(port_text, sizeof(port_text), port);
	(void)text_format(
		ret, WAAGENT_PROXY_SIZE, "%s%s%s", host_text, port.len ? ":" : "", port_text);
}

/* Follows links, because the file is a link on some images. */
void waagent_read_proxy(int root_fd, char ret[WAAGENT_PROXY_SIZE])
{
	auto_cleanup(buf) struct buf text = buf_with_max(WAAGENT_MAX_BYTES);
	struct err ignored;

	ret[0] = '\0';
	if (file_read(root_fd, WAAGENT_FILE, FILE_FOLLOW_LINKS, &text, &ignored) == 0)
		waagent_parse_proxy(buf_bytes(&text), ret);
}

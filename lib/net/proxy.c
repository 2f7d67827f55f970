#include "net/proxy.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include "base/codec.h"
#include "base/text.h"

/* ---- addresses ---- */

/* Decodes percent-encoding. Control characters are refused because the text goes into a header. */
static bool take_decoded(struct bytes text, char *ret, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int c = text.data[i];

		if (c == '%') {
			int high = i + 2 < text.len ? hex_digit_value(text.data[i + 1]) : -1;
			int low = i + 2 < text.len ? hex_digit_value(text.data[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = high * 16 + low;
			i += 2;
		}
		if (c < ' ' || c == 0x7f || len + 1 >= size)
			return false;
		ret[len++] = (char)c;
	}
	ret[len] = '\0';
	return true;
}

static bool take_user_and_password(struct bytes text, struct proxy *ret)
{
	const uint8_t *colon = text.len ? memchr(text.data, ':', text.len) : NULL;
	size_t user_len = colon ? (size_t)(colon - text.data) : text.len;

	if (!take_decoded((struct bytes){text.data, user_len}, ret->user, sizeof(ret->user)))
		return false;
	return !colon || take_decoded((struct bytes){colon + 1, text.len - user_len - 1},
				 ret->password, sizeof(ret->password));
}

static const char *after_scheme(const char *url)
{
	const char *end = strstr(url, "://");
	char scheme[8];

	if (!end)
		return url;
	if (!text_format(scheme, sizeof(scheme), "%.*s", (int)(end - url < 8 ? end - url : 8), url) ||
		!text_equal_nocase(scheme, "http"))
		return NULL;
	return end + 3;
}

/* The parser for endpoints checks host and port. */
static bool take_address(const char *text, size_t len, struct http_origin *ret)
{
	char url[HTTP_URL_SIZE];
	char path[HTTP_URL_SIZE];
	struct err ignored;

	if (len >= sizeof(url) - sizeof("https://:") || len == 0)
		return false;
	(void)text_format(url, sizeof(url), "https://%.*s", (int)len, text);
	if (http_parse_url(url, ret, path, &ignored) < 0 || path[0])
		return false;
	/* no port: the default is not 443 here */
	if (text[len - 1] == ']' || !memchr(text, ':', len))
		ret->port = PROXY_PORT;
	return true;
}

static int not_encoded(const char *source, struct err *err)
{
	return err_set(err, ERR_PROXY, 0,
		"User and password in the proxy of %s must be percent-encoded, %% as %%25, and short.",
		source);
}

int proxy_parse(const char *url, const char *source, struct proxy *ret, struct err *err)
{
	struct proxy found = {0};
	const char *rest = after_scheme(url);
	const char *at;
	size_t len;

	if (!rest)
		return err_set(err, ERR_PROXY, 0,
			"The proxy of %s must be of the form http://host:port.", source);
	len = strcspn(rest, "/?#");
	if (rest[len] && strchr(rest + len, '@'))
		return not_encoded(source, err);
	if (rest[len] == '/' && rest[len + 1] == '\0')
		; /* an empty path */
	else if (rest[len])
		return err_set(
			err, ERR_PROXY, 0, "The proxy of %s is an address with a path.", source);
	at = memrchr(rest, '@', len);
	if (at && !take_user_and_password(
			  (struct bytes){(const uint8_t *)rest, (size_t)(at - rest)}, &found))
		return not_encoded(source, err);
	if (!take_address(
		    at ? at + 1 : rest, at ? len - (size_t)(at + 1 - rest) : len, &found.address))
		return err_set(err, ERR_PROXY, 0,
			"The proxy of %s is not of the form http://host:port.", source);
	(void)text_format(found.source, sizeof(found.source), "%s", source);
	*ret = found;
	return 0;
}

void proxy_text(const struct proxy *proxy, char ret[HTTP_URL_SIZE])
{
	(void)text_format(ret, HTTP_URL_SIZE, "%s:%u (%s)", proxy->address.host,
		(unsigned int)proxy->address.port, proxy->source);
}

/* ---- servers that are reached without it ---- */

struct address {
	uint8_t bytes[16];
	size_t len; /* 4 or 16; 0: none */
};

static struct address address_of(const char *text)
{
	struct address found = {0};

	if (inet_pton(AF_INET, text, found.bytes) == 1)
		found.len = 4;
	else if (inet_pton(AF_INET6, text, found.bytes) == 1)
		found.len = 16;
	return found;
}

static bool is_in_network(const struct address *host, const struct address *network, unsigned int bits)
{
	size_t whole = bits / 8;
	unsigned int rest = bits % 8;

	if (host->len != network->len || bits > 8 * host->len)
		return false;
	if (memcmp(host->bytes, network->bytes, whole) != 0)
		return false;
	return rest == 0 || (host->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

static bool address_matches(char *entry, const struct address *host)
{
	char *slash = strchr(entry, '/');
	uint32_t bits = 128;
	struct address network;

	if (slash)
		*slash = '\0';
	network = address_of(entry);
	if (!slash)
		bits = 8 * (uint32_t)network.len;
	else if (!text_number(bytes_of_text(slash + 1), 128, &bits))
		return false;
	return network.len && is_in_network(host, &network, bits);
}

static bool name_matches(const char *entry, const char *host)
{
	size_t host_len = strlen(host);
	size_t len;

	entry += strncmp(entry, "*.", 2) == 0 ? 2 : entry[0] == '.' ? 1 : 0;
	len = strlen(entry);
	len -= len && entry[len - 1] == '.'; /* the root, as curl takes it */
	if (len == 0 || len > host_len || strncasecmp(host + host_len - len, entry, len) != 0)
		return false;
	return len == host_len || host[host_len - len - 1] == '.';
}

/* Cuts ":port" off the entry; false if it is not this port. */
static bool port_matches(char *entry, uint16_t port)
{
	char *colon = strrchr(entry, ':');
	uint32_t number;

	/* no port, or an IPv6 address without brackets */
	if (!colon || (strchr(entry, ':') != colon && colon[-1] != ']'))
		return true;
	*colon = '\0';
	return text_number(bytes_of_text(colon + 1), UINT16_MAX, &number) && number == port;
}

static bool entry_matches(char *entry, const struct http_origin *server)
{
	char host[sizeof(server->host)];
	struct address address;
	size_t len;

	if (strcmp(entry, "*") == 0)
		return true;
	(void)text_format(host, sizeof(host), "%s", server->host);
	if (host[0] == '[') {
		memmove(host, host + 1, strlen(host));
		host[strlen(host) - 1] = '\0';
	}
	if (!port_matches(entry, server->port))
		return false;
	len = strlen(entry);
	if (len > 2 && entry[0] == '[' && entry[len - 1] == ']') {
		entry[len - 1] = '\0';
		entry++;
	}
	address = address_of(host);
	return address.len ? address_matches(entry, &address) : name_matches(entry, host);
}

bool proxy_is_bypassed(const char *list, const struct http_origin *server)
{
	const char *blanks = ", \t\r\n";

	while (list && *list) {
		size_t len;
		char entry[sizeof(server->host) + 16];

		list += strspn(list, blanks);
		len = strcspn(list, blanks);
		if (len && len < sizeof(entry)) {
			memcpy(entry, list, len);
			entry[len] = '\0';
			if (entry_matches(entry, server))
				return true;
		}
		list += len;
	}
	return false;
}

#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include "base/text.h"

#define LABEL_MAX 63 /* RFC 1035 section 2.3.4 */

/* Is the last label of a lower-case host a number? No name ends so, but resolvers and libcurl parse
 * "10.1" and "0x7f.1" as addresses, each in its own way. */
static bool ends_in_number(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *label = dot ? dot + 1 : host;
	bool is_hex = strncmp(label, "0x", 2) == 0;

	label += is_hex ? 2 : 0;
	return label[strspn(label, is_hex ? "0123456789abcdef" : "0123456789")] == '\0';
}

static bool has_long_label(const char *host)
{
	size_t len = strcspn(host, ".");

	while (len <= LABEL_MAX && host[len] == '.') {
		host += len + 1;
		len = strcspn(host, ".");
	}
	return len > LABEL_MAX;
}

/* A name without empty labels, or an IPv4 address in dotted-decimal form. */
static bool take_name(const char *text, size_t len, struct http_origin *ret)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	struct in_addr address;
	char *host = ret->host;

	if (len == 0 || len >= sizeof(ret->host))
		return false;
	for (size_t i = 0; i < len; i++)
		host[i] = text_lower(text[i]);
	host[len] = '\0';
	if (strspn(host, characters) != len || host[0] == '.' || host[len - 1] == '.' ||
		strstr(host, ".."))
		return false;
	return !has_long_label(host) &&
	       (!ends_in_number(host) || inet_pton(AF_INET, host, &address) == 1);
}

/* "[address]", normalized so that equal addresses are equal texts. */
static bool take_ipv6(const char *text, size_t len, struct http_origin *ret)
{
	char address[INET6_ADDRSTRLEN] = "";
	struct in6_addr binary;

	if (len < 2 || len - 2 >= sizeof(address) || text[len - 1] != ']')
		return false;
	memcpy(address, text + 1, len - 2);
	if (inet_pton(AF_INET6, address, &binary) != 1)
		return false;
	(void)inet_ntop(AF_INET6, &binary, address, sizeof(address));
	return text_format(ret->host, sizeof(ret->host), "[%s]", address);
}

static bool take_authority(const char *text, size_t len, struct http_origin *ret)
{
	const char *bracket = memchr(text, ']', len);
	size_t host_len = bracket ? (size_t)(bracket - text) + 1 : len;
	const char *colon = bracket ? NULL : memchr(text, ':', len);
	uint32_t port;

	if (colon)
		host_len = (size_t)(colon - text);
	if (host_len < len) {
		const struct bytes digits = {
			(const uint8_t *)text + host_len + 1, len - host_len - 1};

		if (text[host_len] != ':' || digits.len > 5 ||
			!text_number(digits, UINT16_MAX, &port) || port == 0)
			return false;
		ret->port = (uint16_t)port;
	}
	return text[0] == '[' ? take_ipv6(text, host_len, ret) : take_name(text, host_len, ret);
}

static int check_characters(const char *url, struct err *err)
{
	size_t len = strlen(url);

	if (len >= HTTP_URL_SIZE)
		return err_set(err, ERR_ENDPOINT_INVALID, 0,
			"The address is longer than %d characters.", HTTP_URL_SIZE - 1);
	for (size_t i = 0; i < len; i++)
		if (url[i] <= ' ' || url[i] >= 0x7f || url[i] == '\\' || url[i] == '#')
			return err_set(err, ERR_ENDPOINT_INVALID, 0,
				"The address '%s' holds a character that does not belong there.",
				url);
	return 0;
}

/* scheme: lower case, with "://". The caller presets origin->port to the scheme's. */
static int parse_url(const char *url, const char *scheme, struct http_origin *origin,
	const char **ret_path, struct err *err)
{
	size_t scheme_len = strlen(scheme);
	const char *authority = url + scheme_len;
	size_t authority_len;

	if (check_characters(url, err) < 0)
		return -1;
	if (strlen(url) < scheme_len)
		return err_set(
			err, ERR_ENDPOINT_INVALID, 0, "'%s' is not an %s address.", url, scheme);
	for (size_t i = 0; i < scheme_len; i++)
		if (text_lower(url[i]) != scheme[i])
			return err_set(err, ERR_ENDPOINT_INVALID, 0, "'%s' is not an %s address.",
				url, scheme);
	authority_len = strcspn(authority, "/?");
	if (authority_len == 0 || !take_authority(authority, authority_len, origin))
		return err_set(err, ERR_ENDPOINT_INVALID, 0, "'%s' has no usable host or port.", url);
	*ret_path = authority + authority_len;
	return 0;
}

static void give_url(
	const struct http_origin *origin, const char *path, struct http_origin *ret, char *ret_path)
{
	*ret = *origin;
	if (ret_path)
		memcpy(ret_path, path, strlen(path) + 1);
}

int http_parse_url(
	const char *url, struct http_origin *ret, char ret_path[HTTP_URL_SIZE], struct err *err)
{
	struct http_origin origin = {.port = 443};
	const char *path;

	if (parse_url(url, "https://", &origin, &path, err) < 0)
		return -1;
	give_url(&origin, path, ret, ret_path);
	return 0;
}

int http_parse_plain_url(
	const char *url, struct http_origin *ret, char ret_path[HTTP_URL_SIZE], struct err *err)
{
	struct http_origin origin = {.port = 80};
	struct in_addr address;
	const char *path;

	if (parse_url(url, "http://", &origin, &path, err) < 0)
		return -1;
	if (origin.host[0] != '[' && inet_pton(AF_INET, origin.host, &address) != 1)
		return err_set(
			err, ERR_ENDPOINT_INVALID, 0, "'%s' does not name an IP address.", url);
	give_url(&origin, path, ret, ret_path);
	return 0;
}

bool http_same_origin(const struct http_origin *a, const struct http_origin *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0;
}

void http_origin_text(const struct http_origin *origin, char ret[HTTP_URL_SIZE])
{
	if (origin->port == 443)
		(void)text_format(ret, HTTP_URL_SIZE, "https://%s", origin->host);
	else
		(void)text_format(ret, HTTP_URL_SIZE, "https://%s:%u", origin->host,
			(unsigned int)origin->port);
}

/* URLs of endpoints: what is understood must be understood the same way when it is written out
 * again. */
#include <stdlib.h>
#include <string.h>
#include "net/http.h"
#include "maa/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char url[HTTP_URL_SIZE + 8], again[HTTP_URL_SIZE], path[HTTP_URL_SIZE];
	struct http_origin origin, other;
	struct err err;

	if (size >= sizeof(url))
		return 0;
	if (size)
		memcpy(url, data, size);
	url[size] = '\0';
	if (http_parse_plain_url(url, &origin, path, &err) == 0 &&
		(origin.host[0] != '[' && origin.host[strspn(origin.host, "0123456789.")]))
		abort();
	if (http_parse_url(url, &origin, path, &err) < 0)
		return 0;
	http_origin_text(&origin, again);
	if (http_parse_url(again, &other, NULL, &err) < 0 || !http_same_origin(&origin, &other) ||
		(path[0] && path[0] != '/' && path[0] != '?'))
		abort();
	return 0;
}

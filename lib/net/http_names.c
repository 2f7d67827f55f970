/* Resolves the name of the host that an exchange connects to. */
#include "net/http_curl.h"

#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "net/resolve.h"

/* of "host:port:address,[address6]" (CURLOPT_RESOLVE) */
#define ENTRY_SIZE                                                                                 \
	(sizeof(((struct http_origin *)0)->host) + 8 + RESOLVE_MAX * (DNS_ADDRESS_SIZE + 3))

static const struct http_origin *first_hop(const struct http_transfer *transfer)
{
	const struct proxy *proxy = transfer->request->is_plain ? NULL : transfer->request->proxy;

	return proxy && proxy->address.host[0] ? &proxy->address : &transfer->origin;
}

static int resolve_failed(
	const struct http_transfer *transfer, const struct resolve *found, struct err *err)
{
	bool is_proxy = first_hop(transfer) != &transfer->origin;
	char place[128];
	struct err cause = {0};

	(void)!resolve_explain(found, is_proxy ? "the proxy's name" : "the name", &cause);
	http_place_text(transfer, place, sizeof(place));
	return err_set(err, is_proxy ? ERR_PROXY_NAME : cause.code, cause.native, "%.100s:%u%s: %s.",
		transfer->origin.host, (unsigned int)transfer->origin.port, place, cause.msg);
}

static void entry_text(
	const struct http_origin *hop, const struct resolve *found, char ret[ENTRY_SIZE])
{
	char longer[ENTRY_SIZE];

	(void)text_format(ret, ENTRY_SIZE, "%s:%u:", hop->host, (unsigned int)hop->port);
	for (size_t i = 0; i < found->count; i++) {
		bool is_6 = strchr(found->addresses[i], ':') != NULL;

		(void)text_format(longer, ENTRY_SIZE, "%s%s%s%s%s", ret, i ? "," : "",
			is_6 ? "[" : "", found->addresses[i], is_6 ? "]" : "");
		(void)text_format(ret, ENTRY_SIZE, "%s", longer);
	}
}

int http_give_addresses(struct http_transfer *transfer, struct curl_slist **ret, struct err *err)
{
	const struct http_origin *hop = first_hop(transfer);
	int64_t whole_ms = transfer->request->deadline_ms;
	int64_t until_ms = clock_monotonic_ms() + HTTP_NAME_MS;
	const struct resolve_inputs inputs = {.host = hop->host,
		.deadline_ms = whole_ms && whole_ms < until_ms ? whole_ms : until_ms};
	char entry[ENTRY_SIZE];
	struct resolve found;

	if (resolve_is_address(hop->host) || http_same_origin(hop, &transfer->http->known))
		return 0;
	if (resolve_run(&inputs, &found, err) < 0)
		return -1;
	if (!found.count)
		return resolve_failed(transfer, &found, err);
	entry_text(hop, &found, entry);
	*ret = curl_slist_append(NULL, entry);
	if (!*ret)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a host's addresses.");
	if (curl_easy_setopt(transfer->http->easy, CURLOPT_RESOLVE, *ret) != CURLE_OK)
		return err_set(err, ERR_INTERNAL, 0, "This libcurl takes no addresses.");
	return 0;
}

void http_keep_addresses(struct http_transfer *transfer, bool has_succeeded)
{
	transfer->http->known = has_succeeded ? *first_hop(transfer) : (struct http_origin){0};
}

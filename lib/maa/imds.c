#include "maa/imds.h"

#include <poll.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/text.h"
#include "edge/json.h"
#include "net/connect_proxy.h"

#define IMDS_PATH       "/metadata/instance/compute?api-version=2021-12-13"
#define IMDS_CONNECT_MS 2000
#define IMDS_TOTAL_MS   5000
#define IMDS_BRIEF_MS   2000
#define IMDS_RETRY_MS   1000 /* the wait before the one retry */

static int copy_text(const json *object, const char *name, char *ret, size_t size, struct err *err)
{
	const json *value = json_get(object, name);
	const char *text = value ? json_text(value) : "";

	if (!text || strlen(text) >= size)
		return err_set(err, ERR_METADATA_INVALID, 0, "'%s' cannot be used.", name);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

/* The values are texts on the platforms seen, and booleans in the service's documentation. Anything
 * else counts as absent. */
static void read_profile(const json *profile, const char *name, char *ret, size_t size)
{
	const json *value = json_get(profile, name);
	const char *text =
		json_is_bool(value) ? (json_true(value) ? "true" : "false") : json_text(value);

	if (!text || !text_format(ret, size, "%s", text))
		ret[0] = '\0';
}

static int read_members(const json *object, struct imds *ret, struct err *err)
{
	const json *profile = json_get(object, "securityProfile");

	if (copy_text(object, "location", ret->location, sizeof(ret->location), err) < 0 ||
		copy_text(object, "azEnvironment", ret->cloud, sizeof(ret->cloud), err) < 0 ||
		copy_text(object, "vmId", ret->vm_id, sizeof(ret->vm_id), err) < 0 ||
		copy_text(object, "resourceId", ret->resource_id, sizeof(ret->resource_id), err) < 0)
		return -1;
	if (!ret->location[0])
		return err_set(err, ERR_METADATA_INVALID, 0, "'location' is missing.");
	read_profile(profile, "securityType", ret->security_type, sizeof(ret->security_type));
	read_profile(profile, "secureBootEnabled", ret->secure_boot, sizeof(ret->secure_boot));
	read_profile(profile, "virtualTpmEnabled", ret->virtual_tpm, sizeof(ret->virtual_tpm));
	return 0;
}

int imds_parse(struct bytes text, struct imds *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	struct imds found = {0};

	if (json_parse(text, &document, err) < 0 || read_members(document, &found, err) < 0) {
		err_recode(err, ERR_METADATA_INVALID);
		return err_wrap(err, "Metadata service");
	}
	*ret = found;
	return 0;
}

static int send_request(const char *address, const struct imds_request *request,
	struct http_answer *ret, struct err *err)
{
	auto_cleanup(http) struct http *http = NULL;
	char url[HTTP_URL_SIZE];

	if (!text_format(url, sizeof(url), "%s%s", address, request->path))
		return err_set(err, ERR_ENDPOINT_INVALID, 0,
			"The metadata service's address is too long.");
	if (http_open(&http, err) < 0)
		return -1;
	return http_exchange(http,
		&(struct http_request){.url = url,
			.content_type = request->content_type,
			.body = request->body,
			.is_plain = true,
			.header = "Metadata: true",
			.connect_timeout_ms = IMDS_CONNECT_MS,
			.total_timeout_ms = request->total_ms},
		ret, err);
}

/* The service itself answers in JSON; a page comes from a proxy or a redirection. */
static bool is_foreign(const struct http_answer *answer)
{
	return strncasecmp(answer->content_type, "text/html", 9) == 0 ||
	       (answer->body.len && answer->body.data[0] == '<');
}

static enum err_code code_of_refusal(const struct http_answer *answer)
{
	if (answer->status == 429)
		return ERR_METADATA_THROTTLED;
	if (is_foreign(answer) || (answer->status >= 300 && answer->status < 400) ||
		answer->status == 407) /* a proxy's */
		return ERR_METADATA_FOREIGN;
	/* the service's own documentation and clients take 404 and 410 for passing */
	if (answer->status >= 500 || answer->status == 404 || answer->status == 410)
		return ERR_METADATA_FAILED;
	return answer->status == 401 || answer->status == 403 ? ERR_METADATA_REFUSED
							      : ERR_METADATA_INVALID;
}

static int refuse_answer(const char *address, const struct http_answer *answer, struct err *err)
{
	char title[80];

	connect_proxy_page_title(buf_bytes(&answer->body), title, sizeof(title));
	if (answer->status != 200)
		return err_set(err, code_of_refusal(answer), (unsigned long)answer->status,
			"Metadata service: %s answered %ld%s%s%s.", address, answer->status,
			answer->location[0] ? " and points to " : "", answer->location,
			answer->status == 410 ? ": it is being updated, and back within 70 s" : "");
	return err_set(err, ERR_METADATA_FOREIGN, 0,
		"Metadata service: %s answered a page%s%s%s: something else answers in its place.",
		address, title[0] ? " \"" : "", title, title[0] ? "\"" : "");
}

int imds_exchange(const char *address, const struct imds_request *request, struct http_answer *ret,
	struct err *err)
{
	if (send_request(address, request, ret, err) < 0) {
		const struct err_info *info = err_info(err->code);

		/* the other network codes' remedies are about the provider */
		if (info->kind == ERR_KIND_NETWORK)
			err->code = info->place == ERR_PLACE_STRANGER ? ERR_METADATA_INVALID
								      : ERR_METADATA;
		return err_wrap(err, "Metadata service");
	}
	if (ret->status != 200 || is_foreign(ret))
		return refuse_answer(address, ret, err);
	return 0;
}

static int try_once(const char *address, unsigned total_ms, struct imds *ret, struct err *err)
{
	auto_cleanup(http_answer) struct http_answer answer = {.body = buf_with_max(IMDS_MAX_BYTES)};
	const struct imds_request request = {.path = IMDS_PATH, .total_ms = total_ms};

	if (imds_exchange(address, &request, &answer, err) < 0)
		return -1;
	return imds_parse(buf_bytes(&answer.body), ret, err);
}

/* It throttles above five requests a second, fails during maintenance, and may answer in part. */
int imds_ask(const char *address, struct imds *ret, struct err *err)
{
	int64_t started_ms = clock_monotonic_ms();

	if (try_once(address, IMDS_TOTAL_MS, ret, err) == 0)
		return 0;
	if (err_info(err->code)->retry != ERR_RETRY_SOON ||
		clock_monotonic_ms() - started_ms > IMDS_RETRY_MS)
		return -1;
	(void)poll(NULL, 0, IMDS_RETRY_MS);
	return try_once(address, IMDS_TOTAL_MS, ret, err);
}

int imds_ask_briefly(const char *address, struct imds *ret, struct err *err)
{
	return try_once(address, IMDS_BRIEF_MS, ret, err);
}

#include "maa/discovery.h"

#include <string.h>
#include "base/text.h"
#include "edge/json.h"

#define ALGORITHM "RS256"

static int read_members(const json *document, struct discovery *ret, struct err *err)
{
	const json *algorithms = json_get(document, "id_token_signing_alg_values_supported");
	const char *issuer, *keys_url;

	if (json_get_text(document, "issuer", &issuer, err) < 0 ||
		http_parse_url(issuer, &ret->issuer, NULL, err) < 0 ||
		json_get_text(document, "jwks_uri", &keys_url, err) < 0)
		return -1;
	if (!text_format(ret->keys_url, sizeof(ret->keys_url), "%s", keys_url))
		return err_set(err, ERR_FORMAT, 0, "'jwks_uri' is too long.");
	ret->signs_rs256 = !json_is_array(algorithms);
	json_each (item, algorithms)
		ret->signs_rs256 |= json_text(item) && strcmp(json_text(item), ALGORITHM) == 0;
	return 0;
}

int discovery_parse(struct bytes text, struct discovery *ret, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	struct discovery found = {0};

	if (json_parse(text, &document, err) < 0 || read_members(document, &found, err) < 0) {
		err->code = err->code == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_NOT_A_PROVIDER;
		return err_wrap(err, "%s", DISCOVERY_PATH);
	}
	*ret = found;
	return 0;
}

int discovery_check(
	const struct discovery *discovery, const struct http_origin *endpoint, struct err *err)
{
	struct http_origin keys;
	char issuer[HTTP_URL_SIZE];

	http_origin_text(&discovery->issuer, issuer);
	if (!http_same_origin(&discovery->issuer, endpoint))
		return err_set(err, ERR_TOKEN_ISSUER, 0,
			"The provider at %.80s issues its tokens as %.200s.", endpoint->host, issuer);
	if (http_parse_url(discovery->keys_url, &keys, NULL, err) < 0 ||
		!http_same_origin(&keys, endpoint))
		return err_set(err, ERR_TOKEN_JKU, 0,
			"The provider at %.80s publishes its keys at %.200s.", endpoint->host,
			discovery->keys_url);
	if (!discovery->signs_rs256)
		return err_set(err, ERR_TOKEN_ALGORITHM, 0,
			"The provider at %.80s does not sign with %s.", endpoint->host, ALGORITHM);
	return 0;
}

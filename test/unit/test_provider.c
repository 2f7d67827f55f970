/* Whom to ask, as attestation and doctor choose alike. */
#include "check.h"

#include "maa/provider.h"

#define GIVEN    "https://given.example"
#define FALLBACK "https://fallback.example:8443"

static void given_region_fallback_in_this_order(void **state)
{
	static const struct {
		struct provider_wish wish;
		const char *location; /* NULL: the metadata service did not answer ... */
		enum err_code no_imds; /* ... for this reason */
		enum err_code expected;
		const char *host, *reason;
	} rows[] = {
		{{.endpoint = GIVEN, .fallback_endpoint = FALLBACK}, NULL, ERR_METADATA, ERR_OK,
			"given.example", ""},
		{{.endpoint = GIVEN, .fallback_endpoint = FALLBACK}, "westeurope", ERR_OK, ERR_OK,
			"given.example", ""},
		{{.endpoint = "http://given.example", .fallback_endpoint = FALLBACK}, "westeurope",
			ERR_OK, ERR_ENDPOINT_INVALID, "", ""},
		{{.endpoint = "", .fallback_endpoint = FALLBACK}, "westeurope", ERR_OK, ERR_OK,
			"sharedweu.weu.attest.azure.net", "shared provider of westeurope"},
		{{.fallback_endpoint = FALLBACK}, "nowhere", ERR_OK, ERR_OK, "fallback.example",
			"fallbackEndpoint; "},
		{{.fallback_endpoint = ""}, "nowhere", ERR_OK, ERR_REGION_UNKNOWN, "", ""},
		{{0}, "nowhere", ERR_OK, ERR_REGION_UNKNOWN, "", ""},
		{{.fallback_endpoint = FALLBACK}, NULL, ERR_METADATA, ERR_OK, "fallback.example",
			"fallbackEndpoint; Why"},
		{{.fallback_endpoint = FALLBACK}, NULL, ERR_METADATA_REFUSED, ERR_OK,
			"fallback.example", "fallbackEndpoint; Why"},
		{{0}, NULL, ERR_METADATA, ERR_METADATA, "", ""},
		/* a machine in trouble sends no evidence elsewhere */
		{{.fallback_endpoint = FALLBACK}, NULL, ERR_NO_MEMORY, ERR_NO_MEMORY, "", ""},
		{{.fallback_endpoint = FALLBACK}, NULL, ERR_OK, ERR_OK, "", ""},
		{{.fallback_endpoint = "fallback"}, NULL, ERR_METADATA, ERR_ENDPOINT_INVALID, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct imds imds = {.cloud = "AzurePublicCloud"};
		struct provider_choice choice;
		struct err err = {.code = rows[i].no_imds, .msg = "Why."};
		int status;

		if (rows[i].location)
			(void)snprintf(imds.location, sizeof(imds.location), "%s", rows[i].location);
		status = provider_choose(
			&rows[i].wish, rows[i].location ? &imds : NULL, &choice, &err);
		if (rows[i].host[0] == '\0') {
			if (status == 0 || err.code != rows[i].expected)
				fail_msg("row %zu: %d, %s", i, status, err_info(err.code)->name);
		} else if (status < 0 || strcmp(choice.origin.host, rows[i].host) != 0 ||
			   strncmp(choice.reason, rows[i].reason, strlen(rows[i].reason)) != 0 ||
			   (rows[i].reason[0] == '\0' && choice.reason[0])) {
			fail_msg("row %zu: %d, '%s', '%s'", i, status, choice.origin.host,
				choice.reason);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_region_fallback_in_this_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"
#include <stdio.h>
#include "net/http.h"
#include "maa/region.h"
#include "maa/region_table.h"

#define PUBLIC     "AzurePublicCloud"
#define GOVERNMENT "AzureUSGovernmentCloud"

static void known_regions_have_their_provider(void **state)
{
	static const struct {
		const char *region, *cloud, *url, *reason;
	} rows[] = {
		{"westeurope", PUBLIC, "https://sharedweu.weu.attest.azure.net",
			"shared provider of westeurope"},
		{"eastus2", PUBLIC, "https://sharedeus2.eus2.attest.azure.net",
			"shared provider of eastus2"},
		{"West Europe", "AZUREPUBLICCLOUD", "https://sharedweu.weu.attest.azure.net",
			"shared provider of westeurope"},
		{" UAENorth\t", " Azure Public Cloud ", "https://shareduaen.uaen.attest.azure.net",
			"shared provider of uaenorth"},
		{"usgovvirginia", GOVERNMENT, "https://sharedugv.ugv.attest.azure.us",
			"shared provider of usgovvirginia"},
		{"USGov Texas", "azureusgovernmentcloud", "https://shareduga.uga.attest.azure.us",
			"shared provider of usgovtexas"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct region_choice choice;
		struct err err;

		check_ok(region_choose(rows[i].region, rows[i].cloud, REGION_FALLBACK_FAIL, &choice,
				 &err),
			&err);
		assert_string_equal(choice.url, rows[i].url);
		assert_string_equal(choice.reason, rows[i].reason);
	}
}

static void where_no_provider_is_known_none_is_assumed(void **state)
{
	static const struct {
		const char *region, *cloud;
		enum region_fallback fallback;
		const char *words;
	} rows[] = {
		{"belgiumcentral", PUBLIC, REGION_FALLBACK_FAIL,
			"No shared attestation provider is known in the region 'belgiumcentral' of AzurePublicCloud; with regionFallback nearest it would be that of westeurope."},
		{"atlantis", PUBLIC, REGION_FALLBACK_FAIL,
			"The region 'atlantis' of AzurePublicCloud is not known here"},
		{"atlantis", PUBLIC, REGION_FALLBACK_NEAREST,
			"The region 'atlantis' of AzurePublicCloud is not known here"},
		{"", PUBLIC, REGION_FALLBACK_NEAREST, "region ''"},
		{"westeurope", GOVERNMENT, REGION_FALLBACK_NEAREST, GOVERNMENT},
		{"usgovvirginia", PUBLIC, REGION_FALLBACK_NEAREST, PUBLIC},
		{"chinaeast2", "AzureChinaCloud", REGION_FALLBACK_NEAREST, "cloud 'AzureChinaCloud'"},
		{"westeuropewesteuropewesteuropewesteuropewesteuropewesteuropewesteurope", PUBLIC,
			REGION_FALLBACK_NEAREST, "westeurope"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct region_choice choice = {.url = "as before"};
		struct err err;

		check_err(region_choose(
				  rows[i].region, rows[i].cloud, rows[i].fallback, &choice, &err),
			&err, ERR_REGION_UNKNOWN);
		assert_non_null(strstr(err.msg, rows[i].words));
		/* what is set already, or would not help, is not offered */
		assert_true(strcmp(rows[i].region, "belgiumcentral") == 0 ||
			    !strstr(err.msg, "regionFallback"));
		assert_string_equal(choice.url, "as before");
	}
}

/* The metadata service answers in part while it starts. */
static void a_missing_cloud_may_come_yet(void **state)
{
	struct region_choice choice = {.url = "as before"};
	struct err err;

	(void)state;
	check_err(region_choose("westeurope", "", REGION_FALLBACK_NEAREST, &choice, &err), &err,
		ERR_METADATA_INVALID);
	assert_non_null(strstr(err.msg, "'azEnvironment' is missing"));
	assert_string_equal(choice.url, "as before");
}

static void the_nearest_is_asked_if_the_user_wants_it(void **state)
{
	struct region_choice choice;
	struct err err;

	(void)state;
	check_ok(region_choose("Belgium Central", PUBLIC, REGION_FALLBACK_NEAREST, &choice, &err),
		&err);
	assert_string_equal(choice.url, "https://sharedweu.weu.attest.azure.net");
	assert_string_equal(
		choice.reason, "shared provider of westeurope, the nearest to belgiumcentral");
	/* opened since 2022 */
	check_ok(region_choose("Qatar Central", PUBLIC, REGION_FALLBACK_NEAREST, &choice, &err),
		&err);
	assert_string_equal(
		choice.reason, "shared provider of uaenorth, the nearest to qatarcentral");
	check_ok(region_choose("eastus", PUBLIC, REGION_FALLBACK_NEAREST, &choice, &err), &err);
	assert_string_equal(choice.reason, "shared provider of eastus");
}

enum cloud_of_row { REGION_PUBLIC, REGION_US_GOVERNMENT };

static const struct {
	enum cloud_of_row cloud;
	const char *region, *code, *nearest;
} table[] = {
#define ROW(cloud, region, code, nearest) {cloud, region, code, nearest},
	REGION_TABLE(ROW)
#undef ROW
};

static void check_row(size_t row)
{
	const char *cloud = table[row].cloud == REGION_PUBLIC ? PUBLIC : GOVERNMENT;
	const char *suffix =
		table[row].cloud == REGION_PUBLIC ? ".attest.azure.net" : ".attest.azure.us";
	struct region_choice choice;
	struct http_origin origin;
	char path[HTTP_URL_SIZE], host[128];
	struct err err;

	/* a row's provider is known, or it has a stand-in whose provider is known */
	assert_int_equal(!table[row].code, !!table[row].nearest);
	check_ok(region_choose(table[row].region, cloud, REGION_FALLBACK_NEAREST, &choice, &err),
		&err);
	check_ok(http_parse_url(choice.url, &origin, path, &err), &err);
	assert_int_equal(origin.port, 443);
	assert_string_equal(path, "");
	assert_string_equal(origin.host + strlen(origin.host) - strlen(suffix), suffix);
	if (!table[row].code)
		return;
	(void)snprintf(host, sizeof(host), "shared%s.%s%s", table[row].code, table[row].code, suffix);
	assert_string_equal(origin.host, host);
}

static void every_row_gives_an_https_address(void **state)
{
	(void)state;
	assert_true(COUNT(table) > 60);
	for (size_t i = 0; i < COUNT(table); i++) {
		check_row(i);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(table[k].region, table[i].region);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_regions_have_their_provider),
		cmocka_unit_test(where_no_provider_is_known_none_is_assumed),
		cmocka_unit_test(a_missing_cloud_may_come_yet),
		cmocka_unit_test(the_nearest_is_asked_if_the_user_wants_it),
		cmocka_unit_test(every_row_gives_an_https_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

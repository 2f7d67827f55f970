#include "check.h"
#include "agent/settings.h"
#include "base/file.h"
#include "base/text.h"

#define DEFAULT_S (4u * 3600)
#define WRAP(x)   "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":" x "}}]}"
#define CONFIG(x) WRAP("{\"AttestationConfig\":" x "}")
#define MAA(x)    CONFIG("{\"MaaSettings\":" x "}")
#define ASC(x)    CONFIG("{\"AscSettings\":" x "}")
#define URL       "https://a.example"

static const struct row {
	const char *text, *endpoint, *ca_file;
	bool alerts_disabled;
	uint32_t period_s;
	const char *warning; /* a part of it; "" = none */
} shapes[] = {
	/* nothing given, in every way in which nothing is given */
	{"", "", "", false, DEFAULT_S, ""},
	{" \r\n", "", "", false, DEFAULT_S, ""},
	{"\xEF\xBB\xBF{}", "", "", false, DEFAULT_S, ""},
	{"{}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":null}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[null]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[{}]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[{\"handlerSettings\":null}]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":null,\"protectedSettings\":null,"
	 "\"protectedSettingsCertThumbprint\":null}}]}",
		"", "", false, DEFAULT_S, ""},
	{WRAP("\"\""), "", "", false, DEFAULT_S, ""},
	{CONFIG("null"), "", "", false, DEFAULT_S, ""},
	{MAA("null"), "", "", false, DEFAULT_S, ""},
	/* the documented shape, strings for booleans */
	{CONFIG("{\"MaaSettings\":{\"maaEndpoint\":\"\",\"maaTenantName\":\"GuestAttestation\"},"
		"\"AscSettings\":{\"ascReportingEndpoint\":\"\",\"ascReportingFrequency\":\"\"},"
		"\"useCustomToken\":\"false\",\"disableAlerts\":\"false\"}"),
		"", "", false, DEFAULT_S, ""},
	{CONFIG("{\"MaaSettings\":{\"maaEndpoint\":\"https://x.eus.attest.azure.net/"
		"\",\"maaTenantName\":\"any\"},"
		"\"AscSettings\":{\"ascReportingFrequency\":\"8H\"},\"disableAlerts\":\"True\"}"),
		"https://x.eus.attest.azure.net", "", true, 8 * 3600, ""},
	{CONFIG("{\"MaaSettings\":{\"maaEndpoint\":\"" URL
		"\"},\"useCustomToken\":false,\"disableAlerts\":true}"),
		URL, "", true, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"" URL "\",\"maaAttestationPolicyContent\":\"\"}"), URL, "", false, DEFAULT_S,
		""},
	/* old roots, flat and nested, with their slips */
	{WRAP("{\"AttestationEndpointCfg\":{\"maaEndpoint\":\"" URL
	      "\",\"maaTenantName\":\"\",\"ascReportingEndpoint\":\"\",\"useAlternateToken\":\"false\","
	      "\"disableAlerts\":\"true\"}}"),
		URL, "", true, DEFAULT_S, ""},
	{WRAP("{\"AttestationEndpointCfg\":{\"maaEndpoint\":\"" URL "\",\"useAlternativeToken\":false}}"),
		URL, "", false, DEFAULT_S, ""},
	{WRAP("{\"AttestationEndpointCfg\":{\"MaaSettings\":{\"maaEndpoint\":\"" URL "\"}}}"), URL, "", false,
		DEFAULT_S, ""},
	{WRAP("{\"MaaSettings\":{\"attestationType\":\"ISe\"}}"), "", "", false, DEFAULT_S, ""},
	{WRAP("{\"maaEndpoint\":\"" URL "\",\"ascEndpoint\":\"x\"}"), URL, "", false, DEFAULT_S, ""},
	{"{\"maaEndpoint\":\"" URL "\"}", URL, "", false, DEFAULT_S, ""},
	{WRAP("{\"AttestationConfig\":{\"MaaSettings\":{\"maaEndpoint\":\"\"}},\"maaEndpoint\":\"" URL "\"}"),
		URL, "", false, DEFAULT_S, ""},
	{WRAP("{\"settings\":{\"AttestationConfig\":{\"MaaSettings\":{\"maaEndpoint\":\"" URL "\"}}}}"), URL,
		"", false, DEFAULT_S, ""},
	/* names in any case */
	{WRAP("{\"attestationconfig\":{\"MAASETTINGS\":{\"MaaEndPoint\":\"" URL "\"}}}"), URL, "", false,
		DEFAULT_S, ""},
	/* a text where an object belongs: defaults, and said so */
	{WRAP("\"{\\\"AttestationConfig\\\":{}}\""), "", "", false, DEFAULT_S, "publicSettings"},
	{WRAP("{\"settings\":\"{}\"}"), "", "", false, DEFAULT_S, "'settings'"},
	{CONFIG("\"x\""), "", "", false, DEFAULT_S, "AttestationConfig"},
	{MAA("\"x\""), "", "", false, DEFAULT_S, "MaaSettings"},
	/* endpoints */
	{MAA("{\"maaEndpoint\":\" \\t" URL ":8443/ \\n\"}"), URL ":8443", "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"HTTPS://A.Example:443\"}"), URL, "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"" URL "/attest/AzureGuest\"}"), URL, "", false, DEFAULT_S, "maaEndpoint"},
	{MAA("{\"maaEndpoint\":null}"), "", "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"  \"}"), "", "", false, DEFAULT_S, ""},
	/* CA file */
	{MAA("{\"caFile\":\" /etc/ca.pem\"}"), "", "/etc/ca.pem", false, DEFAULT_S, ""},
	{CONFIG("{\"caFile\":\"/etc/ca.pem\"}"), "", "/etc/ca.pem", false, DEFAULT_S, ""},
	/* switches */
	{CONFIG("{\"disableAlerts\":1}"), "", "", true, DEFAULT_S, ""},
	{CONFIG("{\"disableAlerts\":\" YES \"}"), "", "", true, DEFAULT_S, ""},
	{CONFIG("{\"disableAlerts\":0}"), "", "", false, DEFAULT_S, ""},
	{CONFIG("{\"disableAlerts\":\"\"}"), "", "", false, DEFAULT_S, ""},
	{CONFIG("{\"disableAlerts\":\"perhaps\"}"), "", "", false, DEFAULT_S, "disableAlerts"},
	{CONFIG("{\"disableAlerts\":2}"), "", "", false, DEFAULT_S, "disableAlerts"},
	{CONFIG("{\"disableAlerts\":[]}"), "", "", false, DEFAULT_S, "disableAlerts"},
	/* periods */
	{ASC("{\"ascReportingFrequency\":\"4H\"}"), "", "", false, 4 * 3600, ""},
	{ASC("{\"ascReportingFrequency\":\"30m\"}"), "", "", false, 1800, ""},
	{ASC("{\"ascReportingFrequency\":\"900s\"}"), "", "", false, 900, ""},
	{ASC("{\"ascReportingFrequency\":\" 2 \"}"), "", "", false, 7200, ""},
	{ASC("{\"ascReportingFrequency\":6}"), "", "", false, 6 * 3600, ""},
	{ASC("{\"ascReportingFrequency\":\"1m\"}"), "", "", false, 900, "15 minutes"},
	{ASC("{\"ascReportingFrequency\":\"999999H\"}"), "", "", false, 86400, "24 hours"},
	{ASC("{\"ascReportingFrequency\":\"0H\"}"), "", "", false, DEFAULT_S, "ascReportingFrequency"},
	{ASC("{\"ascReportingFrequency\":\"9999999999999999999H\"}"), "", "", false, DEFAULT_S, "4 hours"},
	{ASC("{\"ascReportingFrequency\":\"often\"}"), "", "", false, DEFAULT_S, "4 hours"},
	{ASC("{\"ascReportingFrequency\":-4}"), "", "", false, DEFAULT_S, "4 hours"},
	{ASC("{\"ascReportingFrequency\":1.5}"), "", "", false, DEFAULT_S, "4 hours"},
};

static void every_known_shape_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct row *row = &shapes[i];
		struct settings found;
		struct err err = {0};

		if (settings_parse(TEXT(row->text), &found, &err) < 0)
			fail_msg("%s: %s", row->text, err.msg);
		if (strcmp(found.endpoint, row->endpoint) != 0 || strcmp(found.ca_file, row->ca_file) != 0 ||
			found.alerts_disabled != row->alerts_disabled || found.period_s != row->period_s)
			fail_msg("%s: endpoint '%s' CA '%s' alerts off %d period %u", row->text,
				found.endpoint, found.ca_file, found.alerts_disabled, found.period_s);
		if (row->warning[0] ? !strstr(found.warning, row->warning) : found.warning[0] != '\0')
			fail_msg("%s: warning '%s'", row->text, found.warning);
	}
}

static void what_cannot_be_meant_is_refused_by_name(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *named;
	} bad[] = {
		{"{", ERR_SETTINGS_INVALID, "settings"},
		{"[]", ERR_SETTINGS_INVALID, "object"},
		{"7", ERR_SETTINGS_INVALID, "object"},
		{"\"x\"", ERR_SETTINGS_INVALID, "object"},
		{"{\"runtimeSettings\":{}}", ERR_SETTINGS_INVALID, "runtimeSettings"},
		{"{\"runtimeSettings\":[7]}", ERR_SETTINGS_INVALID, "handlerSettings"},
		{"{\"runtimeSettings\":[{\"handlerSettings\":[]}]}", ERR_SETTINGS_INVALID, "handlerSettings"},
		{WRAP("[]"), ERR_SETTINGS_INVALID, "object"},
		{WRAP("true"), ERR_SETTINGS_INVALID, "object"},
		{CONFIG("[]"), ERR_SETTINGS_INVALID, "AttestationConfig"},
		{MAA("7"), ERR_SETTINGS_INVALID, "MaaSettings"},
		{MAA("{\"maaEndpoint\":7}"), ERR_SETTINGS_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":{}}"), ERR_SETTINGS_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":\"http://a.example\"}"), ERR_ENDPOINT_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":\"a.example\"}"), ERR_ENDPOINT_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":\"https://\"}"), ERR_ENDPOINT_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":\"https://user:secret@a.example\"}"), ERR_ENDPOINT_INVALID,
			"maaEndpoint"},
		{MAA("{\"caFile\":\"ca.pem\"}"), ERR_CA_FILE, "caFile"},
		{MAA("{\"caFile\":true}"), ERR_SETTINGS_INVALID, "caFile"},
		{"{\"a\":1,\"a\":2}", ERR_SETTINGS_INVALID, "'a'"},
		{"\xff", ERR_SETTINGS_INVALID, "UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct settings found = {.period_s = 77};
		struct err err;

		check_err(settings_parse(TEXT(bad[i].text), &found, &err), &err, bad[i].code);
		if (!strstr(err.msg, bad[i].named))
			fail_msg("%s: '%s' does not name %s", bad[i].text, err.msg, bad[i].named);
		assert_int_equal(found.period_s, 77);
	}
}

static void another_regions_provider_is_asked_only_if_that_is_wanted(void **state)
{
	static const struct {
		const char *text;
		enum region_fallback fallback;
		const char *warning;
	} rows[] = {
		{"{}", REGION_FALLBACK_FAIL, ""},
		{"{\"regionFallback\":\"\"}", REGION_FALLBACK_FAIL, ""},
		{"{\"regionFallback\":\"fail\"}", REGION_FALLBACK_FAIL, ""},
		{"{\"regionFallback\":\"nearest\"}", REGION_FALLBACK_NEAREST, ""},
		{"{\"RegionFallback\":\" Nearest \"}", REGION_FALLBACK_NEAREST, ""},
		{MAA("{\"regionFallback\":\"nearest\"}"), REGION_FALLBACK_NEAREST, ""},
		{"{\"regionFallback\":\"near\"}", REGION_FALLBACK_FAIL, "'regionFallback' is neither"},
		{"{\"regionFallback\":true}", REGION_FALLBACK_FAIL, "'regionFallback' is neither"},
		{"{\"regionFallback\":\"nearest of them all\"}", REGION_FALLBACK_FAIL,
			"'regionFallback' is neither"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings found;
		struct err err;

		check_ok(settings_parse(TEXT(rows[i].text), &found, &err), &err);
		assert_int_equal(found.region_fallback, rows[i].fallback);
		assert_non_null(strstr(found.warning, rows[i].warning));
	}
}

static void messages_never_repeat_credentials(void **state)
{
	struct settings found;
	struct err err;

	(void)state;
	check_err(settings_parse(
			  TEXT(MAA("{\"maaEndpoint\":\"https://u:topsecret@a.example\"}")), &found, &err),
		&err, ERR_ENDPOINT_INVALID);
	assert_null(strstr(err.msg, "topsecret"));
}

static void texts_that_do_not_fit_are_refused(void **state)
{
	static char text[SETTINGS_MAX_BYTES + 16];
	struct settings found;
	struct err err;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	check_err(settings_parse(TEXT(text), &found, &err), &err, ERR_SETTINGS_INVALID);
	(void)text_format(text, sizeof(text), "{\"caFile\":\"/%0*d\"}", 600, 0);
	check_err(settings_parse(TEXT(text), &found, &err), &err, ERR_SETTINGS_INVALID);
}

static void settings_of_another_extension_give_defaults(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(SETTINGS_MAX_BYTES);
	const char *vectors = getenv("VECTORS");
	auto_cleanup(fd) int fd = -1;
	struct settings found;
	char path[512];
	struct err err;

	(void)state;
	(void)text_format(path, sizeof(path), "%s/azure-ext", vectors ? vectors : "../shared/vectors");
	if (dir_open(path, &fd, &err) < 0) {
		print_message("SKIPPED: no folder %s\n", path);
		return;
	}
	check_ok(file_read(fd, "azure-linux-extensions/OSPatching__test__default.settings", FILE_NO_LINKS,
			 &text, &err),
		&err);
	check_ok(settings_parse(buf_bytes(&text), &found, &err), &err);
	assert_string_equal(found.endpoint, "");
	assert_int_equal(found.period_s, DEFAULT_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_known_shape_is_accepted),
		cmocka_unit_test(what_cannot_be_meant_is_refused_by_name),
		cmocka_unit_test(another_regions_provider_is_asked_only_if_that_is_wanted),
		cmocka_unit_test(messages_never_repeat_credentials),
		cmocka_unit_test(texts_that_do_not_fit_are_refused),
		cmocka_unit_test(settings_of_another_extension_give_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"
#include <time.h>
#include "agent/settings.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/json.h"

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
	{"null", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":null}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[null]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[{}]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[{\"handlerSettings\":null}]}", "", "", false, DEFAULT_S, ""},
	{"{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":null,\"protectedSettings\":null,\"protectedSettingsCertThumbprint\":null}}]}",
		"", "", false, DEFAULT_S, ""},
	{WRAP("\"\""), "", "", false, DEFAULT_S, ""},
	{CONFIG("null"), "", "", false, DEFAULT_S, ""},
	{MAA("null"), "", "", false, DEFAULT_S, ""},
	/* the documented shape, strings for booleans */
	{CONFIG("{\"MaaSettings\":{\"maaEndpoint\":\"\",\"maaTenantName\":\"GuestAttestation\"},\"AscSettings\":{\"ascReportingEndpoint\":\"\",\"ascReportingFrequency\":\"\"},\"useCustomToken\":\"false\",\"disableAlerts\":\"false\"}"),
		"", "", false, DEFAULT_S, ""},
	{CONFIG("{\"MaaSettings\":{\"maaEndpoint\":\"https://x.eus.attest.azure.net/\",\"maaTenantName\":\"any\"},\"AscSettings\":{\"ascReportingFrequency\":\"8H\"},\"disableAlerts\":\"True\"}"),
		"https://x.eus.attest.azure.net", "", true, 8 * 3600, ""},
	{CONFIG("{\"MaaSettings\":{\"maaEndpoint\":\"" URL
		"\"},\"useCustomToken\":false,\"disableAlerts\":true}"),
		URL, "", true, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"" URL "\",\"maaAttestationPolicyContent\":\"\"}"), URL, "", false,
		DEFAULT_S, ""},
	/* old roots, flat and nested, with their slips */
	{WRAP("{\"AttestationEndpointCfg\":{\"maaEndpoint\":\"" URL
	      "\",\"maaTenantName\":\"\",\"ascReportingEndpoint\":\"\",\"useAlternateToken\":\"false\",\"disableAlerts\":\"true\"}}"),
		URL, "", true, DEFAULT_S, ""},
	{WRAP("{\"AttestationEndpointCfg\":{\"maaEndpoint\":\"" URL
	      "\",\"useAlternativeToken\":false}}"),
		URL, "", false, DEFAULT_S, ""},
	{WRAP("{\"AttestationEndpointCfg\":{\"MaaSettings\":{\"maaEndpoint\":\"" URL "\"}}}"), URL,
		"", false, DEFAULT_S, ""},
	{WRAP("{\"MaaSettings\":{\"attestationType\":\"ISe\"}}"), "", "", false, DEFAULT_S, ""},
	{WRAP("{\"maaEndpoint\":\"" URL "\",\"ascEndpoint\":\"x\"}"), URL, "", false, DEFAULT_S, ""},
	{"{\"maaEndpoint\":\"" URL "\"}", URL, "", false, DEFAULT_S, ""},
	{WRAP("{\"AttestationConfig\":{\"MaaSettings\":{\"maaEndpoint\":\"\"}},\"maaEndpoint\":\"" URL
	      "\"}"),
		URL, "", false, DEFAULT_S, ""},
	{WRAP("{\"settings\":{\"AttestationConfig\":{\"MaaSettings\":{\"maaEndpoint\":\"" URL "\"}}}}"),
		URL, "", false, DEFAULT_S, ""},
	/* names in any case */
	{WRAP("{\"attestationconfig\":{\"MAASETTINGS\":{\"MaaEndPoint\":\"" URL "\"}}}"), URL, "",
		false, DEFAULT_S, ""},
	/* a text where an object belongs: defaults, and said so */
	{WRAP("\"{\\\"AttestationConfig\\\":{}}\""), "", "", false, DEFAULT_S,
		"publicSettings is a text"},
	{WRAP("\"AttestationConfig\""), "", "", false, DEFAULT_S, "publicSettings is a text"},
	{WRAP("{\"settings\":\"{}\"}"), "", "", false, DEFAULT_S, "settings is a text"},
	{WRAP("{\"settings\":\"{\\\"maaEndpoint\\\":\\\"" URL "\\\"}\"}"), URL, "", false,
		DEFAULT_S, "the object in it is used"},
	{WRAP("{\"settings\":\"{oops\",\"maaEndpoint\":\"" URL "\"}"), URL, "", false, DEFAULT_S,
		"settings is a text instead of an object and is not used"},
	{WRAP("{\"settings\":{\"maaEndpoint\":\"" URL "\"},\"disableAlerts\":true}"), URL, "",
		false, DEFAULT_S, "beside settings"},
	{CONFIG("\"x\""), "", "", false, DEFAULT_S, "AttestationConfig"},
	{MAA("\"x\""), "", "", false, DEFAULT_S, "MaaSettings"},
	/* endpoints */
	{MAA("{\"maaEndpoint\":\" \\t" URL ":8443/ \\n\"}"), URL ":8443", "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"HTTPS://A.Example:443\"}"), URL, "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"" URL "/attest/AzureGuest\"}"), URL, "", false, DEFAULT_S,
		"maaEndpoint"},
	{MAA("{\"maaEndpoint\":\"a.example\"}"), URL, "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"a.example/\"}"), URL, "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"A.Example:8443\"}"), URL ":8443", "", false, DEFAULT_S, ""},
	{MAA("{\"maaEndpoint\":\"[::1]:8443\"}"), "https://[::1]:8443", "", false, DEFAULT_S, ""},
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
	{ASC("{\"ascReportingFrequency\":\"9999999999999999999H\"}"), "", "", false, DEFAULT_S,
		"4 hours"},
	{ASC("{\"ascReportingFrequency\":\"often\"}"), "", "", false, DEFAULT_S, "4 hours"},
	{ASC("{\"ascReportingFrequency\":-4}"), "", "", false, DEFAULT_S, "4 hours"},
	{ASC("{\"ascReportingFrequency\":1.5}"), "", "", false, DEFAULT_S, "4 hours"},
};

static bool is_warned(const struct settings *settings, const char *part)
{
	for (size_t i = 0; i < settings->warning_count && i < SETTINGS_MAX_WARNINGS; i++)
		if (strstr(settings->warnings[i], part))
			return true;
	return false;
}

static void every_known_shape_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct row *row = &shapes[i];
		struct settings found;
		struct err err = {0};

		if (settings_parse(TEXT(row->text), &found, &err) < 0)
			fail_msg("%s: %s", row->text, err.msg);
		if (strcmp(found.endpoint, row->endpoint) != 0 ||
			strcmp(found.ca_file, row->ca_file) != 0 ||
			found.alerts_disabled != row->alerts_disabled ||
			found.period_s != row->period_s)
			fail_msg("%s: endpoint '%s' CA '%s' alerts off %d period %u", row->text,
				found.endpoint, found.ca_file, found.alerts_disabled, found.period_s);
		if (row->warning[0] ? !is_warned(&found, row->warning) : found.warning_count != 0)
			fail_msg("%s: %zu warnings, the first '%s'", row->text, found.warning_count,
				found.warnings[0]);
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
		{"{\"runtimeSettings\":[{\"handlerSettings\":[]}]}", ERR_SETTINGS_INVALID,
			"handlerSettings"},
		{WRAP("[]"), ERR_SETTINGS_INVALID, "object"},
		{WRAP("true"), ERR_SETTINGS_INVALID, "object"},
		{CONFIG("[]"), ERR_SETTINGS_INVALID, "AttestationConfig"},
		{MAA("7"), ERR_SETTINGS_INVALID, "MaaSettings"},
		{MAA("{\"maaEndpoint\":17}"), ERR_SETTINGS_INVALID,
			"AttestationConfig.MaaSettings.maaEndpoint is 17: it takes a text like \"https://host\""},
		{MAA("{\"maaEndpoint\":{}}"), ERR_SETTINGS_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":\"http://a.example\"}"), ERR_ENDPOINT_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":\"a.example:no\"}"), ERR_ENDPOINT_INVALID, "maaEndpoint"},
		{MAA("{\"maaEndpoint\":\"ftp://a.example\"}"), ERR_ENDPOINT_INVALID,
			"is \"ftp://a.example\": it takes"},
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
	} rows[] = {
		{"{}", REGION_FALLBACK_FAIL},
		{"{\"regionFallback\":\"\"}", REGION_FALLBACK_FAIL},
		{"{\"regionFallback\":\"fail\"}", REGION_FALLBACK_FAIL},
		{"{\"regionFallback\":\"nearest\"}", REGION_FALLBACK_NEAREST},
		{"{\"RegionFallback\":\" Nearest \"}", REGION_FALLBACK_NEAREST},
		{MAA("{\"regionFallback\":\"nearest\"}"), REGION_FALLBACK_NEAREST},
	};
	static const char *const bad[] = {"{\"regionFallback\":\"near\"}",
		"{\"regionFallback\":true}", "{\"regionFallback\":\"nearest of them all\"}",
		"{\"regionFallback\":[]}"};
	struct settings found;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_ok(settings_parse(TEXT(rows[i].text), &found, &err), &err);
		assert_int_equal(found.region_fallback, rows[i].fallback);
		assert_int_equal(found.warning_count, 0);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		check_err(settings_parse(TEXT(bad[i]), &found, &err), &err, ERR_SETTINGS_INVALID);
		assert_non_null(strstr(err.msg, ": it takes \"fail\" or \"nearest\""));
	}
}

static void ways_out_are_read(void **state)
{
	static const struct {
		const char *text, *protected_text, *url, *user, *password, *no_proxy;
		bool is_none;
	} rows[] = {
		{"{}", "", "", "", "", "", false},
		{"{\"proxy\":\"\"}", "", "", "", "", "", false},
		{"{\"proxy\":\"http://Proxy.Example:3128\"}", "", "http://proxy.example:3128", "",
			"", "", false},
		{"{\"proxy\":\" HTTP://proxy.example:3128/ \"}", "", "http://proxy.example:3128",
			"", "", "", false},
		{"{\"proxy\":\"proxy.example:443\"}", "", "http://proxy.example:443", "", "", "",
			false},
		{"{\"proxy\":\"http://[::1]:3128\"}", "", "http://[::1]:3128", "", "", "", false},
		{"{\"proxy\":\"None\"}", "", "", "", "", "", true},
		{"{\"noProxy\":\"a.example, .b.example,10.0.0.0/8\"}", "", "", "", "",
			"a.example, .b.example,10.0.0.0/8", false},
		{CONFIG("{\"proxy\":\"http://p:1\"}"),
			"{\"proxyUser\":\"u\",\"proxyPassword\":\"p: @w\"}", "http://p:1", "u",
			"p: @w", "", false},
		{"{\"proxy\":\"none\"}", "{\"proxy\":\"http://p:1\",\"proxyUser\":\"u\"}",
			"http://p:1", "u", "", "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings found;
		struct err err;

		check_ok(settings_parse_both(
				 TEXT(rows[i].text), TEXT(rows[i].protected_text), &found, &err),
			&err);
		assert_string_equal(found.proxy.url, rows[i].url);
		assert_string_equal(found.proxy.user, rows[i].user);
		assert_string_equal(found.proxy.password, rows[i].password);
		assert_string_equal(found.proxy.no_proxy, rows[i].no_proxy);
		assert_int_equal(found.proxy.is_none, rows[i].is_none);
		assert_int_equal(found.warning_count, 0);
		settings_done(&found);
		assert_string_equal(found.proxy.user, "");
		assert_string_equal(found.proxy.password, "");
	}
}

/* What is ours is never something else in silence; what is secret is not repeated. */
static void wrong_values_of_our_own_are_errors(void **state)
{
	static const struct {
		const char *text, *protected_text, *words;
	} rows[] = {
		{"{\"proxy\":\"http://proxy.example\"}", "",
			"proxy is \"http://proxy.example\": it takes \"http://host:port\""},
		{"{\"proxy\":\"http://:3128\"}", "", "it takes"},
		{"{\"proxy\":\"https://proxy.example:3128\"}", "", "it takes"},
		{"{\"proxy\":\"socks5://proxy.example:3128\"}", "", "it takes"},
		{"{\"proxy\":\"http://proxy.example:3128/x\"}", "", "it takes"},
		{"{\"proxy\":\"http://[::1]\"}", "", "it takes"},
		{"{\"proxy\":false}", "", "proxy is false: it takes"},
		{"{\"proxy\":\"http://u:hush@proxy.example:3128\"}", "", "proxyPassword"},
		{"{\"proxyUser\":\"u\",\"proxy\":\"p:1\"}", "",
			"proxyUser stands in the public settings"},
		{"{\"proxyPassword\":\"hush\"}", "", "proxyPassword stands in the public settings"},
		{"{\"alertSecret\":\"hush\"}", "", "alertSecret stands in the public settings"},
		{"", "{\"proxyUser\":\"hush\"}", "without a proxy"},
		{"{\"proxy\":\"p:1\"}", "{\"proxyPassword\":\"hush\"}", "without proxyUser"},
		{"{\"proxy\":\"p:1\"}", "{\"proxyUser\":\"hush:\"}", "holds a character"},
		{"{\"proxy\":\"p:1\"}", "{\"proxyUser\":7}",
			"protectedSettings.proxyUser is a number: it takes a text"},
		{"", "{\"proxy\":\"hush\"}",
			"protectedSettings.proxy is a text that is not shown here"},
		{"{\"noProxy\":[\"a\"]}", "", "noProxy is a list"},
		{"{\"noProxy\":\"a;b\"}", "", "noProxy is \"a;b\""},
		{"{\"alertWebhook\":\"http://a.example/hush\"}", "",
			"alertWebhook is a text that is not shown here"},
		{"{\"alertWebhook\":1}", "", "alertWebhook is a number"},
		{"{\"rules\":\"none\"}", "", "rules is \"none\": it takes an object"},
		{"{\"extraCaFile\":\"ca.pem\"}", "",
			"extraCaFile is \"ca.pem\": it takes an absolute path"},
		{"{\"fallbackEndpoint\":\"http://a.example\"}", "",
			"fallbackEndpoint is \"http://a.example\""},
		{CONFIG("{\"fallbackEndpoint\":\"u:hush@a.example\"}"), "",
			"AttestationConfig.fallbackEndpoint holds"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings found;
		struct err err;

		if (settings_parse_both(
			    TEXT(rows[i].text), TEXT(rows[i].protected_text), &found, &err) == 0)
			fail_msg("%s %s was accepted", rows[i].text, rows[i].protected_text);
		if (!strstr(err.msg, rows[i].words) || strstr(err.msg, "hush"))
			fail_msg("%s %s: %s", rows[i].text, rows[i].protected_text, err.msg);
		assert_int_equal(err_info(err.code)->exit_code, 53);
	}
}

static void what_nobody_reads_is_told_once(void **state)
{
	static const struct {
		const char *text, *protected_text, *warning;
	} rows[] = {
		{"{\"a\":1}", "", "Unknown settings are not used: 'a'."},
		{CONFIG("{\"a\":1,\"MaaSettings\":{\"b\":{}},\"c\":null,\"d\":\"\",\"e\":2,\"f\":3}"),
			"", "Unknown settings are not used: 'b', 'a', 'c', 'd' and 2 more."},
		{"{\"a\\nb\\u001b[31m\":1}", "", "Unknown settings are not used: 'a b?[31m'."},
		{"{\"maaEndpoint\":\"\",\"MAAENDPOINT\":\"x\"}", "",
			"Unknown settings are not used: 'MAAENDPOINT'."},
		{"{\"AttestationConfig\":{},\"attestationconfig\":{}}", "", "'attestationconfig'."},
		{"{\"maaEndpiont\":1,\"prox\":1,\"noProxies\":1,\"ruled\":1}", "",
			"'maaEndpiont' (is it maaEndpoint?), 'prox' (is it proxy?), 'noProxies', 'ruled' (is it rules?)."},
		{"{\"MaaSetting\":{}}", "", "'MaaSetting' (is it MaaSettings?)."},
		{"{\"\":1,\"s\":1}", "", "not used: '', 's'."},
		{"", "{\"hush\":1}", "Unknown protected settings are not used; their number is 1."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings found;
		struct err err;

		check_ok(settings_parse_both(
				 TEXT(rows[i].text), TEXT(rows[i].protected_text), &found, &err),
			&err);
		assert_int_equal(found.warning_count, 1);
		if (!strstr(found.warnings[0], rows[i].warning))
			fail_msg("%s: %s", rows[i].text, found.warnings[0]);
	}
}

static void no_warning_displaces_another(void **state)
{
	static const char text[] = CONFIG(
		"{\"MaaSettings\":{\"maaEndpoint\":\"https://a.example/x\",\"y\":1},\"AscSettings\":{\"ascReportingFrequency\":\"never\"},\"disableAlerts\":[]}");
	struct settings found;
	struct err err;

	(void)state;
	check_ok(settings_parse(TEXT(text), &found, &err), &err);
	assert_int_equal(found.warning_count, 4);
	assert_true(is_warned(&found, "'y'") && is_warned(&found, "has a path") &&
		    is_warned(&found, "\"never\"") && is_warned(&found, "disableAlerts is a list"));
}

static void messages_never_repeat_credentials(void **state)
{
	struct settings found;
	struct err err;

	(void)state;
	check_err(settings_parse(TEXT(MAA("{\"maaEndpoint\":\"https://u:topsecret@a.example\"}")),
			  &found, &err),
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

/* Looking for each known name among all members, once per member, would take seconds. */
static void thousands_of_members_are_counted_at_once(void **state)
{
	auto_cleanup(buf) struct buf text = buf_with_max(SETTINGS_MAX_BYTES);
	auto_cleanup(json) json *public = json_new_object();
	const clock_t started = clock();
	struct settings found;
	struct err err;

	(void)state;
	for (unsigned int i = 0; i < 4000; i++) {
		char name[128];

		(void)text_format(name, sizeof(name), "%0100u", i);
		json_add_int(public, name, 1);
	}
	check_ok(json_print(public, JSON_COMPACT, &text, &err), &err);
	check_ok(settings_parse(buf_bytes(&text), &found, &err), &err);
	assert_non_null(strstr(found.warnings[0], " and 3996 more."));
	assert_true(clock() - started < CLOCKS_PER_SEC);
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
	(void)text_format(
		path, sizeof(path), "%s/azure-ext", vectors ? vectors : "../shared/vectors");
	if (dir_open(path, &fd, &err) < 0) {
		print_message("SKIPPED: no folder %s\n", path);
		return;
	}
	check_ok(file_read(fd, "azure-linux-extensions/OSPatching__test__default.settings",
			 FILE_NO_LINKS, &text, &err),
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
		cmocka_unit_test(ways_out_are_read),
		cmocka_unit_test(wrong_values_of_our_own_are_errors),
		cmocka_unit_test(what_nobody_reads_is_told_once),
		cmocka_unit_test(no_warning_displaces_another),
		cmocka_unit_test(messages_never_repeat_credentials),
		cmocka_unit_test(texts_that_do_not_fit_are_refused),
		cmocka_unit_test(thousands_of_members_are_counted_at_once),
		cmocka_unit_test(settings_of_another_extension_give_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

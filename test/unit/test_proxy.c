/* Proxies: what an address of one looks like, whom it is not for, and which of several counts. */
#include "check.h"
#include "../support/kinds.h"

#include "net/proxy.h"
#include "net/way.h"

static void addresses_are_understood(void **state)
{
	static const struct {
		const char *url, *host; /* host NULL: refused */
		unsigned int port;
		const char *user, *password;
	} rows[] = {
		{"http://10.0.0.4:8080", "10.0.0.4", 8080, "", ""},
		{"HTTP://Proxy.Example:8080/", "proxy.example", 8080, "", ""},
		{"proxy.example:443", "proxy.example", 443, "", ""},
		{"proxy.example", "proxy.example", PROXY_PORT, "", ""},
		{"http://[fd00::4]:8080", "[fd00::4]", 8080, "", ""},
		{"[fd00::4]", "[fd00::4]", PROXY_PORT, "", ""},
		{"http://user@proxy:1", "proxy", 1, "user", ""},
		{"http://user:word@proxy:1", "proxy", 1, "user", "word"},
		{"http://us%40er:w%3Ao%2frd@proxy:1", "proxy", 1, "us@er", "w:o/rd"},
		{"http://a:b:c@proxy:1", "proxy", 1, "a", "b:c"},
		{"http://a:b@c@proxy:1", "proxy", 1, "a", "b@c"},
		{"https://proxy:1", NULL, 0, NULL, NULL},
		{"socks5://proxy:1", NULL, 0, NULL, NULL},
		{"http://proxy:1/path", NULL, 0, NULL, NULL},
		{"http://proxy:0", NULL, 0, NULL, NULL},
		{"http://proxy:65536", NULL, 0, NULL, NULL},
		{"http://", NULL, 0, NULL, NULL},
		{"", NULL, 0, NULL, NULL},
		{"http://us%0der@proxy:1", NULL, 0, NULL, NULL},
		{"http://us%zzer@proxy:1", NULL, 0, NULL, NULL},
		{"http://us%4", NULL, 0, NULL, NULL},
		{"http://pro xy:1", NULL, 0, NULL, NULL},
		{"http://pro\r\nxy:1", NULL, 0, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proxy proxy = {0};
		struct err err;

		if (!rows[i].host) {
			check_err(proxy_parse(rows[i].url, "settings", &proxy, &err), &err,
				ERR_PROXY);
			assert_string_equal(proxy.address.host, "");
			continue;
		}
		check_ok(proxy_parse(rows[i].url, "settings", &proxy, &err), &err);
		assert_string_equal(proxy.address.host, rows[i].host);
		assert_int_equal(proxy.address.port, rows[i].port);
		assert_string_equal(proxy.user, rows[i].user);
		assert_string_equal(proxy.password, rows[i].password);
	}
}

static void no_message_shows_a_password(void **state)
{
	static const char *const urls[] = {"https://user:hush@proxy:1",
		"http://user:hush@proxy:99999", "http://user:hush@proxy:1/path",
		"http://user:hush%@proxy:1", "user:hush@", "http://user:hush/x@proxy:1",
		"http://user:hush#@proxy:1"};
	struct proxy proxy;
	char text[HTTP_URL_SIZE];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		check_err(proxy_parse(urls[i], "https_proxy", &proxy, &err), &err, ERR_PROXY);
		assert_null(strstr(err.msg, "hush"));
		assert_non_null(strstr(err.msg, "https_proxy"));
		assert_int_equal(strstr(err.msg, "percent-encoded") != NULL,
			strpbrk(urls[i], "%#") || strstr(urls[i], "hush/"));
	}
	check_ok(proxy_parse("http://user:hush@proxy:1", "https_proxy", &proxy, &err), &err);
	proxy_text(&proxy, text);
	assert_string_equal(text, "proxy:1 (https_proxy)");
}

static void hosts_that_go_without_are_found(void **state)
{
	static const struct {
		const char *list, *host;
		bool is_bypassed;
	} rows[] = {
		{NULL, "a.example", false},
		{"", "a.example", false},
		{"*", "a.example", true},
		{"a.example", "a.example", true},
		{"A.Example", "a.example", true},
		{"example", "a.example", true},
		{".example", "a.example", true},
		{"*.example", "a.example", true},
		{".a.example", "a.example", true},
		{"b.example", "a.example", false},
		{"ample", "a.example", false},
		{"localhost, .corp ,a.example", "a.example", true},
		{"localhost\ta.example", "a.example", true},
		{"a.example:443", "a.example", true},
		{"a.example:8443", "a.example", false},
		{"a.example:", "a.example", false},
		{".", "a.example", false},
		{",,,", "a.example", false},
		{"10.0.0.4", "10.0.0.4", true},
		{"10.0.0.0/8", "10.200.0.4", true},
		{"10.0.0.0/8", "11.0.0.4", false},
		{"10.0.0.0/9", "10.128.0.4", false},
		{"10.0.0.0/0", "11.0.0.4", true},
		{"10.0.0.0/33", "10.0.0.4", false},
		{"10.0.0.0/x", "10.0.0.0", false},
		{"10.0.0.0/8", "10.example", false},
		{"0.4", "10.0.0.4", false},
		{"fd00::/8", "[fd12::1]", true},
		{"fd00::/8", "[fe80::1]", false},
		{"[fd00::1]:443", "[fd00::1]", true},
		{"[fd00::1]", "[fd00::1]", true},
		{"fd00::1", "[fd00::1]", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_origin server = {.port = 443};

		(void)snprintf(server.host, sizeof(server.host), "%s", rows[i].host);
		if (proxy_is_bypassed(rows[i].list, &server) != rows[i].is_bypassed)
			fail_msg("row %zu: '%s' for %s", i, rows[i].list, rows[i].host);
	}
}

static void the_first_who_names_one_counts(void **state)
{
	static const struct {
		struct proxy_sources sources;
		const char *text; /* "" for none; NULL: an error */
	} rows[] = {
		{{0}, ""},
		{{.given = "", .variable = "", .agent = ""}, ""},
		{{.given = "given:1", .variable = "variable:1", .agent = "agent:1"},
			"given:1 (settings)"},
		{{.given = "given:1", .given_source = "--proxy"}, "given:1 (--proxy)"},
		{{.variable = "variable:1", .variable_name = "all_proxy", .agent = "agent:1"},
			"variable:1 (all_proxy)"},
		{{.agent = "agent:1"}, "agent:1 (waagent.conf)"},
		{{.is_none = true, .variable = "variable:1", .agent = "agent:1"}, ""},
		{{.given = "given:1", .given_bypass = "server.example"}, ""},
		{{.agent = "agent:1", .given_bypass = ".example"}, ""},
		{{.agent = "agent:1", .variable_bypass = "server.example"}, ""},
		{{.variable = "variable:1", .variable_bypass = "server.example"}, ""},
		/* who gives a proxy means it, whatever the environment says */
		{{.given = "given:1", .variable_bypass = "server.example"}, "given:1 (settings)"},
		{{.given = "ftp://given"}, NULL},
		{{.variable = "socks5://variable:1"}, NULL},
	};
	static const struct http_origin server = {"server.example", 443};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proxy proxy;
		char text[HTTP_URL_SIZE] = "";
		struct err err;
		int status = proxy_choose(&rows[i].sources, &server, &proxy, &err);

		if (status == 0 && proxy.address.host[0])
			proxy_text(&proxy, text);
		if ((status < 0) != !rows[i].text ||
			(rows[i].text && strcmp(text, rows[i].text) != 0))
			fail_msg("row %zu: '%s'", i, status < 0 ? err.msg : text);
	}
}

/* What attests without a proxy goes on, and the place of a failure names the value's place, never
 * the value. */
static void an_agents_proxy_that_cannot_be_used_is_named(void **state)
{
	static const char *const values[] = {"https://proxy.example:3128",
		"socks5://proxy.example:1080", "user@proxy:1", "user:hush@proxy:1", "a b:1",
		"proxy/path:1", "proxy:1x", "proxy:123456", "pro?xy", "http://:3128", ":3128",
		"http://proxy:1#@evil", "http://proxy\\@evil:1", "proxy:1\r\nHost: evil",
		"proxy:80:90", "http://http://proxy:1", "proxy:-1", "proxy: 1", "proxy:+1",
		"[fd00::4:1", "fd00::4:1", "proxy:1?x", "http://%70roxy:1", "http://proxy:1/..",
		"\"proxy\":1"};
	static const struct http_origin server = {"server.example", 443};

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct proxy_sources sources = {.agent = values[i]};
		struct proxy proxy;
		char text[128];
		struct err err;

		check_ok(proxy_choose(&sources, &server, &proxy, &err), &err);
		way_place_text(&proxy, "20.1.2.3", text, sizeof(text));
		if (strcmp(text,
			    " (20.1.2.3, public; HttpProxy.Host of waagent.conf cannot be used)") != 0)
			fail_msg("'%s': %s", values[i], text);
		assert_true(!proxy.address.host[0] && !proxy.user[0] && !proxy.password[0]);
	}
	judged_print(14, (struct judged){.attacks = COUNT(values)});
}

static void a_given_user_stands_instead_of_the_address(void **state)
{
	static const struct http_origin server = {"server.example", 443};
	struct proxy_sources sources = {
		.given = "http://old:word@given:1", .given_user = "new", .given_password = "secret"};
	struct proxy proxy;
	struct err err;

	(void)state;
	check_ok(proxy_choose(&sources, &server, &proxy, &err), &err);
	assert_string_equal(proxy.user, "new");
	assert_string_equal(proxy.password, "secret");
}

static void variables_are_found(void **state)
{
	const struct {
		char *variables[6];
		const char *proxy, *name, *bypass;
	} rows[] = {
		{{NULL}, NULL, NULL, NULL},
		{{(char[]){"https_proxy=a:1"}, (char[]){"HTTPS_PROXY=b:1"}, (char[]){"all_proxy=c:1"}},
			"a:1", "https_proxy", NULL},
		{{(char[]){"https_proxy="}, (char[]){"HTTPS_PROXY=b:1"}, (char[]){"no_proxy=x"}},
			"b:1", "HTTPS_PROXY", "x"},
		{{(char[]){"http_proxy=a:1"}, (char[]){"ALL_PROXY=c:1"}, (char[]){"NO_PROXY=y"}},
			"c:1", "ALL_PROXY", "y"},
		{{(char[]){"http_proxy=a:1"}, (char[]){"xhttps_proxy=b:1"},
			 (char[]){"https_proxyx=c:1"}, (char[]){"https_proxy"}},
			NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proxy_variables found = proxy_find_variables(rows[i].variables);

		if (!found.proxy != !rows[i].proxy ||
			(found.proxy && strcmp(found.proxy, rows[i].proxy) != 0) ||
			(found.proxy && strcmp(found.name, rows[i].name) != 0) ||
			!found.bypass != !rows[i].bypass ||
			(found.bypass && strcmp(found.bypass, rows[i].bypass) != 0))
			fail_msg("row %zu: %s", i, found.proxy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_understood),
		cmocka_unit_test(no_message_shows_a_password),
		cmocka_unit_test(hosts_that_go_without_are_found),
		cmocka_unit_test(the_first_who_names_one_counts),
		cmocka_unit_test(an_agents_proxy_that_cannot_be_used_is_named),
		cmocka_unit_test(a_given_user_stands_instead_of_the_address),
		cmocka_unit_test(variables_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* /etc/resolv.conf, as the C library reads it (resolv.conf(5)). */
#include "check.h"

#include "net/resolvconf.h"

/* "servers | domains | ndots timeout attempts flags". */
static void write_out(const struct resolvconf *conf, struct buf *ret)
{
	char numbers[64];
	struct err err;

	for (size_t i = 0; i < conf->server_count; i++) {
		check_ok(buf_append_text(ret, conf->servers[i], &err), &err);
		check_ok(buf_append_text(ret, " ", &err), &err);
	}
	check_ok(buf_append_text(ret, conf->has_domains ? "| " : "|- ", &err), &err);
	for (size_t i = 0; i < conf->domain_count; i++) {
		check_ok(buf_append_text(ret, conf->domains[i], &err), &err);
		check_ok(buf_append_text(ret, " ", &err), &err);
	}
	(void)snprintf(numbers, sizeof(numbers), "| %u %u %u%s%s", conf->ndots, conf->timeout_s,
		conf->attempts, conf->is_rotated ? " rotate" : "", conf->is_tcp ? " tcp" : "");
	check_ok(buf_append_text(ret, numbers, &err), &err);
}

static void it_is_read_as_the_c_library_does(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", "|- | 1 5 2"},
		{"nameserver 168.63.129.16\n", "168.63.129.16 |- | 1 5 2"},
		{"# nameserver 1.1.1.1\nsearch a.example\nnameserver\t10.0.0.4\nnameserver  fd00::53  # ours\n",
			"10.0.0.4 fd00::53 | a.example | 1 5 2"},
		{"nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4\n",
			"1.1.1.1 2.2.2.2 3.3.3.3 |- | 1 5 2"},
		{"nameserver 1.1.1.1", "1.1.1.1 |- | 1 5 2"},
		{"nameserver localhost\nnameserver\nnameservers 1.1.1.1\n nameserver 1.1.1.1\n",
			"|- | 1 5 2"},
		{"nameserver 1.1.1.1\r\nsearch a.example\r\n", "1.1.1.1 | a.example | 1 5 2"},
		{"nameserver fe80::1%eth0\nnameserver fe80::1%\nnameserver fe80::1%a,b\nnameserver 10.0.0.1%eth0\n",
			"fe80::1%eth0 |- | 1 5 2"},
		{"nameserver 1.1.1.1,2.2.2.2\nnameserver [::1]:53\n", "|- | 1 5 2"},
		/* the last of these lines counts */
		{"domain a.example\nsearch b.example c.example\n", "| b.example c.example | 1 5 2"},
		{"search b.example c.example\ndomain a.example d.example\n", "| a.example | 1 5 2"},
		{"search .\n", "| | 1 5 2"},
		{"search a.example. . .b.example c\n", "| a.example c | 1 5 2"},
		{"options ndots:2 timeout:3 attempts:4 rotate use-vc\n", "|- | 2 3 4 rotate tcp"},
		{"options ndots:0\noptions timeout:1\noptions edns0 trust-ad inet6 no-aaaa\n",
			"|- | 0 1 2"},
		{"options ndots:99 timeout:99999999999999999999 attempts:50\n", "|- | 15 30 5"},
		{"options timeout:0 attempts:0\n", "|- | 1 1 1"},
		{"options timeout: timeout:x timeout:-1 timeout attempts:2x ndots:+1\n", "|- | 1 5 2"},
		{"option timeout:3\nOPTIONS timeout:3\n;options timeout:3\n", "|- | 1 5 2"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf text = buf_with_max(1024);
		struct resolvconf conf;

		resolvconf_parse(TEXT(rows[i].text), &conf);
		write_out(&conf, &text);
		if (!bytes_equal(buf_bytes(&text), TEXT(rows[i].expected)))
			fail_msg("row %zu: '%s'", i, (const char *)text.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_read_as_the_c_library_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

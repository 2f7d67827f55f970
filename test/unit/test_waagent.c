/* The guest agent's configuration, as the agent itself reads it
 * (azurelinuxagent/common/conf.py). */
#include "check.h"
#include "../support/kinds.h"

#include <fcntl.h>
#include <sys/stat.h>
#include "agent/waagent.h"
#include "../support/folder.h"

static void the_proxy_is_found(void **state)
{
	static const struct {
		const char *text, *proxy;
	} rows[] = {
		{"", ""},
		{"HttpProxy.Host=None\nHttpProxy.Port=None\n", ""},
		{"# HttpProxy.Host=10.0.0.4\n", ""},
		{"HttpProxy.Host=10.0.0.4\nHttpProxy.Port=3128\n", "10.0.0.4:3128"},
		{"HttpProxy.Port=3128\r\nHttpProxy.Host=proxy.example\r\n", "proxy.example:3128"},
		{"HttpProxy.Host = \"proxy.example\"  # ours\nHttpProxy.Port =8080",
			"proxy.example:8080"},
		{"HttpProxy.Host=proxy.example\nHttpProxy.Port=None\n", "proxy.example"},
		{"HttpProxy.Host=old\nHttpProxy.Host=new\nHttpProxy.Port=1\n", "new:1"},
		{"HttpProxy.Host=old\nHttpProxy.Host=None\n", ""},
		{"Logs.Verbose=n\nHttpProxy.Hosts=x\nhttpproxy.host=y\n", ""},
		{"HttpProxy.Host=a b\nHttpProxy.Port=1\n", "a b:1"},
		{"HttpProxy.Host=user@proxy\nHttpProxy.Port=1\n", "user@proxy:1"},
		{"HttpProxy.Host=proxy/path\nHttpProxy.Port=1\n", "proxy/path:1"},
		{"HttpProxy.Host=proxy\nHttpProxy.Port=1x\n", "proxy:1x"},
		{"HttpProxy.Host=proxy\nHttpProxy.Port=123456\n", "proxy:123456"},
		{"HttpProxy.Host=pro\xff"
		 "xy\n",
			"pro?xy"},
		{"HttpProxy.Host", ""},
		{"HttpProxy.Host=\n=\n\n", ""},
		{"HttpProxy.Host=http://10.9.9.9\nHttpProxy.Port=3128\n", "10.9.9.9:3128"},
		{"HttpProxy.Host=HTTP://proxy.example/\nHttpProxy.Port=3128\n", "proxy.example:3128"},
		{"HttpProxy.Host=https://proxy.example\nHttpProxy.Port=3128\n",
			"https://proxy.example:3128"},
		{"HttpProxy.Host=http://\nHttpProxy.Port=3128\n", "http://:3128"},
		{"HttpProxy.Host=none\nHttpProxy.Port=NONE\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char proxy[WAAGENT_PROXY_SIZE];

		waagent_parse_proxy(TEXT(rows[i].text), proxy);
		if (strcmp(proxy, rows[i].proxy) != 0)
			fail_msg("row %zu: '%s'", i, proxy);
	}
	judged_print(14, (struct judged){.good = COUNT(rows)});
}

static void the_file_is_read_below_the_root(void **state)
{
	static const char text[] = "HttpProxy.Host=10.0.0.4\nHttpProxy.Port=3128\n";
	char folder[FOLDER_SIZE], path[FOLDER_SIZE + 8], proxy[WAAGENT_PROXY_SIZE] = "x";
	int root_fd;

	(void)state;
	folder_make(folder);
	root_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(root_fd >= 0);
	waagent_read_proxy(root_fd, proxy);
	assert_string_equal(proxy, "");
	(void)snprintf(path, sizeof(path), "%s/etc", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	folder_write(path, "waagent.conf", text, strlen(text));
	waagent_read_proxy(root_fd, proxy);
	assert_string_equal(proxy, "10.0.0.4:3128");
	(void)close(root_fd);
	folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_proxy_is_found),
		cmocka_unit_test(the_file_is_read_below_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

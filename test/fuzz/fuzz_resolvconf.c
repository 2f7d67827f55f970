/* /etc/resolv.conf. */
#include <stdlib.h>
#include <string.h>
#include "net/resolvconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct resolvconf conf;

	resolvconf_parse((struct bytes){data, size}, &conf);
	if (conf.server_count > RESOLVCONF_SERVERS_MAX || conf.domain_count > RESOLVCONF_DOMAINS_MAX ||
		conf.ndots > 15 || conf.timeout_s < 1 || conf.timeout_s > 30 || conf.attempts < 1 ||
		conf.attempts > RESOLVCONF_ATTEMPTS_MAX || (conf.domain_count && !conf.has_domains))
		abort();
	for (size_t i = 0; i < conf.server_count; i++)
		if (!conf.servers[i][0] || strpbrk(conf.servers[i], ", []\n")) /* it becomes a
										  list's entry */
			abort();
	for (size_t i = 0; i < conf.domain_count; i++)
		if (!conf.domains[i][0] || conf.domains[i][0] == '.')
			abort();
	return 0;
}

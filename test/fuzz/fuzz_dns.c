/* A resolver file and a name server's answer. */
#include <stdlib.h>
#include <string.h>
#include "edge/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t question[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	struct dns_server servers[DNS_SERVERS_MAX];
	size_t count = dns_parse_servers((struct bytes){data, size}, servers);
	unsigned int rcode = 0;

	for (size_t i = 0; i < count; i++)
		if (!servers[i].address[0] ||
			servers[i].address[strspn(servers[i].address, "0123456789abcdefABCDEF.:")])
			abort();
	if (dns_parse_answer(
		    (struct bytes){data, size}, (struct bytes){question, sizeof(question)}, &rcode) &&
		(rcode > 15 || size < sizeof(question)))
		abort();
	return 0;
}

/* A name server's answer. The first byte chooses what was asked. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "net/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum dns_family family = size && (data[0] & 1) ? DNS_AAAA : DNS_A;
	struct dns_answer answer;
	char alias[DNS_NAME_SIZE];
	uint8_t binary[16];

	if (!size)
		return 0;
	dns_read_answer((struct bytes){data + 1, size - 1}, family, &answer);
	if (answer.count > DNS_ADDRESSES_MAX || (answer.outcome == DNS_FOUND) != (answer.count != 0) ||
		answer.rcode > 15 || (answer.rcode && answer.outcome == DNS_FOUND))
		abort();
	for (size_t i = 0; i < answer.count; i++)
		if (inet_pton(family == DNS_A ? AF_INET : AF_INET6, answer.addresses[i], binary) != 1)
			abort();
	dns_read_alias((struct bytes){data + 1, size - 1}, alias);
	if (strnlen(alias, sizeof(alias)) == sizeof(alias) || !text_is_utf8(bytes_of_text(alias)))
		abort();
	return 0;
}

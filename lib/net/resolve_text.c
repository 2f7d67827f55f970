/* The result of resolving a name in words. */
#include "net/resolve.h"

#include <errno.h>
#include <string.h>
#include "base/text.h"

#define SERVERS_SIZE 240

static void family_text(
	const struct resolve_server *server, enum dns_family family, char *ret, size_t size)
{
	char said[64];

	dns_answer_text(&server->answers[family], said, sizeof(said));
	if (server->answers[family].outcome == DNS_SILENT)
		(void)text_format(ret, size, "%s in %.1f s", said, server->took_ms[family] / 1e3);
	else
		(void)text_format(ret, size, "%s", said);
}

void resolve_server_text(const struct resolve_server *server, char *ret, size_t size)
{
	const struct dns_answer *of_a = &server->answers[DNS_A];
	const struct dns_answer *of_aaaa = &server->answers[DNS_AAAA];
	/* a name with addresses of only one family is normal */
	bool are_fine = (of_a->outcome == DNS_FOUND || of_a->outcome == DNS_NO_DATA) &&
			(of_aaaa->outcome == DNS_FOUND || of_aaaa->outcome == DNS_NO_DATA);
	bool are_same = of_a->outcome == of_aaaa->outcome && of_a->rcode == of_aaaa->rcode;
	char text[80], other[80];

	family_text(server, DNS_A, text, sizeof(text));
	family_text(server, DNS_AAAA, other, sizeof(other));
	if (!server->is_asked)
		(void)text_format(ret, size, "not asked");
	else if (are_fine || are_same)
		(void)text_format(ret, size, "%s", of_aaaa->outcome == DNS_FOUND ? other : text);
	else
		(void)text_format(ret, size, "%s (A), %s (AAAA)", text, other);
}

/* "DNS server 10.0.0.4: answered SERVFAIL; 10.0.0.5: no answer in 10.0 s". */
static void servers_text(const struct resolve *lookup, char ret[SERVERS_SIZE])
{
	const char *between = "DNS server ";

	(void)text_format(ret, SERVERS_SIZE, "%s", lookup->server_count ? "" : "/etc/hosts");
	for (size_t i = 0; i < lookup->server_count; i++) {
		char said[176], longer[SERVERS_SIZE];

		if (!lookup->servers[i].is_asked)
			continue;
		resolve_server_text(&lookup->servers[i], said, sizeof(said));
		(void)text_format(longer, sizeof(longer), "%s%s%s: %s", ret, between,
			lookup->servers[i].address, said);
		(void)text_format(ret, SERVERS_SIZE, "%s", longer);
		between = "; ";
	}
}

/* If the file is missing or names no server, the server on this machine was queried. The file is
 * the cause only if that server gave no answer. */
static void cause_text(const struct resolve *lookup, char ret[128])
{
	bool is_cause = lookup->outcome == RESOLVE_SILENT || lookup->outcome == RESOLVE_FAILED;

	errno = lookup->file_error;
	if (is_cause && lookup->file_error)
		(void)text_format(ret, 128, ": %s cannot be read: %m", RESOLVE_RESOLVER_FILE);
	else if (is_cause && lookup->is_unconfigured)
		(void)text_format(ret, 128, ": %s names no DNS server", RESOLVE_RESOLVER_FILE);
	else
		ret[0] = '\0';
}

int resolve_explain(const struct resolve *lookup, const char *name, struct err *err)
{
	static const struct {
		enum err_code code;
		const char *text;
	} rows[] = {
		[RESOLVE_FOUND] = {ERR_DNS, "was resolved"},
		[RESOLVE_NO_NAME] = {ERR_DNS_NO_NAME, "does not exist"},
		[RESOLVE_NO_DATA] = {ERR_DNS_NO_NAME, "has no address"},
		[RESOLVE_FAILED] = {ERR_DNS_FAILED, "was not resolved"},
		[RESOLVE_SILENT] = {ERR_DNS_SILENT, "was not resolved"},
		[RESOLVE_NOWHERE] = {ERR_DNS, "leads to 0.0.0.0 or ::, by which filters block a name"},
	};
	bool is_alias = rows[lookup->outcome].code == ERR_DNS_NO_NAME && lookup->alias[0];
	/* Azure makes a provider with private endpoints an alias in the zone privatelink, of which
	 * the virtual network's own zone takes the place where one is linked */
	bool is_private = is_alias && strstr(lookup->alias, ".privatelink.");
	char servers[SERVERS_SIZE], cause[128];

	servers_text(lookup, servers);
	cause_text(lookup, cause);
	return err_set(err, rows[lookup->outcome].code, 0, "%s %s%s%s%s%s%s (%s)", name,
		is_alias ? "is an alias of " : "", is_alias ? lookup->alias : "",
		is_alias ? ", which " : "", rows[lookup->outcome].text,
		is_private ? ": the private zone that is linked has no record of it" : "", cause,
		servers);
}

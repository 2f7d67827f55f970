#include "net/resolvconf.h"

#include <arpa/inet.h>
#include <string.h>
#include "base/text.h"

#define NDOTS_MAX   15
#define TIMEOUT_MAX 30
#define ZONE_MAX    15 /* IFNAMSIZ without the terminating zero */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next word off *rest; false if there is none. */
static bool next_word(struct bytes *rest, struct bytes *ret)
{
	while (rest->len && is_blank(rest->data[0]))
		*rest = bytes_behind(*rest, 1);
	*ret = (struct bytes){rest->data, 0};
	while (ret->len < rest->len && !is_blank(rest->data[ret->len]))
		ret->len++;
	*rest = bytes_behind(*rest, ret->len);
	return ret->len != 0;
}

/* ---- nameserver ---- */

static bool is_server(char *text)
{
	static const char zones[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	uint8_t binary[16];
	char *zone = strchr(text, '%');
	size_t len = zone ? strspn(zone + 1, zones) : 0;
	bool is_6;

	if (inet_pton(AF_INET, text, binary) == 1)
		return true;
	if (zone)
		*zone = '\0';
	is_6 = inet_pton(AF_INET6, text, binary) == 1;
	if (zone)
		*zone = '%';
	return is_6 && (!zone || (len != 0 && len <= ZONE_MAX && zone[1 + len] == '\0'));
}

static void take_server(struct bytes rest, struct resolvconf *ret)
{
	char text[RESOLVCONF_SERVER_SIZE] = "";
	struct bytes word;

	if (ret->server_count == RESOLVCONF_SERVERS_MAX || !next_word(&rest, &word) ||
		word.len >= sizeof(text))
		return;
	memcpy(text, word.data, word.len);
	if (is_server(text))
		memcpy(ret->servers[ret->server_count++], text, sizeof(text));
}

/* ---- domain, search ---- */

static bool is_domain(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.data[i] <= ' ' || word.data[i] >= 0x7f)
			return false;
	return word.len != 0 && word.len < RESOLVCONF_DOMAIN_SIZE && word.data[0] != '.';
}

/* A later line replaces an earlier one. The root domain ("search .") adds nothing to a name. */
static void take_domains(struct bytes rest, size_t most, struct resolvconf *ret)
{
	struct bytes word;

	ret->has_domains = true;
	ret->domain_count = 0;
	while (ret->domain_count < most && next_word(&rest, &word)) {
		if (word.data[word.len - 1] == '.')
			word.len--;
		if (!is_domain(word))
			continue;
		memcpy(ret->domains[ret->domain_count], word.data, word.len);
		ret->domains[ret->domain_count++][word.len] = '\0';
	}
}

/* ---- options ---- */

/* Parses "name:number" and clamps the number to least..most. */
static void take_number(struct bytes word, const char *name, unsigned int least, unsigned int most,
	unsigned int *ret)
{
	size_t at = strlen(name);
	unsigned int number = 0;

	if (word.len <= at + 1 || memcmp(word.data, name, at) != 0 || word.data[at] != ':')
		return;
	for (at++; at < word.len; at++) {
		if (word.data[at] < '0' || word.data[at] > '9')
			return;
		number = number < most ? number * 10 + word.data[at] - '0' : most;
	}
	*ret = number < least ? least : number > most ? most : number;
}

static void take_options(struct bytes rest, struct resolvconf *ret)
{
	struct bytes word;

	while (next_word(&rest, &word)) {
		take_number(word, "ndots", 0, NDOTS_MAX, &ret->ndots);
		take_number(word, "timeout", 1, TIMEOUT_MAX, &ret->timeout_s);
		take_number(word, "attempts", 1, RESOLVCONF_ATTEMPTS_MAX, &ret->attempts);
		ret->is_rotated |= bytes_are_text(word, "rotate");
		ret->is_tcp |= bytes_are_text(word, "use-vc");
	}
}

void resolvconf_parse(struct bytes text, struct resolvconf *ret)
{
	struct bytes line, keyword;

	*ret = (struct resolvconf){.ndots = 1, .timeout_s = 5, .attempts = 2};
	while (bytes_next_line(&text, &line)) {
		if (!line.len || is_blank(line.data[0]) || !next_word(&line, &keyword))
			continue; /* a keyword stands at the beginning of its line */
		if (bytes_are_text(keyword, "nameserver"))
			take_server(line, ret);
		else if (bytes_are_text(keyword, "domain"))
			take_domains(line, 1, ret);
		else if (bytes_are_text(keyword, "search"))
			take_domains(line, RESOLVCONF_DOMAINS_MAX, ret);
		else if (bytes_are_text(keyword, "options"))
			take_options(line, ret);
	}
}

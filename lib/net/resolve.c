#include "net/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "net/sockets.h"

#define DNS_PORT     53
#define FILE_MAX     (64u << 10)
#define LOCAL_SERVER "127.0.0.1" /* resolv.conf(5): used if the file names none */
#define STEPS_MAX    (RESOLVCONF_SERVERS_MAX * RESOLVCONF_ATTEMPTS_MAX)
/* To wait for the second family once the first has a usable address. RFC 8305 section 3 takes 50
 * ms, for a page that somebody waits for; here a slow answer that leads around a closed way is
 * worth more. */
#define OTHER_WAIT_MS 1000

/* A family's share of the search for one name. */
struct side {
	enum dns_family family;
	/* index of the first server that denied the name, else the number of servers; only servers
	 * before it are queried */
	size_t limit;
	unsigned int round; /* the attempt, from 0 */
	size_t next; /* the server to query next in this round */
	int64_t due_ms; /* when to query it */
	size_t count;
	struct dns_question *questions[STEPS_MAX];
	size_t asked[STEPS_MAX]; /* index of the server */
	int64_t asked_ms[STEPS_MAX];
	bool is_counted[STEPS_MAX]; /* the answer was taken into account */
	bool is_over;
	enum dns_outcome denial; /* the answer of the server at `limit` */
	const struct dns_answer *found; /* NULL: no address */
};

/* The search for one name. */
struct search {
	const struct resolve_inputs *inputs;
	const struct resolvconf *conf;
	const char *name;
	const bool *is_dead; /* servers that stayed silent about an earlier name */
	struct resolve *lookup;
	struct side sides[DNS_FAMILIES];
	int64_t until_ms; /* end of waiting for answers */
};

static void search_cleanup(struct search *search)
{
	for (size_t family = 0; family < DNS_FAMILIES; family++)
		for (size_t i = 0; i < search->sides[family].count; i++)
			dns_forget(search->sides[family].questions[i]);
}

/* ---- one family ---- */

static int query_next_server(struct search *search, struct side *side, int64_t now_ms, struct err *err)
{
	struct resolve_server *server = &search->lookup->servers[side->next];
	const struct dns_server whom = {.address = server->address,
		.port = search->inputs->port ? search->inputs->port : DNS_PORT,
		.is_tcp = search->conf->is_tcp,
		.deadline_ms = search->inputs->deadline_ms};

	if (dns_ask(&whom, search->name, side->family, &side->questions[side->count], err) < 0)
		return -1;
	server->is_asked = true;
	side->asked_ms[side->count] = now_ms;
	side->asked[side->count++] = side->next++;
	side->due_ms = now_ms + 1000 * (int64_t)search->conf->timeout_s;
	return 0;
}

/* An answer to an earlier attempt counts like one to the last. */
static void note_answer(struct search *search, struct side *side, size_t at, int64_t now_ms)
{
	const struct dns_answer *answer = dns_answer_of(side->questions[at]);
	struct resolve_server *server = &search->lookup->servers[side->asked[at]];

	side->is_counted[at] = true;
	server->answers[side->family] = *answer;
	server->took_ms[side->family] = (uint32_t)(now_ms - side->asked_ms[at]);
	if (answer->outcome == DNS_FOUND) {
		side->found = answer;
		side->is_over = true;
	} else if ((answer->outcome == DNS_NO_NAME || answer->outcome == DNS_NO_DATA) &&
		   side->asked[at] < side->limit) {
		side->limit = side->asked[at];
		side->denial = answer->outcome;
		(void)text_format(search->lookup->alias, sizeof(search->lookup->alias), "%s",
			dns_alias_of(side->questions[at]));
	}
	if (at + 1 == side->count)
		side->due_ms = now_ms; /* the last server queried has answered: do not wait */
}

static int take_answers(struct search *search, struct side *side, int64_t now_ms, struct err *err)
{
	for (size_t i = 0; i < side->count && !side->is_over; i++) {
		enum dns_outcome outcome = dns_answer_of(side->questions[i])->outcome;

		if (outcome == DNS_NO_MEMORY)
			return err_set(err, ERR_NO_MEMORY, 0, "No memory to resolve a name.");
		if (outcome != DNS_SILENT && !side->is_counted[i])
			note_answer(search, side, i, now_ms);
	}
	return 0;
}

/* Queries the next servers until an answer must be waited for, or no server is left. */
static int query_while_due(struct search *search, struct side *side, int64_t now_ms, struct err *err)
{
	if (take_answers(search, side, now_ms, err) < 0)
		return -1;
	while (!side->is_over && now_ms >= side->due_ms) {
		if (side->next >= side->limit) {
			side->next = 0;
			side->round++;
		}
		side->is_over = side->limit == 0 || side->round >= search->conf->attempts;
		if (side->is_over)
			break;
		if (search->is_dead[side->next])
			side->next++;
		else if (query_next_server(search, side, now_ms, err) < 0 ||
			 take_answers(search, side, now_ms, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- both families of one name ---- */

static bool has_route(const char *address)
{
	/* connecting a datagram socket sends nothing */
	auto_cleanup(fd) int fd = sockets_connect(address, DNS_PORT, SOCK_DGRAM);

	return fd >= 0;
}

static bool has_usable_address(const struct side *side)
{
	for (size_t i = 0; side->found && i < side->found->count; i++)
		if (has_route(side->found->addresses[i]))
			return true;
	return false;
}

/* Limits the wait for the second family once the first has a usable address, because some devices
 * drop one of the two queries. */
static void limit_wait(struct search *search, int64_t now_ms)
{
	for (size_t i = 0; i < DNS_FAMILIES; i++)
		if (search->until_ms == search->inputs->deadline_ms && search->sides[i].is_over &&
			has_usable_address(&search->sides[i]) &&
			now_ms + OTHER_WAIT_MS < search->until_ms)
			search->until_ms = now_ms + OTHER_WAIT_MS;
}

static int wait_for_one(struct search *search, struct err *err)
{
	struct dns_question *questions[DNS_FAMILIES * STEPS_MAX];
	int64_t until_ms = search->until_ms;
	size_t count = 0;

	for (size_t i = 0; i < DNS_FAMILIES; i++) {
		const struct side *side = &search->sides[i];

		if (side->is_over)
			continue;
		for (size_t k = 0; k < side->count; k++)
			questions[count++] = side->questions[k];
		until_ms = side->due_ms < until_ms ? side->due_ms : until_ms;
	}
	return dns_wait(questions, count, until_ms, err);
}

static void note_time_without_answer(struct search *search)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < DNS_FAMILIES; i++)
		/* backwards: the first query counts */
		for (size_t k = search->sides[i].count; k--;)
			if (search->lookup->servers[search->sides[i].asked[k]].answers[i].outcome ==
				DNS_SILENT)
				search->lookup->servers[search->sides[i].asked[k]].took_ms[i] =
					(uint32_t)(now_ms - search->sides[i].asked_ms[k]);
}

/* Queries servers and waits until both families are over, or for as long as is worthwhile. */
static int wait_for_search(struct search *search, struct err *err)
{
	bool is_over = false;

	search->until_ms = search->inputs->deadline_ms;
	while (!is_over) {
		int64_t now_ms = clock_monotonic_ms();

		for (size_t i = 0; i < DNS_FAMILIES; i++)
			if (!search->sides[i].is_over &&
				query_while_due(search, &search->sides[i], now_ms, err) < 0)
				return -1;
		limit_wait(search, now_ms);
		is_over = (search->sides[DNS_A].is_over && search->sides[DNS_AAAA].is_over) ||
			  now_ms >= search->until_ms;
		if (!is_over && wait_for_one(search, err) < 0)
			return -1;
	}
	note_time_without_answer(search);
	return 0;
}

/* ---- the result ---- */

/* Adds the addresses with a route, or those without. The former come first (RFC 6724 section 6,
 * rule 1); which of them is best shows when they are tried (RFC 8305). */
static void add_addresses(const struct dns_answer *answer, bool with_route, struct resolve *ret)
{
	for (size_t i = 0; answer && i < answer->count && ret->count < RESOLVE_MAX; i++)
		if (has_route(answer->addresses[i]) == with_route)
			memcpy(ret->addresses[ret->count++], answer->addresses[i], DNS_ADDRESS_SIZE);
}

static enum resolve_outcome outcome_of_side(const struct search *search, const struct side *side)
{
	enum resolve_outcome outcome = RESOLVE_SILENT;

	if (side->limit < search->lookup->server_count && side->is_over)
		return side->denial == DNS_NO_NAME ? RESOLVE_NO_NAME : RESOLVE_NO_DATA;
	for (size_t i = 0; i < search->lookup->server_count; i++) {
		enum dns_outcome there = search->lookup->servers[i].answers[side->family].outcome;

		if (there == DNS_FAILED || there == DNS_GARBLED || there == DNS_NOT_RECURSING)
			outcome = RESOLVE_FAILED;
	}
	return outcome;
}

/* Fills search->lookup, which holds only the servers so far. */
static int look_up_name(struct search *search, struct err *err)
{
	struct resolve *lookup = search->lookup;
	enum resolve_outcome outcome, other;

	for (enum dns_family family = DNS_A; family < DNS_FAMILIES; family++)
		search->sides[family] =
			(struct side){.family = family, .limit = lookup->server_count};
	if (wait_for_search(search, err) < 0)
		return -1;
	for (int without_route = 0; without_route < 2; without_route++) {
		add_addresses(search->sides[DNS_AAAA].found, !without_route, lookup);
		add_addresses(search->sides[DNS_A].found, !without_route, lookup);
	}
	/* The answer to A counts first, because many servers answer AAAA wrongly. If the name has
	 * no IPv4 address, the answer to AAAA counts. */
	outcome = outcome_of_side(search, &search->sides[DNS_A]);
	other = outcome_of_side(search, &search->sides[DNS_AAAA]);
	if (outcome == RESOLVE_NO_DATA && other != RESOLVE_NO_NAME)
		outcome = other;
	lookup->outcome = lookup->count ? RESOLVE_FOUND : outcome;
	return 0;
}

/* ---- the servers to query ---- */

/* The default search list is the domain of the machine's own name (resolv.conf(5)). */
static void add_own_domain(struct resolvconf *ret)
{
	char host[RESOLVE_NAME_SIZE] = "";
	const char *dot = gethostname(host, sizeof(host) - 1) == 0 ? strchr(host, '.') : NULL;

	if (dot && dot[1] && text_format(ret->domains[0], RESOLVCONF_DOMAIN_SIZE, "%s", dot + 1))
		ret->domain_count = 1;
}

/* If the file cannot be read, the server on this machine is used, as other programs do. A failed
 * allocation is an error. */
static int read_conf(const char *file, struct resolvconf *ret, struct resolve *lookup, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(FILE_MAX);

	if (file_read(AT_FDCWD, file ? file : RESOLVE_RESOLVER_FILE, FILE_FOLLOW_LINKS, &text, err) <
		0) {
		if (err->code == ERR_NO_MEMORY)
			return -1;
		lookup->file_error = err->native ? (int)err->native : EIO;
	}
	resolvconf_parse(buf_bytes(&text), ret);
	lookup->is_unconfigured = ret->server_count == 0;
	if (lookup->is_unconfigured)
		(void)text_format(ret->servers[ret->server_count++], RESOLVCONF_SERVER_SIZE, "%s",
			LOCAL_SERVER);
	if (!ret->has_domains)
		add_own_domain(ret);
	return 0;
}

static void list_servers(const struct resolvconf *conf, struct resolve *ret)
{
	size_t first = conf->is_rotated ? (size_t)clock_monotonic_ms() % conf->server_count : 0;

	for (size_t i = 0; i < conf->server_count; i++)
		memcpy(ret->servers[i].address, conf->servers[(first + i) % conf->server_count],
			RESOLVCONF_SERVER_SIZE);
	ret->server_count = conf->server_count;
}

/* The index-th name to look up; false after the last. The name itself comes first if it has at
 * least ndots dots, else last. */
static bool name_at(
	const char *host, const struct resolvconf *conf, size_t index, char ret[RESOLVE_NAME_SIZE])
{
	size_t len = strlen(host);
	bool is_absolute = len && host[len - 1] == '.';
	size_t domains = is_absolute ? 0 : conf->domain_count;
	unsigned int dots = 0;
	size_t plain_at;

	for (const char *at = host; *at; at++)
		dots += *at == '.';
	plain_at = is_absolute || dots >= conf->ndots ? 0 : domains;
	if (index > domains)
		return false;
	if (index == plain_at)
		(void)text_format(ret, RESOLVE_NAME_SIZE, "%.*s", (int)(len - is_absolute), host);
	else
		(void)text_format(ret, RESOLVE_NAME_SIZE, "%s.%s", host,
			conf->domains[index - (index > plain_at)]);
	return true;
}

static void note_silent_servers(const struct resolve *lookup, bool is_dead[RESOLVCONF_SERVERS_MAX])
{
	for (size_t i = 0; i < lookup->server_count; i++)
		is_dead[i] = is_dead[i] ||
			     (lookup->servers[i].is_asked &&
				     lookup->servers[i].answers[DNS_A].outcome == DNS_SILENT &&
				     lookup->servers[i].answers[DNS_AAAA].outcome == DNS_SILENT);
}

/* Looks up each name in both families, so that all addresses belong to one name. If none is found,
 * the result is that of the first name. */
static int ask_servers(const struct resolve_inputs *inputs, struct resolve *ret, struct err *err)
{
	bool is_dead[RESOLVCONF_SERVERS_MAX] = {false};
	char name[RESOLVE_NAME_SIZE];
	auto_cleanup(free) struct resolvconf *conf = calloc(1, sizeof(*conf));
	struct resolve unasked = {0};

	if (!conf)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory to resolve a name.");
	if (read_conf(inputs->resolver_file, conf, &unasked, err) < 0)
		return -1;
	list_servers(conf, &unasked);
	for (size_t i = 0; name_at(inputs->host, conf, i, name); i++) {
		struct resolve found = unasked;
		auto_cleanup(search) struct search search = {.inputs = inputs,
			.conf = conf,
			.name = name,
			.is_dead = is_dead,
			.lookup = &found};

		if (look_up_name(&search, err) < 0)
			return -1;
		if (i == 0 || found.outcome == RESOLVE_FOUND)
			*ret = found;
		if (found.outcome == RESOLVE_FOUND || found.outcome == RESOLVE_SILENT ||
			clock_monotonic_ms() >= inputs->deadline_ms)
			break;
		note_silent_servers(&found, is_dead);
	}
	return 0;
}

/* RFC 1122 section 3.2.1.3: no host's address, and to connect to it reaches this machine. */
static bool leads_nowhere(const struct resolve *found)
{
	static const uint8_t zero[16];
	uint8_t binary[16] = {0};

	for (size_t i = 0; i < found->count; i++) {
		int family = strchr(found->addresses[i], ':') ? AF_INET6 : AF_INET;

		memset(binary, 0, sizeof(binary));
		if (inet_pton(family, found->addresses[i], binary) != 1 ||
			memcmp(binary, zero, sizeof(zero)) != 0)
			return false;
	}
	return found->count > 0;
}

bool resolve_is_address(const char *host)
{
	uint8_t binary[16];

	return host[0] == '[' || inet_pton(AF_INET, host, binary) == 1 ||
	       inet_pton(AF_INET6, host, binary) == 1;
}

int resolve_run(const struct resolve_inputs *inputs, struct resolve *ret, struct err *err)
{
	size_t len = strlen(inputs->host);
	struct resolve found = {0};
	struct dns_answer hosts = {0};
	char name[RESOLVE_NAME_SIZE];

	if (resolve_is_address(inputs->host)) {
		size_t is_bracketed = inputs->host[0] == '[';

		(void)text_format(found.addresses[0], DNS_ADDRESS_SIZE, "%.*s",
			(int)(len - 2 * is_bracketed), inputs->host + is_bracketed);
		found.count = 1;
	} else {
		bool is_absolute = len && inputs->host[len - 1] == '.';

		(void)text_format(name, sizeof(name), "%.*s", (int)(len - is_absolute), inputs->host);
		if (dns_ask_hosts(inputs->hosts_file, name, &hosts, err) < 0)
			return -1;
		for (int without_route = 0; without_route < 2; without_route++)
			add_addresses(&hosts, !without_route, &found);
		if (!found.count && ask_servers(inputs, &found, err) < 0)
			return -1;
		if (leads_nowhere(&found)) {
			found.count = 0;
			found.outcome = RESOLVE_NOWHERE;
		}
	}
	*ret = found;
	return 0;
}

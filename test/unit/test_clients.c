#include "check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include "../provider/clients.h"

/* A connection from there. No socket is needed: time ends none of them. */
static struct client *connected(struct clients *clients, const char *address)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
	const struct sockaddr *from =
		is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;

	assert_true(is_v4 || inet_pton(AF_INET6, address, &v6.sin6_addr) == 1);
	if (!clients_may_connect(clients, from))
		return NULL;
	return client_open(clients, -1, from);
}

/* Connects from `address` as often as it may, and tells whether then `another` may. */
static bool leaves_room(const char *address, const char *another)
{
	struct clients *clients = clients_new();
	struct client *all[CLIENTS_PER_ADDRESS + 1];
	size_t count = 0;
	bool may;

	for (; count < CLIENTS_PER_ADDRESS; count++) {
		all[count] = connected(clients, address);
		assert_non_null(all[count]);
	}
	assert_null(connected(clients, address));
	all[count] = connected(clients, another);
	may = all[count] != NULL;
	for (size_t i = 0; i < count + may; i++)
		client_close(clients, all[i]);
	all[0] = connected(clients, address);
	assert_non_null(all[0]); /* what was closed counts no more */
	client_close(clients, all[0]);
	clients_free(clients);
	return may;
}

static void an_address_has_its_share(void **state)
{
	static const struct {
		const char *address, *another;
		bool is_other;
	} rows[] = {
		{"192.0.2.1", "192.0.2.2", true},
		/* the same, as a socket for both shows it */
		{"192.0.2.1", "::ffff:192.0.2.1", false},
		{"192.0.2.1", "::ffff:192.0.2.2", true},
		{"2001:db8::1", "2001:db8::2", false}, /* one network's */
		{"2001:db8::1", "2001:db8:0:1::1", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (leaves_room(rows[i].address, rows[i].another) != rows[i].is_other)
			fail_msg("row %zu", i);
}

static void bodies_have_a_budget(void **state)
{
	struct clients *clients = clients_new();
	struct client *all[CLIENTS_MAX_BODIES / CLIENTS_BODIES_PER_ADDRESS + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		char address[INET_ADDRSTRLEN];

		(void)snprintf(address, sizeof(address), "192.0.2.%zu", i);
		all[i] = connected(clients, address);
		assert_int_equal(client_take(clients, all[i], CLIENTS_BODIES_PER_ADDRESS),
			i + 1 < COUNT(all));
		assert_false(client_take(clients, all[i], 1));
	}
	client_give_back(clients, all[0], CLIENTS_BODIES_PER_ADDRESS);
	assert_false(client_take(clients, all[0], SIZE_MAX));
	assert_true(client_take(clients, all[0], 1));
	for (size_t i = 0; i < COUNT(all); i++)
		client_close(clients, all[i]);
	clients_free(clients);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_its_share),
		cmocka_unit_test(bodies_have_a_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

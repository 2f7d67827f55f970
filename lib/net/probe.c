#include "net/probe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"
#include "net/sockets.h"

/* A walk under way. */
struct walk {
	const struct probe_inputs *inputs;
	int64_t deadline_ms; /* from the name on */
	struct probe *probe;
	int fd; /* of the chosen address */
};

static void walk_cleanup(struct walk *walk)
{
	fd_cleanup(&walk->fd);
}

/* A step may take half of what is left, so that one which hangs leaves time to those after it. */
static int64_t half_deadline_ms(const struct walk *walk)
{
	int64_t now_ms = clock_monotonic_ms();

	return now_ms + (walk->deadline_ms - now_ms) / 2;
}

static bool has_proxy(const struct probe *probe)
{
	return probe->proxy.address.host[0] != '\0';
}

static const struct http_origin *first_hop(const struct probe *probe)
{
	return has_proxy(probe) ? &probe->proxy.address : &probe->server;
}

/* ---- the name ---- */

static int resolve(struct walk *walk, struct err *err)
{
	struct probe *probe = walk->probe;
	const struct resolve_inputs inputs = {.host = first_hop(probe)->host,
		.deadline_ms = clock_monotonic_ms() + walk->inputs->name_timeout_ms};

	if (resolve_run(&inputs, &probe->lookup, err) < 0)
		return -1;
	walk->deadline_ms = clock_monotonic_ms() + walk->inputs->timeout_ms;
	for (size_t i = 0; i < probe->lookup.count; i++) {
		struct probe_address *address = &probe->addresses[probe->address_count++];

		memcpy(address->text, probe->lookup.addresses[i], sizeof(address->text));
		address->is_private = sockets_is_private(address->text);
	}
	if (probe->address_count)
		return 0;
	(void)!resolve_explain(
		&probe->lookup, has_proxy(probe) ? "the proxy's name" : "the name", err);
	if (has_proxy(probe))
		err->code = ERR_PROXY_NAME;
	return -1;
}

/* ---- connections ---- */

static void take_connection(int fd, int64_t started_ms, struct probe_address *ret)
{
	socklen_t len = sizeof(ret->error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &ret->error, &len) < 0)
		ret->error = errno;
	ret->is_connected = ret->error == 0;
	ret->took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
}

/* Until all have succeeded or failed, or the time is over. */
static void wait_for_connections(struct pollfd *fds, struct probe *probe, int64_t deadline_ms)
{
	int64_t started_ms = clock_monotonic_ms();
	struct pollfd pending[PROBE_ADDRESSES_MAX];
	size_t open = 0;

	memcpy(pending, fds, sizeof(pending));
	for (size_t i = 0; i < probe->address_count; i++)
		open += pending[i].fd >= 0;
	while (open) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (left_ms <= 0 ||
			(poll(pending, probe->address_count, (int)left_ms) < 0 && errno != EINTR))
			break;
		for (size_t i = 0; i < probe->address_count; i++)
			if (pending[i].fd >= 0 && pending[i].revents) {
				take_connection(pending[i].fd, started_ms, &probe->addresses[i]);
				pending[i].fd = -1;
				open--;
			}
	}
	for (size_t i = 0; i < probe->address_count; i++)
		if (pending[i].fd >= 0) {
			probe->addresses[i].error = ETIMEDOUT;
			probe->addresses[i].took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
		}
}

static bool has_no_way(const struct probe_address *address)
{
	return sockets_cause_of(address->error).code == ERR_UNREACHABLE;
}

/* That a VM has no IPv6, for one, says less than what became of the other addresses. */
static size_t most_telling(const struct probe *probe)
{
	size_t best = 0;

	for (size_t i = 1; i < probe->address_count; i++)
		if (has_no_way(&probe->addresses[best]) && !has_no_way(&probe->addresses[i]))
			best = i;
	return best;
}

static int judge_connections(struct probe *probe, struct err *err)
{
	struct sockets_cause cause;
	int error;

	probe->chosen = most_telling(probe);
	error = probe->addresses[probe->chosen].error;
	cause = sockets_cause_of(error);
	errno = error;
	if (cause.code == ERR_UNREACHABLE || cause.code == ERR_CONNECT_FORBIDDEN)
		(void)err_set(err, cause.code, (unsigned long)error, "%s%s: %m", cause.text,
			cause.by_whom);
	else
		(void)err_set(
			err, cause.code, (unsigned long)error, "%s%s", cause.text, cause.by_whom);
	if (has_proxy(probe))
		err->code = ERR_PROXY_UNREACHABLE;
	return -1;
}

static int connect_all(struct walk *walk, struct err *err)
{
	struct probe *probe = walk->probe;
	struct pollfd fds[PROBE_ADDRESSES_MAX];
	size_t chosen = PROBE_ADDRESSES_MAX;

	for (size_t i = 0; i < PROBE_ADDRESSES_MAX; i++)
		fds[i] = (struct pollfd){.fd = -1, .events = POLLOUT};
	for (size_t i = 0; i < probe->address_count; i++) {
		fds[i].fd = sockets_connect(
			probe->addresses[i].text, first_hop(probe)->port, SOCK_STREAM);
		probe->addresses[i].error = fds[i].fd < 0 ? errno : 0;
	}
	wait_for_connections(fds, probe, half_deadline_ms(walk));
	for (size_t i = 0; i < probe->address_count; i++) {
		if (chosen == PROBE_ADDRESSES_MAX && probe->addresses[i].is_connected) {
			chosen = i;
			walk->fd = fds[i].fd;
		} else {
			fd_cleanup(&fds[i].fd);
		}
	}
	if (chosen == PROBE_ADDRESSES_MAX)
		return judge_connections(probe, err);
	probe->chosen = chosen;
	return 0;
}

/* ---- proxy and TLS ---- */

static int open_tunnel(struct walk *walk, struct err *err)
{
	return connect_proxy_open(walk->fd, &walk->inputs->way->proxy, &walk->probe->server,
		half_deadline_ms(walk), &walk->probe->tunnel, err);
}

/* The same once more, without the one thing that a filter by name goes by. */
static bool is_name_filtered(const struct walk *walk, struct tls_look_inputs look)
{
	const struct probe *probe = walk->probe;
	auto_cleanup(fd) int fd = -1;
	struct tls_look_peer peer;
	struct err ignored;

	if (has_proxy(probe))
		return false;
	fd = sockets_connect(probe->addresses[probe->chosen].text, probe->server.port, SOCK_STREAM);
	look.deadline_ms = half_deadline_ms(walk);
	if (fd < 0 || !sockets_wait(fd, POLLOUT, look.deadline_ms))
		return false;
	look.fd = fd;
	look.without_name = true;
	return tls_look(&look, &peer, &ignored) == 0 || peer.received_bytes > 0;
}

static int look_at_tls(struct walk *walk, struct err *err)
{
	auto_cleanup(trust_store_files) struct trust_store_files files = {0};
	auto_cleanup(trust_store_set) struct trust_store_set trust = {0};
	struct probe *probe = walk->probe;
	struct tls_look_inputs look = {.fd = walk->fd,
		.host = probe->server.host,
		.now_s = walk->inputs->now_s,
		.deadline_ms = half_deadline_ms(walk)};

	if (trust_store_read(&walk->inputs->way->trust, &files, err) < 0 ||
		trust_store_take(&files, &trust, err) < 0)
		return -1;
	look.authorities = trust.authorities;
	probe->left_out_count = trust.left_out_count;
	memcpy(probe->left_out, trust.left_out[0], sizeof(probe->left_out));
	if (tls_look(&look, &probe->peer, err) == 0) {
		*err = probe->peer.fault;
		return err->code == ERR_OK ? 0 : -1;
	}
	probe->is_name_filtered = err->code == ERR_TLS_CUT && is_name_filtered(walk, look);
	return -1;
}

/* ---- the walk ---- */

typedef int step_function(struct walk *walk, struct err *err);

static bool run_step(struct walk *walk, enum probe_step step)
{
	static step_function *const functions[PROBE_STEPS] = {
		[PROBE_RESOLVE] = resolve,
		[PROBE_CONNECT] = connect_all,
		[PROBE_TUNNEL] = open_tunnel,
		[PROBE_TLS] = look_at_tls,
	};
	struct probe_part *part = &walk->probe->parts[step];
	int64_t started_ms = clock_monotonic_ms();
	bool is_good;

	part->is_tried = true;
	is_good = functions[step](walk, &part->err) == 0;
	if (is_good)
		part->err = (struct err){0};
	part->took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
	return is_good;
}

void probe_run(const struct probe_inputs *inputs, struct probe *ret)
{
	auto_cleanup(walk) struct walk walk = {.inputs = inputs, .probe = ret, .fd = -1};

	*ret = (struct probe){.server = inputs->way->origin};
	ret->proxy.address = inputs->way->proxy.address;
	memcpy(ret->proxy.source, inputs->way->proxy.source, sizeof(ret->proxy.source));
	for (enum probe_step step = PROBE_RESOLVE; step < PROBE_STEPS; step++)
		if ((step != PROBE_TUNNEL || has_proxy(ret)) && !run_step(&walk, step))
			return;
}

enum probe_step probe_failed_step(const struct probe *probe)
{
	enum probe_step step = PROBE_RESOLVE;

	while (step < PROBE_STEPS && probe->parts[step].err.code == ERR_OK)
		step++;
	return step;
}

#include "net/probe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"
#include "net/http.h"
#include "net/sockets.h"

/* A probe that is running. */
struct run {
	const struct probe_inputs *inputs;
	int64_t deadline_ms; /* for the steps after PROBE_RESOLVE */
	struct probe *probe;
	int fd; /* connected to the chosen address, or -1 */
};

static void run_cleanup(struct run *run)
{
	fd_cleanup(&run->fd);
}

/* A step may take half of the time that is left, so that a step that hangs leaves time for the
 * later ones. */
static int64_t half_deadline_ms(const struct run *run)
{
	int64_t now_ms = clock_monotonic_ms();

	return now_ms + (run->deadline_ms - now_ms) / 2;
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

static int resolve_first_hop(struct run *run, struct err *err)
{
	struct probe *probe = run->probe;
	const struct resolve_inputs inputs = {.host = first_hop(probe)->host,
		.deadline_ms = clock_monotonic_ms() + run->inputs->name_timeout_ms};

	if (resolve_run(&inputs, &probe->lookup, err) < 0)
		return -1;
	run->deadline_ms = clock_monotonic_ms() + run->inputs->timeout_ms;
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

static void note_connection(int fd, int64_t started_ms, struct probe_address *ret)
{
	socklen_t len = sizeof(ret->error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &ret->error, &len) < 0)
		ret->error = errno;
	if (ret->error == ECONNRESET) /* a refusal is ECONNREFUSED: this one was connected */
		ret->error = 0;
	ret->is_connected = ret->error == 0;
	ret->is_answered = true;
	ret->took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
}

/* Returns when all have succeeded or failed, or at the deadline. */
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
				note_connection(pending[i].fd, started_ms, &probe->addresses[i]);
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

static struct sockets_cause cause_of(const struct probe_address *address)
{
	return sockets_cause_of(address->error, address->is_answered);
}

static bool has_no_route(const struct probe_address *address)
{
	return cause_of(address).code == ERR_UNREACHABLE;
}

/* Chooses the address whose failure explains most. One without a route, such as IPv6 on a VM that
 * has none, explains less than any other. */
static int report_failed_connections(struct probe *probe, struct err *err)
{
	struct sockets_cause cause;
	int error;

	probe->chosen = 0;
	for (size_t i = 1; i < probe->address_count; i++)
		if (has_no_route(&probe->addresses[probe->chosen]) &&
			!has_no_route(&probe->addresses[i]))
			probe->chosen = i;
	error = probe->addresses[probe->chosen].error;
	cause = cause_of(&probe->addresses[probe->chosen]);
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

static int connect_all(struct run *run, struct err *err)
{
	struct probe *probe = run->probe;
	struct pollfd fds[PROBE_ADDRESSES_MAX];
	size_t chosen = PROBE_ADDRESSES_MAX;

	for (size_t i = 0; i < PROBE_ADDRESSES_MAX; i++)
		fds[i] = (struct pollfd){.fd = -1, .events = POLLOUT};
	for (size_t i = 0; i < probe->address_count; i++) {
		fds[i].fd = sockets_connect(
			probe->addresses[i].text, first_hop(probe)->port, SOCK_STREAM);
		probe->addresses[i].error = fds[i].fd < 0 ? errno : 0;
	}
	wait_for_connections(fds, probe, half_deadline_ms(run));
	for (size_t i = 0; i < probe->address_count; i++) {
		if (chosen == PROBE_ADDRESSES_MAX && probe->addresses[i].is_connected) {
			chosen = i;
			run->fd = fds[i].fd;
		} else {
			fd_cleanup(&fds[i].fd);
		}
	}
	if (chosen == PROBE_ADDRESSES_MAX)
		return report_failed_connections(probe, err);
	probe->chosen = chosen;
	return 0;
}

/* ---- proxy and TLS ---- */

static int open_tunnel(struct run *run, struct err *err)
{
	const struct proxy *proxy = &run->inputs->way->proxy;
	struct probe *probe = run->probe;
	const struct http_tunnel tunnel = {.proxy = proxy,
		.address = probe->addresses[probe->chosen].text,
		.server = &probe->server,
		.deadline_ms = half_deadline_ms(run)};

	if (!proxy->user[0])
		return connect_proxy_open(
			run->fd, tunnel.server, tunnel.deadline_ms, &probe->tunnel, err);
	(void)close(steal_fd(&run->fd));
	return http_open_tunnel(&tunnel, &probe->tunnel, &run->fd, err);
}

/* Repeats the handshake without the server's name (SNI), by which some firewalls filter. */
static bool connects_without_name(const struct run *run, struct tls_look_inputs look)
{
	const struct probe *probe = run->probe;
	auto_cleanup(fd) int fd = -1;
	struct tls_look_peer peer;
	struct err ignored;

	if (has_proxy(probe))
		return false;
	fd = sockets_connect(probe->addresses[probe->chosen].text, probe->server.port, SOCK_STREAM);
	look.deadline_ms = half_deadline_ms(run);
	if (fd < 0 || !sockets_wait(fd, POLLOUT, look.deadline_ms))
		return false;
	look.fd = fd;
	look.without_name = true;
	return tls_look(&look, &peer, &ignored) == 0 || peer.received_bytes > 0;
}

static int try_tls(struct run *run, struct err *err)
{
	auto_cleanup(trust_store_set) struct trust_store_set trust = {0};
	struct probe *probe = run->probe;
	struct tls_look_inputs look = {.fd = run->fd,
		.host = probe->server.host,
		.now_s = run->inputs->now_s,
		.deadline_ms = half_deadline_ms(run)};

	if (trust_store_load(&run->inputs->way->trust, &trust, err) < 0)
		return -1;
	look.authorities = trust.authorities;
	probe->left_out_count = trust.left_out_count;
	memcpy(probe->left_out, trust.left_out[0], sizeof(probe->left_out));
	if (tls_look(&look, &probe->peer, err) == 0) {
		*err = probe->peer.fault;
		return err->code == ERR_OK ? 0 : -1;
	}
	if (has_proxy(probe) && probe->peer.is_no_tls)
		return err_set(err, ERR_PROXY, err->native,
			"the proxy accepted CONNECT, but what answers then speaks no TLS");
	probe->is_name_filtered = err->code == ERR_TLS_CUT && connects_without_name(run, look);
	return -1;
}

/* ---- the steps in order ---- */

void probe_run(const struct probe_inputs *inputs, struct probe *ret)
{
	static int (*const functions[PROBE_STEPS])(struct run * run, struct err * err) = {
		[PROBE_RESOLVE] = resolve_first_hop,
		[PROBE_CONNECT] = connect_all,
		[PROBE_TUNNEL] = open_tunnel,
		[PROBE_TLS] = try_tls,
	};
	auto_cleanup(run) struct run run = {.inputs = inputs, .probe = ret, .fd = -1};

	*ret = (struct probe){.server = inputs->way->origin};
	ret->proxy.address = inputs->way->proxy.address;
	memcpy(ret->proxy.source, inputs->way->proxy.source, sizeof(ret->proxy.source));
	for (enum probe_step step = PROBE_RESOLVE; step < PROBE_STEPS; step++) {
		struct probe_part *part = &ret->parts[step];
		int64_t started_ms = clock_monotonic_ms();
		bool is_good;

		if (step == PROBE_TUNNEL && !has_proxy(ret))
			continue;
		part->is_tried = true;
		is_good = functions[step](&run, &part->err) == 0;
		part->took_ms = (uint32_t)(clock_monotonic_ms() - started_ms);
		if (!is_good)
			return;
		part->err = (struct err){0};
	}
}

enum probe_step probe_failed_step(const struct probe *probe)
{
	enum probe_step step = PROBE_RESOLVE;

	while (step < PROBE_STEPS && probe->parts[step].err.code == ERR_OK)
		step++;
	return step;
}

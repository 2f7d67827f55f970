/* probe.h - tries the way to an HTTPS server step by step to find where it ends: name, addresses,
 * proxy, TLS.
 *
 * It explains to people why an exchange (net/http.h) failed, or shows that the way is open. It
 * sends DNS queries, TCP handshakes, CONNECT to a proxy and a TLS ClientHello, and nothing over the
 * TLS connection. Its result appears in messages only and takes part in no decision. */
#ifndef NET_PROBE_H
#define NET_PROBE_H

#include "net/connect_proxy.h"
#include "net/resolve.h"
#include "net/tls_look.h"
#include "net/way.h"

#define PROBE_ADDRESSES_MAX RESOLVE_MAX
#define PROBE_ADDRESS_SIZE  DNS_ADDRESS_SIZE

struct probe_inputs {
	const struct way *way;
	int64_t now_s;
	uint32_t name_timeout_ms; /* for PROBE_RESOLVE; HTTP_NAME_MS is what an exchange allows */
	/* for all later steps together, 5000 is plenty; the probe ends within the sum of both */
	uint32_t timeout_ms;
};

enum probe_step {
	PROBE_RESOLVE, /* the server's name, or the proxy's if there is one */
	PROBE_CONNECT, /* TCP to all addresses at once */
	PROBE_TUNNEL, /* CONNECT; only with a proxy */
	PROBE_TLS, /* the handshake with the server */
	PROBE_STEPS,
};

struct probe_part {
	bool is_tried;
	uint32_t took_ms;
	/* ERR_OK, or why the step failed; the message is a clause without host and full stop */
	struct err err;
};

struct probe_address {
	char text[PROBE_ADDRESS_SIZE];
	bool is_private; /* net/sockets.h */
	bool is_connected;
	bool is_answered; /* the error did not come at once: ICMP of IPv6 may have brought it */
	int error; /* errno, 0 if connected; ETIMEDOUT also if the step's time ran out */
	uint32_t took_ms;
};

struct probe {
	struct http_origin server;
	struct proxy proxy; /* host "": none; without user and password */
	struct probe_part parts[PROBE_STEPS];
	struct resolve lookup; /* of the first hop's name, with the answer of each DNS server */
	size_t address_count;
	struct probe_address addresses[PROBE_ADDRESSES_MAX];
	/* index of the address that the later steps use; if PROBE_CONNECT failed, of the one whose
	 * failure is reported */
	size_t chosen;
	struct connect_proxy_answer tunnel;
	size_t left_out_count; /* certificate authorities that cannot be used */
	char left_out[TRUST_STORE_LEFT_OUT_SIZE]; /* a sentence about the first of them */
	/* what the handshake showed; an untrusted certificate is also the step's err */
	struct tls_look_peer peer;
	/* the handshake was cut off, and the same handshake without the server's name was not */
	bool is_name_filtered;
};

/* Runs the steps until one fails. */
void probe_run(const struct probe_inputs *inputs, struct probe *ret);
const char *probe_step_name(enum probe_step step); /* "name", "connection", "proxy", "TLS" */
/* The step that failed, or PROBE_STEPS if all succeeded. */
enum probe_step probe_failed_step(const struct probe *probe);
/* The result of a step in words, for tables, e.g. "20.42.1.2, 12 ms". */
void probe_step_text(const struct probe *probe, enum probe_step step, char *ret, size_t size);

/* -1 and the whole sentence for a failed probe: "host:port (address, public): cause, after 8.0 s."
 * waited_ms: how long an exchange was tried before the probe. The time is left out if both failed
 * within half a second. 0, and *err untouched, if nothing failed. */
int probe_explain(const struct probe *probe, uint32_t waited_ms, struct err *err) err_check;

#endif

/* probe.h - the way to an HTTPS server, walked step by step to see where it ends: name, addresses,
 * proxy, TLS.
 *
 * For telling people why an exchange (net/http.h) failed, or that all is well. It sends DNS
 * questions, TCP handshakes, a proxy's CONNECT and a TLS ClientHello, and nothing over the TLS
 * connection; what it learns decides nothing but words. */
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
	uint32_t name_timeout_ms; /* of the name: to be as patient as an exchange (net/resolve.h) */
	/* of all steps after it together, 5000 is plenty; the probe ends within both */
	uint32_t timeout_ms;
};

enum probe_step {
	PROBE_RESOLVE, /* the server's name, or the proxy's if there is one */
	PROBE_CONNECT, /* TCP to each address at once                       */
	PROBE_TUNNEL, /* CONNECT; only with a proxy                        */
	PROBE_TLS, /* the handshake with the server                     */
	PROBE_STEPS,
};

struct probe_part {
	bool is_tried;
	uint32_t took_ms;
	/* ERR_OK, or the step's cause; the message is a part of a sentence: no host, no stop */
	struct err err;
};

struct probe_address {
	char text[PROBE_ADDRESS_SIZE];
	bool is_private; /* net/sockets.h */
	bool is_connected;
	int error; /* errno; ETIMEDOUT also for no answer within the step's time */
	uint32_t took_ms;
};

struct probe {
	struct http_origin server;
	struct proxy proxy; /* host "": none. Without the user's part */
	struct probe_part parts[PROBE_STEPS];
	struct resolve lookup; /* of the first hop's name, with what each DNS server said */
	size_t address_count;
	struct probe_address addresses[PROBE_ADDRESSES_MAX];
	size_t chosen; /* index of the address of the later steps, if PROBE_CONNECT succeeded */
	struct connect_proxy_answer tunnel;
	size_t left_out_count; /* of the authorities, those that could not be taken */
	char left_out[TRUST_STORE_LEFT_OUT_SIZE]; /* the first of these, a sentence */
	/* what TLS showed; a certificate that nobody trusts is the step's err */
	struct tls_look_peer peer;
	/* the handshake was cut, and the same one without the server's name was not */
	bool is_name_filtered;
};

/* Walks until a step fails. */
void probe_run(const struct probe_inputs *inputs, struct probe *ret);
const char *probe_step_name(enum probe_step step); /* "name", "connection", "proxy", "TLS" */
/* The step at which it ended, PROBE_STEPS if all succeeded. */
enum probe_step probe_failed_step(const struct probe *probe);
/* What the step found out, in words, e.g. "20.42.1.2 (public) in 12 ms"; for tables. */
void probe_step_text(const struct probe *probe, enum probe_step step, char *ret, size_t size);

/* The whole sentence of a failed probe: "host:port (address, public): cause, after 8.0 s."
 * waited_ms: for how long an exchange was tried before; what took no time to fail, here and there,
 * is told without. 0 if nothing failed: *err is as it was. */
int probe_explain(const struct probe *probe, uint32_t waited_ms, struct err *err) err_check;

#endif

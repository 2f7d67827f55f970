/* Checks of the provider's documents and clock. */
#include <stdlib.h>
#include "base/clock.h"
#include "doctor/doctor_checks.h"
#include "maa/discovery.h"
#include "maa/exchange.h"
#include "maa/token.h"

#define CONNECT_MS  3000
#define EXCHANGE_MS 3000 /* for each of the two documents */

static int read_documents(struct doctor *doctor, struct http *http, struct keys *keys,
	struct discovery *ret, struct err *err)
{
	const struct exchange exchange = {.http = http,
		.way = doctor->way,
		.connect_timeout_ms = CONNECT_MS,
		.total_timeout_ms = EXCHANGE_MS,
		.now_s = doctor->inputs->now_s,
		.now_ms = doctor->inputs->now_ms};
	struct exchange_facts later;

	if (exchange_discovery(&exchange, ret, &doctor->answered, err) < 0)
		return -1;
	if (discovery_check(ret, &doctor->way.origin, err) < 0)
		return -1;
	return exchange_keys(&exchange, keys, &later, err);
}

int doctor_documents(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	auto_cleanup(http) struct http *http = NULL;
	/* 20 KiB: on the heap */
	auto_cleanup(free) struct keys *keys = calloc(1, sizeof(*keys));
	struct discovery discovery = {0};
	int64_t started_ms = clock_monotonic_ms();
	char issuer[HTTP_URL_SIZE];
	int64_t took_ms;

	if (!keys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the provider's keys.");
	if (http_open(&http, err) < 0 || read_documents(doctor, http, keys, &discovery, err) < 0) {
		json_add_int(finding->details, "tookMs", clock_monotonic_ms() - started_ms);
		return -1;
	}
	http_origin_text(&discovery.issuer, issuer);
	took_ms = clock_monotonic_ms() - started_ms;
	json_add_int(finding->details, "tookMs", took_ms);
	json_add_known_text(finding->details, "issuer", issuer);
	json_add_known_text(finding->details, "keysUrl", discovery.keys_url);
	json_add_int(finding->details, "keys", (int64_t)keys->count);
	json_add_known_text(finding->details, "serviceVersion", doctor->answered.service_version);
	doctor_ok(finding,
		"An attestation provider answers, in %lld ms: it issues tokens as %s and publishes %zu key%s.",
		(long long)took_ms, issuer, keys->count, keys->count == 1 ? "" : "s");
	return 0;
}

int doctor_time(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	static const char *const states[] = {
		[DOCTOR_CLOCK_UNKNOWN] = "unknown",
		[DOCTOR_CLOCK_SYNCHRONISED] = "synchronised",
		[DOCTOR_CLOCK_FREE] = "not synchronised",
	};
	const struct exchange_facts *facts = &doctor->answered;
	enum err_code code = facts->clock_ahead_s > 0 ? ERR_TOKEN_NOT_YET : ERR_TOKEN_EXPIRED;
	char text[EXCHANGE_CLOCK_SIZE];

	json_add_known_text(finding->details, "synchronisation", states[doctor->inputs->clock]);
	if (!facts->has_clock) {
		doctor_skip(finding, "No server was reached that gives the time.");
		return 0;
	}
	json_add_int(finding->details, "secondsBehind", facts->clock_ahead_s);
	exchange_clock_text(facts, text, sizeof(text));
	if (llabs(facts->clock_ahead_s) >= TOKEN_CLOCK_SKEW_S)
		return err_set(err, code, 0, "%s Tokens will be refused.", text + 1 /* blank */);
	if (text[0])
		doctor_warn(finding, code, "%s", text + 1);
	else
		doctor_ok(finding, "This VM's clock agrees with the provider's within seconds%s.",
			doctor->inputs->clock == DOCTOR_CLOCK_FREE ? ", though nothing synchronises it"
								   : "");
	return 0;
}

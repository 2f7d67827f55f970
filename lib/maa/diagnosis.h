/* diagnosis.h - finds the reason of a failed exchange by probing the way right after it. */
#ifndef MAA_DIAGNOSIS_H
#define MAA_DIAGNOSIS_H

#include "maa/exchange.h"
#include "net/probe.h"

/* for connection and TLS, name resolution aside; less if the exchange's deadline comes sooner */
#define DIAGNOSIS_PROBE_MS 5000

/* Probes the way to the provider (net/probe.h), if that can explain the failure and time is left.
 * *err is the failed exchange's and becomes more precise: where the way ends, or that it is open up
 * to TLS. The probe alone never decides that there was a failure. */
void diagnosis_make(
	const struct exchange *exchange, const struct exchange_facts *facts, struct err *err);

/* The same from the results of a probe; pure. */
void diagnosis_merge(const struct probe *probe, uint32_t waited_ms, struct err *err);

#endif

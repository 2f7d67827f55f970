/* diagnosis.h - a failed exchange and a look at the way right after it -> one reason. */
#ifndef MAA_DIAGNOSIS_H
#define MAA_DIAGNOSIS_H

#include "maa/exchange.h"
#include "net/probe.h"

/* at most, besides the name; less if the exchange's deadline comes sooner */
#define DIAGNOSIS_PROBE_MS 5000

/* Walks to the provider (net/probe.h) if the failure is one that this can explain, and time is
 * left. *err: the failed exchange's, which becomes more precise: where the walk ends, or that all
 * is well up to TLS. Nothing is concluded from the walk alone. */
void diagnosis_make(
	const struct exchange *exchange, const struct exchange_facts *facts, struct err *err);

/* The same from a walk that was made: pure. */
void diagnosis_merge(const struct probe *probe, uint32_t waited_ms, struct err *err);

#endif

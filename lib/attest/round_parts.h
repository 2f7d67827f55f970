/* round_parts.h - what the sources of a round share, round.c and round_approach.c: the part of a
 * round that needs no TPM: a thread chooses the provider, opens the connection and fetches the
 * provider's keys while the TPM quotes and makes its key. The request then takes one round trip. */
#ifndef ATTEST_ROUND_PARTS_H
#define ATTEST_ROUND_PARTS_H

#include <pthread.h>
#include "attest/round.h"
#include "maa/imds.h"

/* inputs->tcti, or the machine's own TPM. */
int round_open_tpm(const struct round_inputs *inputs, struct tpm **ret, struct err *err) err_check;
/* The address of the metadata service. */
const char *round_metadata(const struct round_inputs *inputs);
void round_take_metadata(const struct imds *imds, struct round_result *ret);

struct approach {
	const struct round_inputs *inputs;
	/* the thread writes what is known about the provider, the VM's ids and `keys` */
	struct round_result *result;
	struct exchange exchange; /* owns its `http` */
	struct err err; /* ERR_OK, or why there is no way to a provider */
	bool has_kept_keys; /* from inputs->keys: nothing was fetched, and no connection opened */
	struct err keys_err; /* ERR_OK, or why no keys were fetched */
	struct exchange_facts facts; /* of fetching the keys */
	bool is_running;
	pthread_t thread;
};

/* Begins. Until approach_end() the caller leaves alone what the thread writes, and keeps *inputs
 * and *result. ERR_NO_MEMORY. */
int approach_begin(const struct round_inputs *inputs, struct round_result *result,
	struct approach **ret, struct err *err) err_check;
/* Waits until all is done; a second call does nothing. */
void approach_end(struct approach *approach);
/* Whether the provider did not answer even for its keys, or is busy, so that a request would fail
 * likewise. */
bool approach_is_blocked(const struct approach *approach);
void approach_cleanup(struct approach **approach);

#endif

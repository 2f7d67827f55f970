/* round.h - one attestation: TPM, the VM's own check, provider, token. Every failure becomes part
 * of the VM's own verdict or of the provider's; service/verdicts.h combines them. */
#ifndef ATTEST_ROUND_H
#define ATTEST_ROUND_H

#include "appraise/verdict.h"
#include "attest/collect.h"
#include "maa/exchange.h"
#include "maa/keys_kept.h"
#include "maa/provider.h"

#define ROUND_NONCE_SIZE  33 /* 32 hex characters, for callers without their own nonce */
#define ROUND_NONCE_MAX   256
#define ROUND_BUDGET_MS   60000 /* for the whole round; only the TPM may exceed it */
#define ROUND_CONNECT_MS  8000 /* short enough that enable, which waits, reports the cause */
#define ROUND_EXCHANGE_MS 30000 /* each of the two HTTP exchanges */
#define ROUND_IDLE_MS     15000

struct round_inputs {
	struct collect_sources sources;
	const char *tcti; /* NULL or "": the machine's own TPM */
	struct provider_wish provider;
	/* metadata service, which knows the region, http://ADDRESS; NULL or "": the cloud's */
	const char *metadata;
	struct way_sources way; /* to the provider; does not apply to the metadata service */
	bool is_single_try; /* one request; a later round is the next try */
	uint32_t random; /* spreads the retries of many VMs over time */
	const char *nonce; /* the token must contain it, which proves that it is fresh */
	/* the provider's keys of earlier rounds, which this one uses and renews; NULL: none */
	struct keys_kept *keys;
	struct clock_time now;
};

/* How far a round came; later stages include the earlier ones. */
enum round_stage {
	ROUND_NOTHING, /* the TPM could not be opened */
	ROUND_TPM, /* the TPM answers */
	ROUND_COLLECTED, /* evidence is complete and `local` holds its appraisal */
	ROUND_ANSWERED, /* the provider answered, even with a refusal */
	ROUND_VERIFIED, /* `claims` are from a token that passed every check */
};

struct round_result {
	enum round_stage stage;
	int64_t started_ms; /* base/clock.h, monotonic */
	struct verdict own; /* of the VM's own check, or why there is none */
	struct evidence evidence; /* from ROUND_COLLECTED on */
	/* from ROUND_COLLECTED on; points into the event log of `evidence` */
	struct appraisal local;
	bool is_alone; /* no provider was due, so `remote` says nothing */
	struct verdict remote; /* from ROUND_COLLECTED on: the provider's, or why there is none */
	struct buf info; /* attestation information as sent; from ROUND_COLLECTED on */
	json *claims; /* ROUND_VERIFIED */
	json *token_header; /* ROUND_VERIFIED */
	/* The token and the key set that verified it, as received. Keep the token secret: it proves
	 * this VM's boot to others. */
	struct buf token, keys;
	int64_t token_issued_s, token_expires_s; /* iat, or nbf of a token without it; exp */
	char provider[HTTP_URL_SIZE]; /* its origin; "" if none was found */
	/* why it was chosen: "shared provider of westeurope"; "" if it was given */
	char provider_reason[REGION_REASON_SIZE];
	char provider_proxy[HTTP_URL_SIZE]; /* the way there: "host:port (source)"; "" if direct */
	struct exchange_facts exchange; /* of the request for attestation, if one was sent */
	/* from the metadata service; "" if unknown */
	char vm_id[64], security_type[32];
	uint32_t retry_after_s; /* how long the provider wants us to wait; 0: not stated */
};

/* A nonce from 16 random bytes. */
void round_nonce(const uint8_t random[16], char ret[ROUND_NONCE_SIZE]);
/* Four random bytes as round_inputs.random. */
uint32_t round_random(const uint8_t random[4]);
/* One round. ret is overwritten; the caller releases it. */
void round_run(const struct round_inputs *inputs, struct round_result *ret);
/* Only the VM's own check, without network. Of inputs only `sources` and `tcti` are used. `info`
 * stays empty. */
void round_check_boot(const struct round_inputs *inputs, struct round_result *ret);
/* A zeroed result, 45 KiB, on the heap. ERR_NO_MEMORY. */
int round_new(struct round_result **ret, struct err *err) err_check;
void round_done(struct round_result *result);
void round_free(struct round_result *result);
static inline void round_result_cleanup(struct round_result **result)
{
	round_free(*result);
}

#endif

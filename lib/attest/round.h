/* round.h - one attestation: TPM, the VM's own check, provider, token. Everything that goes wrong
 * ends in one of the two verdicts; service/verdicts.h makes one of them. */
#ifndef ATTEST_ROUND_H
#define ATTEST_ROUND_H

#include "appraise/verdict.h"
#include "attest/collect.h"
#include "maa/exchange.h"
#include "maa/provider.h"

#define ROUND_NONCE_SIZE  33 /* 32 hex characters, for those who have no nonce of their own */
#define ROUND_NONCE_MAX   256
#define ROUND_BUDGET_MS   60000 /* from its begin to its end; only the TPM may take longer */
#define ROUND_CONNECT_MS  8000 /* so that the cause is known before enable's wait is over */
#define ROUND_EXCHANGE_MS 30000 /* each of the two HTTP exchanges */
#define ROUND_IDLE_MS     15000

struct round_inputs {
	struct collect_sources sources;
	const char *tcti; /* NULL or "": the machine's own TPM */
	struct provider_wish provider;
	/* who knows the region, http://ADDRESS; NULL or "": the cloud's own */
	const char *metadata;
	struct way_sources way; /* never for the metadata service */
	uint32_t random; /* spreads the tries of a fleet */
	const char *nonce; /* comes back in the token: freshness of its issue */
	int64_t now_s;
};

/* How far a round came; later stages include the earlier ones. */
enum round_stage {
	ROUND_NOTHING, /* the TPM did not open                                */
	ROUND_TPM, /* the TPM answers                                     */
	ROUND_COLLECTED, /* evidence is complete and `local` holds its appraisal */
	ROUND_ANSWERED, /* the provider's answer arrived: any answer but silence */
	ROUND_VERIFIED, /* `claims` are of a token that passed every check     */
};

struct round_result {
	enum round_stage stage;
	int64_t started_ms; /* base/clock.h, monotonic */
	struct verdict own; /* the VM's own check, or why there is none */
	struct evidence evidence; /* from ROUND_COLLECTED on */
	struct appraisal local; /* likewise; its log is the evidence's */
	struct verdict remote; /* likewise: the provider's view, or why there is none */
	struct buf info; /* attestation information as sent; from ROUND_COLLECTED on */
	json *claims; /* ROUND_VERIFIED */
	/* likewise; what follows is secret in so far as it proves this VM's boot to others */
	json *token_header;
	/* the token and the key set that it was verified with, as they came */
	struct buf token, keys;
	int64_t token_issued_s, token_expires_s; /* iat, or nbf of a token without it; exp */
	char provider[HTTP_URL_SIZE]; /* origin asked; "" if none was found */
	/* why this one: "shared provider of westeurope"; "" if it was given */
	char provider_reason[REGION_REASON_SIZE];
	char provider_proxy[HTTP_URL_SIZE]; /* the way there: "host:port (source)"; "" if direct */
	struct exchange_facts exchange; /* of the attestation, if it came to one */
	char vm_id[64]; /* of the metadata service; "" if it was not asked or did not say */
	uint32_t retry_after_s; /* what the provider wants us to wait */
};

void round_nonce(const uint8_t random[16], char ret[ROUND_NONCE_SIZE]);
/* Four random bytes as round_inputs.random. */
uint32_t round_random(const uint8_t random[4]);
void round_run(const struct round_inputs *inputs, struct round_result *ret);
/* The VM's own half: asks nobody. Of inputs only `sources` and
 * `tcti` count. */
void round_look(const struct round_inputs *inputs, struct round_result *ret);
/* 45 KiB: on the heap. */
int round_new(struct round_result **ret, struct err *err) err_check;
void round_done(struct round_result *result);
void round_free(struct round_result *result);
static inline void round_result_cleanup(struct round_result **result)
{
	round_free(*result);
}

#endif

#include "attest/round_parts.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "maa/diagnosis.h"
#include "maa/envelope.h"
#include "maa/request.h"
#include "maa/token.h"

#define INNER_KEY_MAX 256

void round_nonce(const uint8_t random[16], char ret[ROUND_NONCE_SIZE])
{
	hex_encode((struct bytes){random, 16}, ret);
}

uint32_t round_random(const uint8_t random[4])
{
	return (uint32_t)random[0] << 24 | (uint32_t)random[1] << 16 | (uint32_t)random[2] << 8 |
	       random[3];
}

void round_done(struct round_result *result)
{
	evidence_done(&result->evidence);
	appraisal_done(&result->local);
	buf_done(&result->info);
	buf_done(&result->token);
	buf_done(&result->keys);
	json_free(result->claims);
	json_free(result->token_header);
	result->claims = result->token_header = NULL;
}

int round_new(struct round_result **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for an attestation.");
}

void round_free(struct round_result *result)
{
	if (result)
		round_done(result);
	free(result);
}

/* Decrypts the provider's answer to the text of the token. Only this TPM, in this boot and with
 * these PCRs, can do so. */
static int open_answer(struct tpm *tpm, struct bytes answer, struct buf *ret_token, struct err *err)
{
	auto_cleanup(envelope) struct envelope envelope = {0};
	auto_cleanup(buf) struct buf key = buf_with_max(INNER_KEY_MAX);

	if (envelope_parse(answer, &envelope, err) < 0)
		return -1;
	if (tpm_decrypt(tpm, TPM_BOOT_PCR_MASK, buf_bytes(&envelope.inner_key), &key, err) < 0)
		return -1;
	return envelope_open(&envelope, buf_bytes(&key), ret_token, err);
}

static int read_times(const json *claims, struct round_result *ret, struct err *err)
{
	if (json_get_int(claims, "iat", &ret->token_issued_s, err) < 0 &&
		json_get_int(claims, "nbf", &ret->token_issued_s, err) < 0)
		return -1;
	return json_get_int(claims, "exp", &ret->token_expires_s, err);
}

static int check_signature(const struct token *token, const char *kid,
	const struct exchange *exchange, const struct round_result *result, struct err *err)
{
	/* 20 KiB: not on the stack */
	auto_cleanup(free) struct keys *keys = calloc(1, sizeof(*keys));

	if (!keys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the provider's keys.");
	if (keys_parse(buf_bytes(&result->keys), keys, err) < 0)
		return err_wrap(err, "Keys of %.80s", exchange->way.origin.host);
	return token_check_signature(token, kid, keys, err);
}

/* By the keys that are there. Kept ones may lack a new key, so if they do not fit, they are
 * fetched, as they are if they could not be before. The set that fits is kept. */
static int find_signer(
	struct approach *approach, const struct token *token, const char *kid, struct err *err)
{
	struct exchange exchange = approach->exchange;
	const struct round_inputs *inputs = approach->inputs;
	struct round_result *result = approach->result;
	bool is_fetched = !approach->has_kept_keys && approach->keys_err.code == ERR_OK;

	if (approach->has_kept_keys && check_signature(token, kid, &exchange, result, err) == 0)
		return 0;
	exchange.is_single_try = false;
	if (!is_fetched && exchange_key_set(&exchange, &result->keys, &approach->facts, err) < 0) {
		diagnosis_make(&exchange, &approach->facts, err);
		return -1;
	}
	if (check_signature(token, kid, &exchange, result, err) < 0)
		return -1;
	if (inputs->keys)
		keys_keep(inputs->keys, &exchange.way.origin, buf_bytes(&result->keys),
			&inputs->now, approach->facts.fresh_s);
	return 0;
}

static int verify_token(struct approach *approach, struct err *err)
{
	struct round_result *result = approach->result;
	const struct token_expectation expected = {.provider = &approach->exchange.way.origin,
		.now_s = approach->inputs->now.wall_s,
		.nonce = approach->inputs->nonce,
		.key = &result->local.binding.key.key};
	auto_cleanup(token) struct token token = {0};
	const char *kid;

	if (token_parse(buf_bytes(&result->token), &token, err) < 0 ||
		token_check_header(&token, expected.provider, &kid, err) < 0 ||
		find_signer(approach, &token, kid, err) < 0 ||
		token_check_claims(&token, &expected, err) < 0 ||
		read_times(token.claims, result, err) < 0)
		return -1;
	result->claims = steal_ptr(token.claims);
	result->token_header = steal_ptr(token.header);
	return 0;
}

/* Sends the request, if necessary several times. The TPM's key must stay loaded until the answer is
 * decrypted. */
static int request_attestation(
	const struct approach *approach, struct bytes body, struct buf *ret_answer, struct err *err)
{
	const struct exchange *exchange = &approach->exchange;
	struct round_result *result = approach->result;
	int status = -1;

	if (approach_is_blocked(approach)) {
		result->exchange = approach->facts;
		*err = approach->keys_err;
	} else {
		status = exchange_attest(exchange, body, ret_answer, &result->exchange, err);
	}
	result->retry_after_s = result->exchange.retry_after_s;
	if (status < 0)
		diagnosis_make(exchange, &result->exchange, err);
	/* a refusal is an answer; other errors, such as an unreadable CA file, mean that no request
	 * reached the provider */
	if (status == 0 || err_info(err->code)->place >= ERR_PLACE_BUSY)
		result->stage = ROUND_ANSWERED;
	return status;
}

/* Sends complete evidence to the provider and verifies the token. */
static int ask_provider(struct approach *approach, struct tpm *tpm, struct err *err)
{
	struct round_result *result = approach->result;
	auto_cleanup(buf) struct buf body = buf_with_max(REQUEST_MAX_BODY);
	auto_cleanup(buf) struct buf answer = buf_with_max(ENVELOPE_MAX_ANSWER);

	/* first, because two threads must not use the JSON library's hooks (json.c) at a time */
	approach_end(approach);
	if (request_build_info(&result->evidence, approach->inputs->nonce, &result->info, err) < 0 ||
		request_build_body(buf_bytes(&result->info), &body, err) < 0)
		return -1;
	if (approach->err.code != ERR_OK) {
		*err = approach->err;
		return -1;
	}
	if (request_attestation(approach, buf_bytes(&body), &answer, err) < 0)
		return -1;
	if (open_answer(tpm, buf_bytes(&answer), &result->token, err) < 0 ||
		tpm_flush_key(tpm, err) < 0)
		return -1;
	if (verify_token(approach, err) < 0) {
		if (err->code == ERR_TOKEN_EXPIRED || err->code == ERR_TOKEN_NOT_YET)
			exchange_add_clock(&result->exchange, err);
		return -1;
	}
	result->stage = ROUND_VERIFIED;
	return 0;
}

int round_open_tpm(const struct round_inputs *inputs, struct tpm **ret, struct err *err)
{
	return tpm_open(inputs->tcti && inputs->tcti[0] ? inputs->tcti
							: tpm_machine_tcti(inputs->sources.root_fd),
		ret, err);
}

/* ret_approach: begins when only what the TPM makes is missing; NULL: no provider is asked. */
static int collect_with_tpm(const struct round_inputs *inputs, struct tpm **ret_tpm,
	struct approach **ret_approach, struct round_result *ret, struct err *err)
{
	if (round_open_tpm(inputs, ret_tpm, err) < 0)
		return -1;
	ret->stage = ROUND_TPM;
	if (collect_stored(*ret_tpm, &inputs->sources, &ret->evidence, err) < 0 ||
		(ret_approach && approach_begin(inputs, ret, ret_approach, err) < 0) ||
		collect_signed(*ret_tpm, &ret->evidence, err) < 0)
		return -1;
	ret->stage = ROUND_COLLECTED;
	return 0;
}

/* The VM's own check. -1: evidence is not complete, and ret->own explains why. */
static int check_boot(const struct round_inputs *inputs, struct tpm **ret_tpm,
	struct approach **ret_approach, struct round_result *ret)
{
	struct machine_view observed;
	struct err err;

	*ret = (struct round_result){.evidence = EVIDENCE_EMPTY,
		.info = buf_with_max(REQUEST_MAX_INFO),
		.token = buf_with_max(TOKEN_MAX_BYTES),
		.keys = buf_with_max(KEYS_MAX_BYTES),
		.started_ms = clock_monotonic_ms()};
	if (collect_with_tpm(inputs, ret_tpm, ret_approach, ret, &err) < 0) {
		ret->own = verdict_of_err(&err);
		return -1;
	}
	appraise_evidence(&ret->evidence, BINDING_NULL_ONLY, &ret->local);
	if (collect_machine_view(*ret_tpm, &inputs->sources, &observed, &err) < 0) {
		ret->stage = ROUND_TPM;
		/* a verdict against the VM stays */
		ret->own = ret->local.verdict.health == HEALTH_HEALTHY ? verdict_of_err(&err)
								       : ret->local.verdict;
		return -1;
	}
	machine_view_compare(&observed, &ret->local);
	ret->own = ret->local.verdict;
	return 0;
}

/* Compares the ID of the VM with the boot's. With a given endpoint, the metadata service has not
 * been queried yet; this is done only if there is an ID to compare, takes at most 2 s, and its
 * failure is ignored. */
static void confirm_vm_id(const struct round_inputs *inputs, struct round_result *ret)
{
	bool is_comparable = ret->local.has_secureboot && ret->local.secureboot.vm_id[0];
	struct imds imds;
	struct err ignored;

	if (is_comparable && provider_is_given(&inputs->provider) &&
		imds_ask_briefly(round_metadata(inputs), &imds, &ignored) == 0)
		round_take_metadata(&imds, ret);
	machine_view_compare_vm_id(ret->vm_id, &ret->local);
	machine_view_take_security_type(ret->security_type, &ret->local);
}

void round_check_boot(const struct round_inputs *inputs, struct round_result *ret)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;

	(void)!check_boot(inputs, &tpm, NULL, ret);
	ret->is_alone = true;
}

void round_run(const struct round_inputs *inputs, struct round_result *ret)
{
	auto_cleanup(approach) struct approach *approach = NULL;
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	struct err err;

	if (check_boot(inputs, &tpm, &approach, ret) < 0)
		return;
	if (ask_provider(approach, tpm, &err) < 0)
		ret->remote = verdict_of_err(&err);
	else
		ret->remote = verdict_of_claims(ret->claims);
	confirm_vm_id(inputs, ret);
}

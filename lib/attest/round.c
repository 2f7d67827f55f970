#include "attest/round.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "maa/diagnosis.h"
#include "maa/envelope.h"
#include "maa/exchange.h"
#include "maa/imds.h"
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

static int verify_token(const struct exchange *exchange, const struct token_expectation *expected,
	struct round_result *ret, struct err *err)
{
	auto_cleanup(token) struct token token = {0};
	/* 20 KiB: not on the stack */
	auto_cleanup(free) struct keys *keys = calloc(1, sizeof(*keys));
	struct exchange_facts facts;
	const char *kid;

	if (!keys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the provider's keys.");
	if (token_parse(buf_bytes(&ret->token), &token, err) < 0 ||
		token_check_header(&token, expected->provider, &kid, err) < 0)
		return -1;
	if (exchange_key_set(exchange, &ret->keys, &facts, err) < 0) {
		diagnosis_make(exchange, &facts, err);
		return -1;
	}
	if (keys_parse(buf_bytes(&ret->keys), keys, err) < 0)
		return err_wrap(err, "Keys of %.80s", exchange->way.origin.host);
	if (token_check_signature(&token, kid, keys, err) < 0 ||
		token_check_claims(&token, expected, err) < 0 ||
		read_times(token.claims, ret, err) < 0)
		return -1;
	ret->claims = steal_ptr(token.claims);
	ret->token_header = steal_ptr(token.header);
	return 0;
}

static const char *metadata_of(const struct round_inputs *inputs)
{
	return inputs->metadata && inputs->metadata[0] ? inputs->metadata : IMDS_ADDRESS;
}

static void take_metadata(const struct imds *imds, struct round_result *ret)
{
	(void)text_format(ret->vm_id, sizeof(ret->vm_id), "%s", imds->vm_id);
	(void)text_format(ret->security_type, sizeof(ret->security_type), "%s", imds->security_type);
}

/* Finds the provider and the way to it. A given endpoint needs no metadata service. */
static int find_way(const struct round_inputs *inputs, struct way *ret_way,
	struct round_result *ret, struct err *err)
{
	bool has_imds = false;
	struct provider_choice choice;
	struct imds imds;

	if (!provider_is_given(&inputs->provider))
		has_imds = imds_ask(metadata_of(inputs), &imds, err) == 0;
	if (has_imds)
		take_metadata(&imds, ret);
	if (provider_choose(&inputs->provider, has_imds ? &imds : NULL, &choice, err) < 0)
		return -1;
	http_origin_text(&choice.origin, ret->provider);
	(void)text_format(ret->provider_reason, sizeof(ret->provider_reason), "%s", choice.reason);
	if (way_choose(&inputs->way, &choice.origin, ret_way, err) < 0)
		return -1;
	if (ret_way->proxy.address.host[0])
		proxy_text(&ret_way->proxy, ret->provider_proxy);
	return 0;
}

/* Sends the request, if necessary several times. The TPM's key must stay loaded until the answer is
 * decrypted. */
static int request_attestation(const struct exchange *exchange, struct bytes body,
	struct buf *ret_answer, struct round_result *ret, struct err *err)
{
	int status = exchange_attest(exchange, body, ret_answer, &ret->exchange, err);

	ret->retry_after_s = ret->exchange.retry_after_s;
	if (status < 0)
		diagnosis_make(exchange, &ret->exchange, err);
	/* a refusal is an answer; other errors, such as an unreadable CA file, mean that no request
	 * reached the provider */
	if (status == 0 || err_info(err->code)->place >= ERR_PLACE_BUSY)
		ret->stage = ROUND_ANSWERED;
	return status;
}

/* Sends complete evidence to the provider and verifies the token. */
static int ask_provider(const struct round_inputs *inputs, struct tpm *tpm,
	struct round_result *ret, struct err *err)
{
	auto_cleanup(http) struct http *http = NULL;
	auto_cleanup(buf) struct buf body = buf_with_max(REQUEST_MAX_BODY);
	auto_cleanup(buf) struct buf answer = buf_with_max(ENVELOPE_MAX_ANSWER);
	auto_cleanup(exchange) struct exchange exchange = {.connect_timeout_ms = ROUND_CONNECT_MS,
		.total_timeout_ms = ROUND_EXCHANGE_MS,
		.idle_timeout_ms = ROUND_IDLE_MS,
		.deadline_ms = ret->started_ms + ROUND_BUDGET_MS,
		.is_single_try = inputs->is_single_try,
		.random = inputs->random,
		.now_s = inputs->now_s,
		.now_ms = ret->started_ms};
	struct token_expectation expected = {.provider = &exchange.way.origin,
		.now_s = inputs->now_s,
		.nonce = inputs->nonce,
		.key = &ret->local.binding.key.key};

	if (request_build_info(&ret->evidence, inputs->nonce, &ret->info, err) < 0 ||
		request_build_body(buf_bytes(&ret->info), &body, err) < 0 ||
		find_way(inputs, &exchange.way, ret, err) < 0 || http_open(&http, err) < 0)
		return -1;
	exchange.http = http;
	if (request_attestation(&exchange, buf_bytes(&body), &answer, ret, err) < 0)
		return -1;
	if (open_answer(tpm, buf_bytes(&answer), &ret->token, err) < 0 || tpm_flush_key(tpm, err) < 0)
		return -1;
	if (verify_token(&exchange, &expected, ret, err) < 0) {
		if (err->code == ERR_TOKEN_EXPIRED || err->code == ERR_TOKEN_NOT_YET)
			exchange_add_clock(&ret->exchange, err);
		return -1;
	}
	ret->stage = ROUND_VERIFIED;
	return 0;
}

static int collect_with_tpm(const struct round_inputs *inputs, struct tpm **ret_tpm,
	struct round_result *ret, struct err *err)
{
	const char *tcti = inputs->tcti && inputs->tcti[0]
				   ? inputs->tcti
				   : tpm_machine_tcti(inputs->sources.root_fd);

	if (tpm_open(tcti, ret_tpm, err) < 0)
		return -1;
	ret->stage = ROUND_TPM;
	if (collect_evidence(*ret_tpm, &inputs->sources, &ret->evidence, err) < 0)
		return -1;
	ret->stage = ROUND_COLLECTED;
	return 0;
}

/* The VM's own check. -1: evidence is not complete, and ret->own explains why. */
static int check_boot(
	const struct round_inputs *inputs, struct tpm **ret_tpm, struct round_result *ret)
{
	struct machine_view observed;
	struct err err;

	*ret = (struct round_result){.evidence = EVIDENCE_EMPTY,
		.info = buf_with_max(REQUEST_MAX_INFO),
		.token = buf_with_max(TOKEN_MAX_BYTES),
		.keys = buf_with_max(KEYS_MAX_BYTES),
		.started_ms = clock_monotonic_ms()};
	if (collect_with_tpm(inputs, ret_tpm, ret, &err) < 0) {
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
		imds_ask_briefly(metadata_of(inputs), &imds, &ignored) == 0)
		take_metadata(&imds, ret);
	machine_view_compare_vm_id(ret->vm_id, &ret->local);
	machine_view_take_security_type(ret->security_type, &ret->local);
}

void round_check_boot(const struct round_inputs *inputs, struct round_result *ret)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;

	(void)!check_boot(inputs, &tpm, ret);
	ret->is_alone = true;
}

void round_run(const struct round_inputs *inputs, struct round_result *ret)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	struct err err;

	if (check_boot(inputs, &tpm, ret) < 0)
		return;
	if (ask_provider(inputs, tpm, ret, &err) < 0)
		ret->remote = verdict_of_err(&err);
	else
		ret->remote = verdict_of_claims(ret->claims);
	confirm_vm_id(inputs, ret);
}

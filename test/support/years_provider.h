/* years_provider.h - one attestation within the process, for test_years: evidence that a real TPM
 * made, appraised anew each time, and a provider that signs a token at its own time, which is
 * checked as ever. Only the TPM's commands and the connection are left out. */
#ifndef TEST_SUPPORT_YEARS_PROVIDER_H
#define TEST_SUPPORT_YEARS_PROVIDER_H

#include "../provider/claims.h"
#include "../provider/issue.h"
#include "../support/recorded_evidence.h"
#include "attest/round.h"
#include "base/text.h"

#define YEARS_PROVIDER "https://provider.example"
#define YEARS_TOKEN_S  28800

/* What a round meets. */
struct years_day {
	bool is_bad; /* the boot has Secure Boot off */
	enum err_code tpm; /* what the TPM's commands end with; ERR_OK: it works */
	enum err_code way; /* the same for the request */
	uint32_t retry_after_s;
	int64_t true_s; /* the provider's clock */
	int64_t cert_end_s; /* of the attestation key's certificate */
};

struct years_provider {
	struct bundle boots[2]; /* good and bad */
	struct policy policy;
	struct issuer *issuer;
	struct http_origin origin;
	struct buf keys;
};

static inline void years_provider_open(struct years_provider *ret)
{
	struct err err;

	ret->boots[false] = recorded_evidence("good.json");
	ret->boots[true] = recorded_evidence("off.json");
	/* its keys are the test's own */
	for (enum policy_rule rule = 0; rule < POLICY_RULE_COUNT; rule++)
		ret->policy.is_relaxed[rule] = rule != POLICY_SECUREBOOT;
	ret->keys = buf_with_max(KEYS_MAX_BYTES);
	check_ok(issuer_open(YEARS_PROVIDER, (struct bytes){0}, (struct bytes){0}, &ret->issuer, &err),
		&err);
	check_ok(issuer_keys(ret->issuer, &ret->keys, &err), &err);
	check_ok(http_parse_url(YEARS_PROVIDER, &ret->origin, NULL, &err), &err);
}

static inline void years_provider_close(struct years_provider *provider)
{
	bundle_cleanup(&provider->boots[false]);
	bundle_cleanup(&provider->boots[true]);
	issuer_close(provider->issuer);
	buf_done(&provider->keys);
}

static inline int years_collect(const struct evidence *recorded, struct evidence *ret, struct err *err)
{
	*ret = *recorded;
	ret->ak_cert = buf_with_max(TPM_MAX_CERT);
	ret->event_log = buf_with_max(EVENTLOG_MAX_BYTES);
	ret->redacted = buf_with_max(EVIDENCE_MAX_EVENTS / 8);
	return buf_append(&ret->ak_cert, recorded->ak_cert.data, recorded->ak_cert.len, err) < 0
		       ? -1
		       : buf_append(&ret->event_log, recorded->event_log.data,
				 recorded->event_log.len, err);
}

/* The provider's part: the request's bytes to a signed token. */
static inline int years_issue(const struct years_provider *provider, const struct round_result *round,
	const struct years_day *day, struct buf *ret, struct err *err)
{
	struct facts facts = {.binding = round->local.binding,
		.log = round->local.log,
		.secureboot = round->local.secureboot};
	const struct claims_frame frame = {
		YEARS_PROVIDER, day->true_s, YEARS_TOKEN_S, &provider->policy};
	auto_cleanup(json) json *header = issuer_header(provider->issuer);
	auto_cleanup(json) json *claims = NULL;
	auto_cleanup(request) struct request request = {0};
	struct policy_claims holds;

	if (day->true_s > day->cert_end_s)
		return err_set(err, ERR_EVIDENCE_REFUSED, 400, "The key's certificate has ended.");
	policy_judge(&provider->policy, &facts.secureboot, &holds);
	if (policy_denial(&provider->policy, &holds) < POLICY_RULE_COUNT)
		return err_set(err, ERR_POLICY_DENIED, 400, "Secure Boot is off.");
	for (enum policy_rule rule = 0; rule < POLICY_RULE_COUNT; rule++)
		holds.holds[rule] |= provider->policy.is_relaxed[rule];
	if (request_parse_info(buf_bytes(&round->info), &request, err) < 0)
		return -1;
	facts.request = request;
	return claims_build(&facts, &holds, &frame, &claims, err) < 0
		       ? -1
		       : issuer_token(provider->issuer, header, claims, ret, err);
}

/* The VM's part: as round.c checks it. */
static inline int years_verify(const struct years_provider *provider,
	const struct round_inputs *inputs, struct round_result *ret, struct err *err)
{
	const struct token_expectation expected = {
		&provider->origin, inputs->now.wall_s, inputs->nonce, &ret->local.binding.key.key};
	auto_cleanup(token) struct token token = {0};
	static struct keys keys; /* 20 KiB */
	const char *kid;

	if (token_parse(buf_bytes(&ret->token), &token, err) < 0 ||
		token_check_header(&token, &provider->origin, &kid, err) < 0 ||
		keys_parse(buf_bytes(&provider->keys), &keys, err) < 0 ||
		token_check_signature(&token, kid, &keys, err) < 0 ||
		token_check_claims(&token, &expected, err) < 0 ||
		json_get_int(token.claims, "iat", &ret->token_issued_s, err) < 0 ||
		json_get_int(token.claims, "exp", &ret->token_expires_s, err) < 0)
		return -1;
	ret->claims = steal_ptr(token.claims);
	ret->token_header = steal_ptr(token.header);
	return 0;
}

static inline int years_ask(const struct years_provider *provider, const struct round_inputs *inputs,
	const struct years_day *day, struct round_result *ret, struct err *err)
{
	ret->exchange.tries = 1;
	ret->retry_after_s = day->retry_after_s;
	if (day->way)
		return err_set(err, day->way, 0, "The request met what the test wanted.");
	ret->stage = ROUND_ANSWERED;
	if (request_build_info(&ret->evidence, inputs->nonce, &ret->info, err) < 0 ||
		years_issue(provider, ret, day, &ret->token, err) < 0 ||
		years_verify(provider, inputs, ret, err) < 0)
		return -1;
	ret->stage = ROUND_VERIFIED;
	return 0;
}

/* In the place of round_run(). */
static inline void years_round(const struct years_provider *provider,
	const struct round_inputs *inputs, const struct years_day *day, struct round_result *ret)
{
	struct err err;

	*ret = (struct round_result){.evidence = EVIDENCE_EMPTY,
		.info = buf_with_max(REQUEST_MAX_INFO),
		.token = buf_with_max(TOKEN_MAX_BYTES),
		.keys = buf_with_max(KEYS_MAX_BYTES)};
	(void)text_format(ret->provider, sizeof(ret->provider), "%s", YEARS_PROVIDER);
	if (day->tpm)
		(void)!err_set(&err, day->tpm, 0, "The TPM met what the test wanted.");
	if (day->tpm || years_collect(&provider->boots[day->is_bad].request.evidence,
				&ret->evidence, &err) < 0) {
		ret->own = verdict_of_err(&err);
		return;
	}
	ret->stage = ROUND_COLLECTED;
	appraise_evidence(&ret->evidence, BINDING_NULL_ONLY, &ret->local);
	ret->local.binding.cert.not_after_s = day->cert_end_s;
	ret->own = ret->local.verdict;
	ret->remote = years_ask(provider, inputs, day, ret, &err) < 0
			      ? verdict_of_err(&err)
			      : verdict_of_claims(ret->claims);
}

#endif

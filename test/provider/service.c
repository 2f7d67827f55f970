#include "service.h"

#include "base/clock.h"
#include "base/text.h"
#include "claims.h"

#define MAX_ANSWER (256u << 10)

struct service_answer service_answer_empty(void)
{
	return (struct service_answer){.status = 200, .body = buf_with_max(MAX_ANSWER)};
}

void service_answer_done(struct service_answer *answer)
{
	buf_done(&answer->body);
}

/* inner: the stable name of the check's code, NULL if none. */
static void refuse(const char *message, const char *inner, struct service_answer *ret)
{
	auto_cleanup(json) json *body = json_new_object();
	json *error = json_add_object(body, "error");
	struct err err;

	json_add_text(error, "code", ret->error);
	json_add_text(error, "message", message);
	if (inner)
		json_add_text(json_add_object(error, "innererror"), "code", inner);
	(void)text_format(ret->note, sizeof(ret->note), "%s: %s", ret->error, message);
	ret->body.len = 0;
	if (json_print(body, JSON_COMPACT, &ret->body, &err) < 0)
		ret->body.len = 0; /* no memory: the status alone tells */
}

void service_refuse(
	unsigned int status, const char *code, const char *message, struct service_answer *ret)
{
	ret->status = status;
	ret->error = code;
	refuse(message, NULL, ret);
}

/* Evidence that fails a check is the client's fault, an error of this machine is ours. */
static void refuse_by_err(const struct err *err, struct service_answer *ret)
{
	bool is_ours = err->code == ERR_NO_MEMORY || err->code == ERR_INTERNAL || err->code == ERR_IO;

	ret->status = is_ours ? 500 : 400;
	ret->error = is_ours ? "InternalError" : "InvalidParameter";
	refuse(err->msg, err_info(err->code)->name, ret);
}

static void refuse_by_policy(enum policy_rule rule, struct service_answer *ret)
{
	char message[256];

	(void)text_format(message, sizeof(message),
		"A Deny claim was issued, authorization failed. The policy asks for '%s'.",
		policy_rule_name(rule));
	ret->status = 400;
	ret->error = "PolicyEvaluationError";
	refuse(message, policy_rule_name(rule), ret);
}

static int issue(const struct service *service, const struct facts *facts,
	const struct policy_claims *policy_claims, struct service_answer *ret, struct err *err)
{
	struct claims_frame frame = {
		.issuer = issuer_url(service->issuer),
		.issued_at_s = service->now_s < 0 ? clock_now_s() : service->now_s,
		.life_s = service->token_life_s,
		.policy = &service->policy,
	};
	auto_cleanup(json) json *header = issuer_header(service->issuer);
	auto_cleanup(json) json *claims = NULL;
	auto_cleanup(buf) struct buf token = buf_with_max(MAX_ANSWER);
	auto_cleanup(sealed) struct sealed sealed = {0};

	if (claims_build(facts, policy_claims, &frame, &claims, err) < 0 ||
		issuer_token(service->issuer, header, claims, &token, err) < 0 ||
		seal_token(buf_bytes(&token), &facts->binding.key.key, &sealed, err) < 0)
		return -1;
	return sealed_print(&sealed, &ret->body, err);
}

void service_attest(const struct service *service, struct bytes body, struct service_answer *ret)
{
	int64_t now_s = service->now_s < 0 ? clock_now_s() : service->now_s;
	auto_cleanup(facts) struct facts facts = {0};
	struct policy_claims claims;
	enum policy_rule denial;
	struct err err;

	if (verify_body(body, &service->anchors, now_s, &facts, &err) < 0) {
		refuse_by_err(&err, ret);
		return;
	}
	policy_judge(&service->policy, &facts.secureboot, &claims);
	denial = policy_denial(&service->policy, &claims);
	if (denial < POLICY_RULE_COUNT)
		refuse_by_policy(denial, ret);
	else if (issue(service, &facts, &claims, ret, &err) < 0)
		refuse_by_err(&err, ret);
}

void service_keys(const struct service *service, struct bytes body, struct service_answer *ret)
{
	struct err err;

	(void)body;
	if (issuer_keys(service->issuer, &ret->body, &err) < 0)
		refuse_by_err(&err, ret);
}

static void add_texts(json *parent, const char *name, const char *const *texts, size_t count)
{
	json *array = json_add_array(parent, name);

	for (size_t i = 0; i < count; i++)
		json_add_text(array, NULL, texts[i]);
}

void service_metadata(const struct service *service, struct bytes body, struct service_answer *ret)
{
	static const char *const response_types[] = {"token", "none"};
	static const char *const algorithms[] = {"RS256"};
	static const char *const claims[] = {"iss", "iat", "nbf", "exp", "jti", "secureboot",
		"x-ms-attestation-type", "x-ms-policy-hash", "x-ms-runtime", "x-ms-ver"};
	const char *url = issuer_url(service->issuer);
	auto_cleanup(json) json *metadata = json_new_object();
	char keys_url[600];
	struct err err;

	(void)body;
	(void)text_format(keys_url, sizeof(keys_url), "%s/certs", url);
	add_texts(metadata, "response_types_supported", response_types, 2);
	add_texts(metadata, "id_token_signing_alg_values_supported", algorithms, 1);
	json_add_text(metadata, "issuer", url);
	json_add_text(metadata, "jwks_uri", keys_url);
	add_texts(metadata, "claims_supported", claims, sizeof(claims) / sizeof(claims[0]));
	if (json_print(metadata, JSON_COMPACT, &ret->body, &err) < 0)
		refuse_by_err(&err, ret);
}

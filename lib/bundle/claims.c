#include "bundle/claims.h"

#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "bundle/redact.h"
#include "maa/token.h"

/* False if the claim is no list of PCR numbers. */
static bool read_pcr_claim(const json *claim, uint32_t *ret)
{
	int64_t pcr;
	struct err ignored;

	*ret = 0;
	json_each (item, claim) {
		if (json_int(item, &pcr, &ignored) < 0 || pcr < 0 || pcr >= TPM_PCR_COUNT)
			return false;
		*ret |= 1u << pcr;
	}
	return json_is_array(claim);
}

static void check_pcr_claim(const json *claims, uint32_t quoted, struct findings *findings)
{
	const json *claim = json_get(claims, "x-ms-azurevm-attested-pcrs");
	uint32_t mask;

	if (!claim)
		return;
	if (!read_pcr_claim(claim, &mask))
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claim 'x-ms-azurevm-attested-pcrs' is no list of PCRs.");
	else if (mask != quoted)
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claims attest the PCRs 0x%06X, but the quote covers 0x%06X.", mask,
			quoted);
}

static void check_secureboot_claim(
	const json *claims, const struct appraisal *appraisal, struct findings *findings)
{
	const json *claim = json_get(claims, "secureboot");

	if (claim && appraisal->has_secureboot && json_true(claim) != appraisal->secureboot.is_enabled)
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claim 'secureboot' is %s, but the evidence proves Secure Boot %s.",
			json_true(claim) ? "true" : "false",
			appraisal->secureboot.is_enabled ? "on" : "off");
}

bool claims_are_of_vm(const struct bundle *bundle, const struct appraisal *appraisal, const char *id)
{
	if (bundle->is_redacted && strcmp(id, BUNDLE_REDACTED) == 0) /* nothing is claimed */
		return true;
	if (strncmp(id, REDACT_HASH_PREFIX, sizeof(REDACT_HASH_PREFIX) - 1) != 0)
		return text_equal_nocase(id, appraisal->secureboot.vm_id);
	return appraisal->has_log && redact_is_of_log(id, &appraisal->log);
}

static void check_vm_id_claim(
	const struct bundle *bundle, const struct appraisal *appraisal, struct findings *findings)
{
	const json *claim = json_get(bundle->provider.claims, "x-ms-azurevm-vmid");
	const char *id = json_text(claim);

	if (!claim || !appraisal->has_secureboot)
		return;
	if (!id)
		finding(findings, ERR_CLAIMS_CONTRADICT, "The claim 'x-ms-azurevm-vmid' is no text.");
	else if (!appraisal->secureboot.vm_id[0] && !bundle->is_redacted)
		return; /* not every firmware measures an id */
	else if (!claims_are_of_vm(bundle, appraisal, id))
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claims are about the VM '%.80s', but the firmware measured another id.",
			id);
}

static void check_text_claim(
	const json *claims, const char *name, const char *sent, struct findings *findings)
{
	const json *claim = json_get(claims, name);
	const char *text = json_text(claim);

	if (claim && (!text || strcmp(text, sent) != 0))
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claim '%s' is '%.60s', but '%.60s' was sent.", name,
			text ? text : "(no text)", sent);
}

static void check_number_claim(
	const json *claims, const char *name, int sent, struct findings *findings)
{
	int64_t number;
	struct err ignored;

	if (json_get(claims, name) &&
		(json_get_int(claims, name, &number, &ignored) < 0 || number != sent))
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claim '%s' is not %d, which was sent.", name, sent);
}

int claims_sent_nonce(const struct bundle *bundle, struct buf *ret, struct err *err)
{
	const char *sent = json_text(json_get(bundle->request.client_payload, REQUEST_NONCE));

	if (sent && base64_decode(bytes_of_text(sent), BASE64_STANDARD, ret, err) < 0 &&
		err->code == ERR_NO_MEMORY)
		return -1;
	return 0;
}

/* Keeps the token's message. The code changes: here the claims are wrong, not the provider's
 * answer. */
static void add_contradiction(struct findings *findings, const struct err *what)
{
	struct err err = *what;

	if (err.code != ERR_NO_MEMORY)
		err.code = ERR_CLAIMS_CONTRADICT;
	findings_add(findings, &err);
}

static void check_bound_claims(
	const struct bundle *bundle, const struct appraisal *appraisal, struct findings *findings)
{
	const json *claims = bundle->provider.claims;
	const json *payload = json_get(json_get(claims, "x-ms-runtime"), "client-payload");
	auto_cleanup(buf) struct buf nonce = buf_with_max(REQUEST_MAX_PAYLOAD_BYTES);
	struct err err;

	if (claims_sent_nonce(bundle, &nonce, &err) < 0) {
		findings_add(findings, &err);
		return;
	}
	if (nonce.len && token_check_nonce(claims, (const char *)nonce.data, &err) < 0)
		add_contradiction(findings, &err);
	if (!nonce.len && json_get(payload, REQUEST_NONCE))
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claims repeat a nonce, but none was sent.");
	if (appraisal->is_bound && token_check_key(claims, &appraisal->binding.key.key, &err) < 0)
		add_contradiction(findings, &err);
}

static void check_time_claims(const struct bundle *bundle, struct findings *findings)
{
	int64_t not_before, expires;
	struct err ignored;

	if (json_get_int(bundle->provider.claims, "nbf", &not_before, &ignored) < 0 ||
		json_get_int(bundle->provider.claims, "exp", &expires, &ignored) < 0)
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claims do not say from when until when they hold.");
	else if (bundle->made_s < not_before - TOKEN_CLOCK_SKEW_S ||
		 bundle->made_s >= expires + TOKEN_CLOCK_SKEW_S)
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claims did not hold at the time at which the bundle is said to be made.");
}

static bool is_origin(const char *url, const char *address)
{
	struct http_origin a, b;
	struct err ignored;

	if (strcmp(url, address) == 0) /* both may be redacted */
		return true;
	return http_parse_url(url, &a, NULL, &ignored) == 0 &&
	       http_parse_url(address, &b, NULL, &ignored) == 0 && http_same_origin(&a, &b);
}

/* Claims in which the provider repeats the request. */
static void check_sent_claims(const struct bundle *bundle, struct findings *findings)
{
	const json *claims = bundle->provider.claims;
	const struct request *request = &bundle->request;
	const struct evidence *evidence = &request->evidence;

	check_text_claim(claims, "x-ms-attestation-type", "azurevm", findings);
	check_text_claim(
		claims, "x-ms-azurevm-attestation-protocol-ver", request->protocol, findings);
	check_text_claim(claims, "x-ms-azurevm-ostype", request->os_type, findings);
	check_text_claim(claims, "x-ms-azurevm-osdistro", evidence->os_distro, findings);
	check_text_claim(claims, "x-ms-azurevm-osbuild", request->os_build, findings);
	check_number_claim(claims, "x-ms-azurevm-osversion-major", evidence->os_major, findings);
	check_number_claim(claims, "x-ms-azurevm-osversion-minor", evidence->os_minor, findings);
}

void claims_check(
	const struct bundle *bundle, const struct appraisal *appraisal, struct findings *findings)
{
	const json *claims = bundle->provider.claims;
	const char *issuer = json_text(json_get(claims, "iss"));

	if (!issuer || !is_origin(issuer, bundle->provider.address))
		finding(findings, ERR_CLAIMS_CONTRADICT,
			"The claims are said to be of '%.100s', but their issuer is '%.100s'.",
			bundle->provider.address, issuer ? issuer : "(nobody)");
	check_pcr_claim(claims, bundle->request.evidence.pcrs.mask, findings);
	check_secureboot_claim(claims, appraisal, findings);
	check_vm_id_claim(bundle, appraisal, findings);
	check_sent_claims(bundle, findings);
	check_time_claims(bundle, findings);
	check_bound_claims(bundle, appraisal, findings);
}

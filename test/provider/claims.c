#include "claims.h"

#include <string.h>
#include "base/codec.h"
#include "issue.h"
#include "maa/token.h"

#define PREFIX        "x-ms-azurevm-"
#define JTI_BYTES     32
#define POLICY_MAX    ((size_t)4096)
#define VERSION_CLAIM "1.0"

static int add_base64url(json *object, const char *name, struct bytes bytes, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(2048);

	if (base64_encode(bytes, BASE64_URL, &text, err) < 0)
		return -1;
	json_add_bytes_text(object, name, buf_bytes(&text));
	return 0;
}

static int add_frame(json *claims, const struct claims_frame *frame, struct err *err)
{
	char jti[2 * JTI_BYTES + 1];

	if (issue_random_hex(JTI_BYTES, jti, err) < 0)
		return -1;
	json_add_int(claims, "exp", frame->issued_at_s + frame->life_s);
	json_add_int(claims, "iat", frame->issued_at_s);
	json_add_text(claims, "iss", frame->issuer);
	json_add_text(claims, "jti", jti);
	json_add_int(claims, "nbf", frame->issued_at_s);
	return 0;
}

static void add_policy_claims(json *claims, const struct policy_claims *policy_claims)
{
	/* facts that only a Windows boot log can hold */
	static const char *const windows_only[] = {PREFIX "bootdebug-enabled", PREFIX "elam-enabled",
		PREFIX "flightsigning-enabled", PREFIX "hypervisordebug-enabled",
		PREFIX "kerneldebug-enabled", PREFIX "testsigning-enabled"};

	for (enum policy_rule rule = 0; rule < POLICY_RULE_COUNT; rule++)
		json_add_bool(claims, policy_claim_name(rule), policy_claims->holds[rule]);
	for (size_t i = 0; i < sizeof(windows_only) / sizeof(windows_only[0]); i++)
		json_add_bool(claims, windows_only[i], false);
	json_add_int(claims, PREFIX "hvci-policy", 0);
	json_add_bool(claims, PREFIX "is-windows", false);
}

static void add_pcrs(json *claims, uint32_t mask)
{
	json *pcrs = json_add_array(claims, PREFIX "attested-pcrs");

	for (int i = 0; i < TPM_PCR_COUNT; i++)
		if (mask >> i & 1)
			json_add_int(pcrs, NULL, i);
}

/* As the request says, unauthenticated, but for the VM's id, which is measured. Zero versions are
 * left out. */
static void add_machine(json *claims, const struct facts *facts)
{
	const struct request *request = &facts->request;
	const struct evidence *evidence = &request->evidence;

	json_add_text(claims, "x-ms-attestation-type", "azurevm");
	json_add_text(claims, PREFIX "attestation-protocol-ver", request->protocol);
	add_pcrs(claims, evidence->pcrs.mask);
	json_add_text(claims, PREFIX "osbuild", request->os_build);
	json_add_text(claims, PREFIX "osdistro", evidence->os_distro);
	json_add_text(claims, PREFIX "ostype", request->os_type);
	if (evidence->os_major)
		json_add_int(claims, PREFIX "osversion-major", evidence->os_major);
	if (evidence->os_minor)
		json_add_int(claims, PREFIX "osversion-minor", evidence->os_minor);
	if (facts->secureboot.vm_id[0])
		json_add_text(claims, PREFIX "vmid", facts->secureboot.vm_id);
}

/* base64url(SHA256(base64url(policy))), as Azure Attestation defines it. */
static int add_policy_hash(json *claims, const struct policy *policy, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(POLICY_MAX);
	auto_cleanup(buf) struct buf encoded = buf_with_max(2 * POLICY_MAX);
	uint8_t digest[CRYPTO_SHA256_SIZE];

	if (policy_text(policy, &text, err) < 0 ||
		base64_encode(buf_bytes(&text), BASE64_URL, &encoded, err) < 0)
		return -1;
	crypto_sha256(buf_bytes(&encoded), digest);
	return add_base64url(claims, "x-ms-policy-hash", (struct bytes){digest, sizeof(digest)}, err);
}

/* The attested key as a JWK (RFC 7517), so that a relying party can encrypt to this boot of this
 * VM. */
static int add_runtime(json *claims, const struct facts *facts, struct err *err)
{
	const struct crypto_rsa_public *rsa = &facts->binding.key.key;
	const uint8_t exponent[] = {(uint8_t)(rsa->exponent >> 16), (uint8_t)(rsa->exponent >> 8),
		(uint8_t)rsa->exponent};
	json *runtime = json_add_object(claims, "x-ms-runtime");
	json *key;

	if (facts->request.client_payload)
		json_add_copy(runtime, "client-payload", facts->request.client_payload);
	key = json_add_object(json_add_array(runtime, "keys"), NULL);
	if (add_base64url(key, "e", (struct bytes){exponent, sizeof(exponent)}, err) < 0)
		return -1;
	json_add_text(json_add_array(key, "key_ops"), NULL, "encrypt");
	json_add_text(key, "kid", TOKEN_KEY_ID);
	json_add_text(key, "kty", "RSA");
	return add_base64url(key, "n", (struct bytes){rsa->modulus, rsa->modulus_len}, err);
}

int claims_build(const struct facts *facts, const struct policy_claims *policy_claims,
	const struct claims_frame *frame, json **ret, struct err *err)
{
	auto_cleanup(json) json *claims = json_new_object();

	if (add_frame(claims, frame, err) < 0)
		return -1;
	add_policy_claims(claims, policy_claims);
	add_machine(claims, facts);
	if (add_policy_hash(claims, frame->policy, err) < 0 || add_runtime(claims, facts, err) < 0)
		return -1;
	json_add_text(claims, "x-ms-ver", VERSION_CLAIM);
	*ret = steal_ptr(claims);
	return 0;
}

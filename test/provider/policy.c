#include "policy.h"

#include <string.h>
#include "reference.h"

#define PREFIX     "x-ms-azurevm-"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

static const char *const claim_names[POLICY_RULE_COUNT] = {
	[POLICY_SECUREBOOT] = "secureboot",
	[POLICY_DEFAULT_KEYS] = PREFIX "default-securebootkeysvalidated",
	[POLICY_DB] = PREFIX "dbvalidated",
	[POLICY_DBX] = PREFIX "dbxvalidated",
	[POLICY_DEBUGGERS] = PREFIX "debuggersdisabled",
	[POLICY_SIGNING] = PREFIX "signingdisabled",
};

const char *policy_claim_name(enum policy_rule rule)
{
	return claim_names[rule];
}

const char *policy_rule_name(enum policy_rule rule)
{
	const char *name = claim_names[rule];

	return strncmp(name, PREFIX, PREFIX_LEN) == 0 ? name + PREFIX_LEN : name;
}

enum policy_rule policy_rule_of(const char *name)
{
	enum policy_rule rule = 0;

	while (rule < POLICY_RULE_COUNT && strcmp(policy_rule_name(rule), name) != 0)
		rule++;
	return rule;
}

static bool is_known(enum reference_list list, const struct policy_certs *extra, const uint8_t *sha256)
{
	for (size_t i = 0; i < extra->count; i++)
		if (memcmp(extra->sha256[i], sha256, CRYPTO_SHA256_SIZE) == 0)
			return true;
	return reference_has(list, sha256);
}

/* Certificates only, at least one, all known. A hash in db would let one binary boot whoever signed
 * it. */
static bool are_known(enum reference_list list, const struct policy_certs *extra,
	const struct secureboot_keys *keys)
{
	if (!keys->is_measured || keys->is_malformed || keys->cert_count == 0)
		return false;
	if (keys->hash_count || keys->other_count)
		return false;
	for (size_t i = 0; i < keys->cert_count; i++)
		if (!is_known(list, extra, keys->certs[i].sha256))
			return false;
	return true;
}

/* dbx changes with every revocation, so that no exact value can be asked for. */
static bool is_dbx_filled(const struct secureboot_keys *dbx)
{
	return dbx->is_measured && !dbx->is_malformed &&
	       dbx->cert_count + dbx->hash_count + dbx->other_count > 0;
}

void policy_judge(
	const struct policy *policy, const struct secureboot *secureboot, struct policy_claims *ret)
{
	ret->holds[POLICY_SECUREBOOT] = secureboot->is_enabled;
	ret->holds[POLICY_DEFAULT_KEYS] =
		(are_known(REFERENCE_PK, &policy->kek, &secureboot->keys[UEFI_PK]) &&
			secureboot->keys[UEFI_PK].cert_count == 1 &&
			are_known(REFERENCE_KEK, &policy->kek, &secureboot->keys[UEFI_KEK]));
	ret->holds[POLICY_DB] = are_known(REFERENCE_DB, &policy->db, &secureboot->keys[UEFI_DB]);
	ret->holds[POLICY_DBX] = is_dbx_filled(&secureboot->keys[UEFI_DBX]);
	/* what cannot be read in PCR 7 may say either */
	ret->holds[POLICY_DEBUGGERS] =
		!secureboot->is_firmware_debug && !secureboot->has_unbound_event;
	ret->holds[POLICY_SIGNING] = !secureboot->is_shim_lenient && !secureboot->has_unbound_event;
}

enum policy_rule policy_denial(const struct policy *policy, const struct policy_claims *claims)
{
	enum policy_rule rule = 0;

	while (rule < POLICY_RULE_COUNT && (claims->holds[rule] || policy->is_relaxed[rule]))
		rule++;
	return rule;
}

int policy_text(const struct policy *policy, struct buf *ret, struct err *err)
{
	if (buf_append_text(ret, "version=1.0;\nauthorizationrules\n{\n", err) < 0)
		return -1;
	for (enum policy_rule rule = 0; rule < POLICY_RULE_COUNT; rule++) {
		char line[160];

		if (policy->is_relaxed[rule])
			continue;
		(void)snprintf(line, sizeof(line), "\t[type==\"%s\", value==false] => deny();\n",
			claim_names[rule]);
		if (buf_append_text(ret, line, err) < 0)
			return -1;
	}
	return buf_append_text(ret, "\t=> permit();\n};\nissuancerules\n{\n};\n", err);
}

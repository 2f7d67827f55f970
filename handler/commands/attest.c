/* guest-attest attest: makes one attestation now. */
#include <string.h>
#include "appraise/boot_facts.h"
#include "appraise/renewal_facts.h"
#include "base/clock.h"
#include "base/text.h"
#include "attestation.h"

struct options {
	struct attestation_options attestation;
	const char *save_evidence;
	bool is_json;
};

static void add_facts(const struct facts *facts, const struct round_result *round,
	const struct comparison *change)
{
	const struct appraisal *local = &round->local;
	const struct crypto_cert_info *cert = &local->binding.cert;
	const struct facts with_cert = facts_if(facts, cert->subject[0] != '\0');
	char provider[sizeof(round->provider) + 16];

	(void)text_format(provider, sizeof(provider), "%s (%s)",
		round->provider[0] ? round->provider : "none", health_name(round->remote.health));
	fact_text(facts, "local", "this VM's own check", health_name(local->verdict.health));
	fact_text(facts, "remote", NULL, health_name(round->remote.health));
	fact_text(facts, NULL, "provider", provider);
	fact_text(facts, NULL, "chosen as", round->provider_reason);
	fact_text(facts, NULL, "by proxy", round->provider_proxy);
	fact_text(facts, "clientRequestId", "request", round->exchange.client_id);
	fact_text(facts, "requestId", "  of the provider", round->exchange.request_id);
	boot_facts_events(facts, local);
	boot_facts_identity(facts, local);
	boot_facts_rest(facts, local);
	renewal_facts(facts, local);
	fact_text(facts, "baseline", "baseline", change->text);
	fact_text(&with_cert, "attestationKeySubject", "attestation key", cert->subject);
	fact_text(&with_cert, "attestationKeyIssuer", "  issued by", cert->issuer);
	fact_time(&with_cert, "attestationKeyNotAfter", "  valid until", cert->not_after_s);
	fact_time(facts, "tokenExpires", "token valid until",
		round->stage == ROUND_VERIFIED ? round->token_expires_s : 0);
}

static int print_result_json(const struct attestation *attestation, struct err *err)
{
	const struct round_result *round = attestation->round;
	const struct err *reason = &attestation->verdict.reason;
	auto_cleanup(json) json *result =
		document_new(reason->code, reason->code ? reason->msg : NULL);
	struct facts facts;

	json_add_text(result, "health", health_name(attestation->verdict.health));
	json_add_known_text(result, "provider", round->provider);
	json_add_known_text(result, "providerReason", round->provider_reason);
	json_add_known_text(result, "proxy", round->provider_proxy);
	facts = facts_as_json(result);
	facts = facts_if(&facts, round->stage >= ROUND_COLLECTED);
	facts = facts_within(&facts, "facts");
	add_facts(&facts, round, &attestation->change);
	if (round->claims)
		json_add_copy(result, "claims", round->claims);
	else
		json_add_null(result, "claims");
	return print_document(result, err);
}

static int print_result_text(const struct attestation *attestation, struct err *err)
{
	const struct round_result *round = attestation->round;
	const struct err *reason = &attestation->verdict.reason;
	struct facts facts;

	print_format("%s\n", health_name(attestation->verdict.health));
	if (reason->code)
		print_reason(reason->code, reason->msg);
	if (round->stage >= ROUND_COLLECTED) {
		print_format("\nFacts\n");
		facts = facts_as_text();
		add_facts(&facts, round, &attestation->change);
	}
	if (!round->claims)
		return 0;
	print_format("\nClaims\n");
	json_each (claim, round->claims) {
		print_format("  %-46s ", json_name(claim));
		if (print_json(claim, JSON_COMPACT, err) < 0)
			return -1;
		print_format("\n");
	}
	return 0;
}

static int attest(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(attestation) struct attestation attestation = {0};
	const struct verdict *verdict = &attestation.verdict;

	if (attestation_run(&options->attestation, &attestation, err) < 0)
		return -1;
	/* an invalid TCTI: nothing was tried */
	*ret_exit_code =
		verdict->reason.code == ERR_USAGE ? EXIT_USAGE : health_exit_code(verdict->health);
	if ((options->is_json ? print_result_json(&attestation, err)
			      : print_result_text(&attestation, err)) < 0)
		return -1;
	if (options->save_evidence && /* takes members out of the round, so it comes last */
		attestation_save_round(
			&options->attestation, &attestation, options->save_evidence, err) < 0) {
		(void)print_err(err);
		if (*ret_exit_code == EXIT_GOOD)
			*ret_exit_code = EXIT_UNKNOWN;
	}
	return 0;
}

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;

	if (options->save_evidence && !attestation_save_round)
		return err_set(err, ERR_USAGE, 0, "this build makes no bundles");
	if (options->is_json && options->save_evidence && strcmp(options->save_evidence, "-") == 0)
		return err_set(err, ERR_USAGE, 0,
			"--json is on standard output: give --save-evidence a file");
	return attestation_check_options(&options->attestation, err);
}

static const struct option_row rows[] = {
	PROVIDER_OPTIONS(struct options),
	EVIDENCE_OPTIONS(struct options),
	NONCE_OPTION(struct options, "comes back in the token (default: random)"),
	OPTION(struct options, save_evidence, "save-evidence", "FILE",
		"all of it as a bundle, for 'guest-attest verify'"),
	BUNDLE_OPTIONS(struct options),
	OPTION(struct options, attestation.root, "root", "DIR",
		"the machine whose root directory this is (default: /)"),
	OPTION(struct options, is_json, "json", NULL, "print the result as JSON"),
	{0},
};

const struct command attest_command = {
	.name = "attest",
	.summary = "prove this VM's boot to an attestation provider, once",
	.words = "[OPTION...]",
	.about = "Proves this VM's boot to an attestation provider, once, and prints the verdict.",
	.notes = "Exit code: 0 Healthy, 1 Unhealthy, 2 could not find out, 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.check = check_options,
	.run = attest,
	.has_health = true,
};

/* guest-attest attest: one attestation now. */
#include "base/boot_id.h"
#include "base/clock.h"
#include "drift/explain.h"
#include "service/drift_verdict.h"
#include "service/enabled.h"
#include "attestation.h"

struct options {
	struct attestation_options attestation;
	const char *save_evidence;
	bool is_json;
};

/* The printed result needs the round whole, so this comes last. */
static int save_evidence(const struct options *options, struct round_result *round, struct err *err)
{
	auto_cleanup(bundle) struct bundle bundle = bundle_empty();

	if (attestation_bundle(&options->attestation, round, &bundle, err) < 0)
		return -1;
	return attestation_save(options->save_evidence, &bundle, err);
}

/* What the service keeps on this machine. */
struct kept {
	int root_fd, state_fd;
	struct settings settings;
	struct history history;
	char boot_id[BOOT_ID_SIZE];
};

static void kept_cleanup(struct kept *kept)
{
	settings_done(&kept->settings);
	fd_cleanup(&kept->state_fd);
	fd_cleanup(&kept->root_fd);
}

static int find_kept(const char *root, struct kept *ret, struct err *err)
{
	struct record service;

	if (open_root(root, &ret->root_fd, err) < 0 ||
		enabled_find(ret->root_fd, &ret->state_fd, &service, err) < 0 ||
		enabled_read_settings(ret->root_fd, &service.environment, &ret->settings, err) < 0 ||
		enabled_read_history(ret->state_fd, &ret->history, err) < 0)
		return -1;
	boot_id_read(ret->root_fd, ret->boot_id);
	return 0;
}

/* Beside the boots that the service knows, as an observer: nothing is learned here. Of another
 * machine's TPM or log nothing is known, nor where the extension is not enabled: then `text` stays
 * empty. */
static void compare_boot(
	const struct options *options, struct round_result *round, struct drift_verdict *ret)
{
	auto_cleanup(kept) struct kept kept = {.root_fd = -1, .state_fd = -1};
	struct explain_sources sources;
	struct err err;

	*ret = (struct drift_verdict){.own = round->local.verdict};
	if (options->attestation.event_log ||
		(options->attestation.tcti && !options->attestation.root))
		return;
	if (find_kept(options->attestation.root, &kept, &err) < 0) {
		if (err.code != ERR_NOT_ENABLED)
			drift_verdict_unclear(&err, round, ret);
		return;
	}
	sources = (struct explain_sources){.round = {.root_fd = kept.root_fd,
						   .state_fd = kept.state_fd,
						   .boot_id = kept.boot_id,
						   .now_s = clock_now_s(),
						   .is_observer = true},
		.secureboot = round->local.has_secureboot ? &round->local.secureboot : NULL};
	drift_verdict_judge(&(struct drift_verdict_inputs){.state_fd = kept.state_fd,
				    .is_observer = true,
				    .may_learn = history_trusts_boot(&kept.history, kept.boot_id),
				    .rules = &kept.settings.rules,
				    .boot_id = kept.boot_id,
				    .now_s = sources.round.now_s,
				    .baseline_s = kept.history.baseline_s,
				    .explain = explain_drift,
				    .context = &sources},
		round, ret);
}

static void add_facts(
	json *facts, const struct round_result *round, const struct drift_verdict *change)
{
	const struct appraisal *local = &round->local;
	char time[CLOCK_TEXT_SIZE];

	if (round->stage < ROUND_COLLECTED)
		return;
	json_add_text(facts, "local", health_name(local->verdict.health));
	json_add_text(facts, "remote", health_name(round->remote.health));
	json_add_int(facts, "events", local->event_count);
	json_add_int(facts, "eventsNotMeasured", local->unmeasured_count);
	add_boot_facts(facts, local);
	if (local->binding.cert.subject[0]) {
		clock_text(local->binding.cert.not_after_s, time);
		json_add_text(facts, "attestationKeySubject", local->binding.cert.subject);
		json_add_text(facts, "attestationKeyIssuer", local->binding.cert.issuer);
		json_add_text(facts, "attestationKeyNotAfter", time);
	}
	json_add_text(facts, "baseline", change->text);
	if (round->stage == ROUND_VERIFIED) {
		clock_text(round->token_expires_s, time);
		json_add_text(facts, "tokenExpires", time);
	}
}

static int print_result_json(
	const struct round_result *round, const struct drift_verdict *change, struct err *err)
{
	const struct err *reason = &round->verdict.reason;
	auto_cleanup(json) json *result = json_new_object();

	json_add_text(result, "health", health_name(round->verdict.health));
	json_add_text(result, "provider", round->provider);
	json_add_text(result, "providerReason", round->provider_reason);
	json_add_text(result, "proxy", round->provider_proxy);
	json_add_int(result, "code", reason->code);
	json_add_text(result, "name", err_info(reason->code)->name);
	json_add_text(result, "message", reason->code ? reason->msg : "");
	json_add_text(result, "remedy", err_info(reason->code)->remedy);
	add_facts(json_add_object(result, "facts"), round, change);
	if (round->claims)
		json_add_copy(result, "claims", round->claims);
	else
		json_add_null(result, "claims");
	if (print_json(result, JSON_INDENTED, err) < 0)
		return -1;
	print_format("\n");
	return 0;
}

static void print_facts(const struct round_result *round, const struct drift_verdict *change)
{
	const struct appraisal *local = &round->local;
	const struct crypto_cert_info *cert = &local->binding.cert;
	char time[CLOCK_TEXT_SIZE];

	if (round->stage < ROUND_COLLECTED)
		return;
	print_format("\nFacts\n  this VM's own check   %s\n", health_name(local->verdict.health));
	print_format("  provider              %s (%s)\n",
		round->provider[0] ? round->provider : "none", health_name(round->remote.health));
	if (round->provider_reason[0])
		print_format("  chosen as             %s\n", round->provider_reason);
	if (round->provider_proxy[0])
		print_format("  by proxy              %s\n", round->provider_proxy);
	print_format("  boot events           %u\n", local->event_count);
	if (local->unmeasured_count)
		print_format("    not measured        %u\n", local->unmeasured_count);
	print_boot_facts(local);
	if (change->text[0])
		print_format("  baseline              %s\n", change->text);
	if (cert->subject[0]) {
		clock_text(cert->not_after_s, time);
		print_format("  attestation key       %s\n  issued by             %s, until %s\n",
			cert->subject, cert->issuer, time);
	}
	if (round->stage == ROUND_VERIFIED) {
		clock_text(round->token_expires_s, time);
		print_format("  token valid until     %s\n", time);
	}
}

static int print_result_text(
	const struct round_result *round, const struct drift_verdict *change, struct err *err)
{
	const struct err *reason = &round->verdict.reason;

	print_format("%s\n", health_name(round->verdict.health));
	if (reason->code)
		print_format("  %s (%s)\n  %s\n", reason->msg, err_info(reason->code)->name,
			err_info(reason->code)->remedy);
	print_facts(round, change);
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

static int attest(const void *given)
{
	const struct options *options = given;
	auto_cleanup(round_result) struct round_result round = {0};
	struct drift_verdict change;
	struct err err;
	int exit_code;

	if (attestation_run(&options->attestation, &round, &err) < 0) {
		(void)print_err(&err);
		return health_exit_code(HEALTH_UNKNOWN);
	}
	compare_boot(options, &round, &change);
	exit_code = round.verdict.reason.code == ERR_USAGE /* a TCTI that cannot be one: nothing was
							      tried */
			    ? EXIT_USAGE
			    : health_exit_code(round.verdict.health);
	if ((options->is_json ? print_result_json(&round, &change, &err)
			      : print_result_text(&round, &change, &err)) < 0 ||
		(options->save_evidence && save_evidence(options, &round, &err) < 0)) {
		(void)print_err(&err);
		return exit_code ? exit_code : health_exit_code(HEALTH_UNKNOWN);
	}
	return exit_code;
}

static int check_options(const void *given, struct err *err)
{
	const struct options *options = given;

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
};

#include "attestation.h"

#include "agent/precondition.h"
#include "agent/waagent.h"
#include "base/clock.h"
#include "maa/request.h"

bool attestation_has_provider_options(const struct attestation_options *options)
{
	return options->endpoint || options->metadata || options->ca_file ||
	       options->extra_ca_file || options->proxy || options->with_token;
}

int attestation_check_options(const struct attestation_options *options, struct err *err)
{
	if (options->redact && options->with_token)
		return err_set(err, ERR_USAGE, 0,
			"give either --redact or --with-token: a token is signed as a whole");
	return check_endpoint(options->endpoint, err) < 0 ||
			       check_metadata(options->metadata, err) < 0 ||
			       check_proxy(options->proxy, err) < 0
		       ? -1
		       : check_nonce(options->nonce, err);
}

static int run_round(const struct attestation_options *options, int root_fd,
	struct round_result *ret, struct err *err)
{
	const struct proxy_variables variables = proxy_find_variables(environ);
	char agent_proxy[WAAGENT_PROXY_SIZE];
	uint8_t random[20];
	char nonce[ROUND_NONCE_SIZE];

	if (crypto_random(random, sizeof(random), err) < 0)
		return -1;
	round_nonce(random, nonce);
	waagent_read_proxy(root_fd, agent_proxy);
	round_run(&(struct round_inputs){.sources = {.root_fd = root_fd,
						 .event_log = options->event_log},
			  .tcti = options->tcti,
			  .provider.endpoint = options->endpoint,
			  .metadata = options->metadata,
			  .way = {.trust = {options->ca_file, options->extra_ca_file},
				  .proxy = {.is_none = is_no_proxy(options->proxy),
					  .given = options->proxy,
					  .given_source = "--proxy",
					  .variable = variables.proxy,
					  .variable_name = variables.name,
					  .variable_bypass = variables.bypass,
					  .agent = agent_proxy}},
			  .random = round_random(random + 16),
			  .nonce = options->nonce ? options->nonce : nonce,
			  .now = clock_read()},
		ret);
	return 0;
}

/* A machine without UEFI has no vTPM either: the cause is the answer, and not what follows. */
static int check_machine(const struct attestation_options *options, int root_fd, struct err *err)
{
	struct err no_tpm;

	if (precondition_check_vtpm(root_fd, options->tcti ? options->tcti : "", &no_tpm) == 0 ||
		no_tpm.code != ERR_NO_VTPM)
		return 0;
	return precondition_check_uefi(root_fd, err);
}

int attestation_run(
	const struct attestation_options *options, struct attestation *ret, struct err *err)
{
	auto_cleanup(fd) int root_fd = -1;

	if (open_root(options->root, &root_fd, err) < 0 || check_machine(options, root_fd, err) < 0 ||
		round_new(&ret->round, err) < 0 || run_round(options, root_fd, ret->round, err) < 0)
		return -1;
	verdicts_judge_read_only(root_fd, options->root ? NULL : options->tcti, ret->round,
		&ret->change, &ret->verdict);
	return 0;
}

int attestation_check(
	const struct attestation_options *options, struct attestation *ret, struct err *err)
{
	auto_cleanup(fd) int root_fd = -1;

	if (open_root(options->root, &root_fd, err) < 0 ||
		check_machine(options, root_fd, err) < 0 || round_new(&ret->round, err) < 0)
		return -1;
	round_check_boot(&(struct round_inputs){.sources = {.root_fd = root_fd,
							.event_log = options->event_log},
				 .tcti = options->tcti},
		ret->round);
	/* evidence counts elsewhere even if this machine's own view could not be read */
	if (ret->round->evidence.quote.attest_len &&
		request_build_info(&ret->round->evidence, options->nonce, &ret->round->info, err) < 0)
		return -1;
	verdicts_judge_read_only(root_fd, options->root ? NULL : options->tcti, ret->round,
		&ret->change, &ret->verdict);
	return 0;
}

void attestation_cleanup(struct attestation *attestation)
{
	round_free(attestation->round);
	comparison_done(&attestation->change);
}

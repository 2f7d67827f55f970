#include "service/attempt.h"

#include "edge/crypto.h"
#include "service/journal.h"
#include "service/service_way.h"

/* What the inputs of a round point to. */
struct inputs_memory {
	char agent_proxy[WAAGENT_PROXY_SIZE];
	char nonce[ROUND_NONCE_SIZE];
};

static struct round_inputs make_inputs(const struct attempt *attempt, const uint8_t random[20],
	const struct clock_time *now, struct inputs_memory *memory)
{
	const struct settings *settings = attempt->settings;

	round_nonce(random, memory->nonce);
	waagent_read_proxy(attempt->root_fd, memory->agent_proxy);
	return (struct round_inputs){.sources.root_fd = attempt->root_fd,
		.tcti = attempt->service->tcti,
		.provider = settings_provider(settings),
		.metadata = attempt->service->metadata,
		.way = service_way(settings, attempt->service, memory->agent_proxy),
		.is_single_try = true,
		.random = round_random(random + 16),
		.nonce = memory->nonce,
		.keys = attempt->keys,
		.now = *now};
}

void attempt_round(const struct attempt *attempt, const uint8_t random[20],
	const struct clock_time *now, struct round_result *ret)
{
	struct inputs_memory memory;
	const struct round_inputs inputs = make_inputs(attempt, random, now, &memory);

	round_run(&inputs, ret);
	cert_renewal_explain(attempt->state_fd, ret);
}

static void log_renewal(
	const struct attempt *attempt, enum cert_renewal outcome, const struct err *err)
{
	const struct environment *environment = &attempt->service->environment;

	if (outcome == CERT_RENEWAL_FAILED)
		journal_service_err(attempt->root_fd, environment, err);
	else if (outcome == CERT_RENEWAL_DONE)
		journal_service_line(attempt->root_fd, environment, LOG_LEVEL_NOTICE,
			"the attestation key's certificate is renewed in the TPM.");
}

void attempt_resume_renewal(const struct attempt *attempt, char ret_trouble[CERT_RECORD_TROUBLE_SIZE])
{
	const struct round_inputs inputs = {
		.sources.root_fd = attempt->root_fd, .tcti = attempt->service->tcti};
	struct err err;

	log_renewal(
		attempt, cert_renewal_resume(attempt->state_fd, &inputs, ret_trouble, &err), &err);
}

void attempt_renewal(const struct attempt *attempt, int64_t end_s, const struct clock_time *now)
{
	struct inputs_memory memory;
	struct round_inputs inputs;
	uint8_t random[20];
	struct err err;

	if (crypto_random(random, sizeof(random), &err) < 0) {
		log_renewal(attempt, CERT_RENEWAL_FAILED, &err);
		return;
	}
	inputs = make_inputs(attempt, random, now, &memory);
	log_renewal(attempt, cert_renewal_run(attempt->state_fd, &inputs, end_s, &err), &err);
}

int attempt_alerts(const struct attempt *attempt, const struct moment *now,
	const struct attempt_news *news, struct alert_outcome *ret, struct err *err)
{
	char agent_proxy[WAAGENT_PROXY_SIZE] = "";
	struct alert_inputs inputs = {.state_fd = attempt->state_fd,
		.settings = attempt->settings,
		.metadata = attempt->service->metadata,
		.version = attempt->version,
		.phase = attempt->phase,
		.now = *now};

	waagent_read_proxy(attempt->root_fd, agent_proxy);
	inputs.way = service_way(attempt->settings, attempt->service, agent_proxy);
	if (news) {
		const struct status_report_inputs *report = news->report;

		inputs.round = report->round;
		inputs.verdict = report->verdict;
		inputs.history = report->history;
		inputs.state = news->state;
		inputs.random = news->random;
		if (report->outlook && report->outlook->is_answered)
			inputs.next_boot = &report->outlook->finding;
	}
	return alert_run(&inputs, ret, err);
}

#include "service/attempt.h"

#include "service/service_way.h"

void attempt_round(const struct attempt *attempt, const uint8_t random[20],
	const struct clock_time *now, struct round_result *ret)
{
	const struct settings *settings = attempt->settings;
	char agent_proxy[WAAGENT_PROXY_SIZE];
	char nonce[ROUND_NONCE_SIZE];

	round_nonce(random, nonce);
	waagent_read_proxy(attempt->root_fd, agent_proxy);
	round_run(&(struct round_inputs){.sources.root_fd = attempt->root_fd,
			  .tcti = attempt->service->tcti,
			  .provider = settings_provider(settings),
			  .metadata = attempt->service->metadata,
			  .way = service_way(settings, attempt->service, agent_proxy),
			  .is_single_try = true,
			  .random = round_random(random + 16),
			  .nonce = nonce,
			  .keys = attempt->keys,
			  .now = *now},
		ret);
}

int attempt_alerts(const struct attempt *attempt, const struct status_report_inputs *report,
	enum status_state state, const uint8_t random[ALERT_RANDOM_SIZE], size_t *ret_sent,
	struct err *err)
{
	char agent_proxy[WAAGENT_PROXY_SIZE] = "";

	waagent_read_proxy(attempt->root_fd, agent_proxy);
	return alert_run(&(struct alert_inputs){.state_fd = attempt->state_fd,
				 .settings = attempt->settings,
				 .round = report->round,
				 .verdict = report->verdict,
				 .history = report->history,
				 .next_boot = report->outlook && report->outlook->is_answered
						      ? &report->outlook->finding
						      : NULL,
				 .state = state,
				 .way = service_way(attempt->settings, attempt->service, agent_proxy),
				 .metadata = attempt->service->metadata,
				 .version = attempt->version,
				 .random = random,
				 .now = report->now},
		ret_sent, err);
}

#include "service/verdicts.h"

#include <stdlib.h>
#include <string.h>
#include "appraise/renewal_facts.h"
#include "base/boot_id.h"
#include "base/clock.h"
#include "base/text.h"
#include "memory/enabled.h"

static struct verdict with_remark(const struct verdict *verdict, const char *remark)
{
	struct verdict ret = *verdict;

	(void)text_format(
		ret.reason.msg, sizeof(ret.reason.msg), "%s %s", verdict->reason.msg, remark);
	return ret;
}

static struct verdict combine_with_provider(const struct verdict *local, const struct verdict *remote)
{
	if (local->health == HEALTH_UNHEALTHY && remote->health == HEALTH_HEALTHY)
		return with_remark(local, "The provider did not object.");
	if (local->health == HEALTH_UNHEALTHY)
		return *local;
	if (remote->health == HEALTH_UNHEALTHY && local->health == HEALTH_HEALTHY)
		return with_remark(remote, "The VM's own check found nothing wrong.");
	if (remote->health == HEALTH_UNHEALTHY)
		return *remote;
	return local->health == HEALTH_UNKNOWN ? *local : *remote;
}

/* The own verdict's reason stays, unless the comparison describes the same cause. */
struct verdict verdicts_combine(
	const struct verdict *own, const struct verdict *provider, const struct err *change)
{
	struct verdict local = *own;

	if (change && change->code &&
		(own->health == HEALTH_HEALTHY || (own->reason.code == ERR_SECURE_BOOT_OFF &&
							  change->code == ERR_DRIFT_SECURE_BOOT)))
		local = verdict_of_err(change);
	return provider ? combine_with_provider(&local, provider) : local;
}

static const struct verdict *provider_of(const struct round_result *round)
{
	return round->stage >= ROUND_COLLECTED && !round->is_alone ? &round->remote : NULL;
}

/* The VM's own check, with what its owner demands of the certificates. */
static struct verdict own_verdict(const struct round_result *round, enum renewal_action action)
{
	struct renewal renewal = renewal_of_appraisal(&round->local);
	struct err err;

	if (round->own.health == HEALTH_HEALTHY && renewal_check(&renewal, action, &err) < 0)
		return verdict_of_err(&err);
	return round->own;
}

void verdicts_judge(const struct comparison_inputs *state, enum renewal_action renewal,
	const struct round_result *round, struct comparison *ret_change, struct verdict *ret)
{
	struct comparison_inputs inputs = *state;
	struct verdict own = own_verdict(round, renewal);

	inputs.appraisal = round->stage >= ROUND_COLLECTED ? &round->local : NULL;
	*ret = verdicts_combine(&own, provider_of(round), NULL);
	inputs.is_healthy = ret->health == HEALTH_HEALTHY;
	comparison_judge(&inputs, ret_change);
	*ret = verdicts_combine(&own, provider_of(round), &ret_change->finding);
}

/* State of the enabled extension on this machine. */
struct enabled_state {
	int root_fd, state_fd;
	struct record service;
	struct settings settings;
	struct history history;
	char boot_id[BOOT_ID_SIZE];
};

static void enabled_state_cleanup(struct enabled_state **enabled)
{
	if (!*enabled)
		return;
	settings_done(&(*enabled)->settings);
	fd_cleanup(&(*enabled)->state_fd);
	free(*enabled);
}

static int open_enabled(int root_fd, struct enabled_state **ret, struct err *err)
{
	struct enabled_state *enabled = calloc(1, sizeof(*enabled)); /* 17 KiB */

	if (!enabled)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the state of the service.");
	*ret = enabled;
	enabled->root_fd = root_fd;
	enabled->state_fd = -1;
	boot_id_read(root_fd, enabled->boot_id);
	return enabled_find(root_fd, &enabled->state_fd, &enabled->service, err);
}

static bool is_own_tpm(const char *tcti, const struct enabled_state *enabled)
{
	return !tcti || strcmp(tcti, tpm_machine_tcti(enabled->root_fd)) == 0 ||
	       (enabled->service.tcti[0] && strcmp(tcti, enabled->service.tcti) == 0);
}

void verdicts_judge_read_only(int root_fd, const char *tcti, const struct round_result *round,
	struct comparison *ret_change, struct verdict *ret)
{
	auto_cleanup(enabled_state) struct enabled_state *enabled = NULL;
	bool is_due = true;
	struct err err;

	*ret_change = (struct comparison){0};
	if (open_enabled(root_fd, &enabled, &err) < 0) {
		is_due = err.code != ERR_NOT_ENABLED;
	} else if (!is_own_tpm(tcti, enabled)) {
		is_due = false;
	} else if (enabled_read_settings(
			   root_fd, &enabled->service.environment, &enabled->settings, &err) == 0 &&
		   enabled_read_history(enabled->state_fd, &enabled->history, &err) == 0) {
		verdicts_judge(
			&(struct comparison_inputs){.root_fd = root_fd,
				.state_fd = enabled->state_fd,
				.is_observer = true,
				.rules = &enabled->settings.rules,
				.may_learn = history_trusts_boot(&enabled->history, enabled->boot_id),
				.boot_id = enabled->boot_id,
				.now_s = clock_now_s(),
				.baseline_s = enabled->history.baseline_s},
			enabled->settings.renewal, round, ret_change, ret);
		return;
	}
	if (is_due)
		comparison_unclear(&err, ret_change);
	*ret = verdicts_combine(&round->own, provider_of(round), &ret_change->finding);
}

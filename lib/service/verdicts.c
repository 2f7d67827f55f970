#include "service/verdicts.h"

#include <string.h>
#include "base/boot_id.h"
#include "base/clock.h"
#include "base/text.h"
#include "service/enabled.h"

/* The appraisal's own reason stays, unless the comparison has the same in other words. */
static struct verdict beside_change(const struct verdict *own, const struct err *change)
{
	bool is_same =
		own->reason.code == ERR_SECURE_BOOT_OFF && change->code == ERR_DRIFT_SECURE_BOOT;

	return change->code && (own->health == HEALTH_HEALTHY || is_same) ? verdict_of_err(change)
									  : *own;
}

static struct verdict with_remark(const struct verdict *verdict, const char *remark)
{
	struct verdict ret = *verdict;

	(void)text_format(
		ret.reason.msg, sizeof(ret.reason.msg), "%s %s", verdict->reason.msg, remark);
	return ret;
}

static struct verdict beside_provider(const struct verdict *local, const struct verdict *remote)
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

struct verdict verdicts_combine(
	const struct verdict *own, const struct verdict *provider, const struct err *change)
{
	struct verdict local = change ? beside_change(own, change) : *own;

	return provider ? beside_provider(&local, provider) : local;
}

static const struct verdict *provider_of(const struct round_result *round)
{
	return round->stage >= ROUND_COLLECTED ? &round->remote : NULL;
}

void verdicts_judge(const struct drift_verdict_inputs *kept, const struct round_result *round,
	struct drift_verdict *ret_change, struct verdict *ret)
{
	struct drift_verdict_inputs inputs = *kept;

	inputs.appraisal = round->stage >= ROUND_COLLECTED ? &round->local : NULL;
	*ret = verdicts_combine(&round->own, provider_of(round), NULL);
	inputs.is_healthy = ret->health == HEALTH_HEALTHY;
	drift_verdict_judge(&inputs, ret_change);
	*ret = verdicts_combine(&round->own, provider_of(round), &ret_change->finding);
}

static bool is_own_tpm(const char *tcti, int root_fd, const struct record *service)
{
	return !tcti || strcmp(tcti, tpm_machine_tcti(root_fd)) == 0 ||
	       (service->tcti[0] && strcmp(tcti, service->tcti) == 0);
}

static void compare_kept(const struct enabled *kept, int root_fd, const struct round_result *round,
	struct drift_verdict *ret_change, struct verdict *ret)
{
	verdicts_judge(&(struct drift_verdict_inputs){.root_fd = root_fd,
			       .state_fd = kept->state_fd,
			       .is_observer = true,
			       .rules = &kept->settings.rules,
			       .may_learn = history_trusts_boot(&kept->history, kept->boot_id),
			       .boot_id = kept->boot_id,
			       .now_s = clock_now_s(),
			       .baseline_s = kept->history.baseline_s},
		round, ret_change, ret);
}

void verdicts_look_on(int root_fd, const char *tcti, const struct round_result *round,
	struct drift_verdict *ret_change, struct verdict *ret)
{
	auto_cleanup(enabled) struct enabled kept = {.state_fd = -1};
	bool is_enabled;
	struct err err;

	*ret_change = (struct drift_verdict){0};
	is_enabled = enabled_load(root_fd, &kept, &err) == 0;
	if (is_enabled && is_own_tpm(tcti, root_fd, &kept.service)) {
		compare_kept(&kept, root_fd, round, ret_change, ret);
		return;
	}
	if (!is_enabled && err.code != ERR_NOT_ENABLED)
		drift_verdict_unclear(&err, ret_change);
	*ret = verdicts_combine(&round->own, provider_of(round), &ret_change->finding);
}

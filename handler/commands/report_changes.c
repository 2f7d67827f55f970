/* report_changes.c - what changed since the boots of this machine that count as good. */
#include "base/boot_id.h"
#include "base/clock.h"
#include "drift/explain.h"
#include "service/drift_verdict.h"
#include "service/enabled.h"
#include "report.h"

void report_changes_done(struct report_changes *changes)
{
	components_done(&changes->components);
	drift_done(&changes->drift);
}

/* What the service keeps on this machine. */
struct kept {
	int state_fd;
	struct record service;
	struct settings settings;
	struct baseline baseline;
};

static void kept_cleanup(struct kept *kept)
{
	fd_cleanup(&kept->state_fd);
	settings_done(&kept->settings);
	baseline_done(&kept->baseline);
}

/* The quoted PCRs, and of the others those to which the log leads with data that fits. */
static int read_components(const struct bundle *bundle, const struct bundlecheck *check,
	struct components *ret, struct err *err)
{
	const struct eventlog *log = &check->appraisal.log;
	uint32_t believed = bundle->request.evidence.pcrs.mask;
	struct unquoted_pcrs unquoted;
	struct err told; /* by the page's own check */

	if (replay_check_data(log, check->unquoted_explained, err) == 0)
		believed |= check->unquoted_explained;
	if (components_read(log, believed, ret, err) < 0)
		return -1;
	(void)!unquoted_compare(log, &check->appraisal.led_to, &bundle->unquoted, &unquoted, &told);
	ret->beyond = unquoted.beyond;
	return 0;
}

static void judge(const struct kept *kept, struct explain_sources *sources, struct report_changes *ret)
{
	if (ret->drift.count)
		explain_drift(sources, &ret->drift);
	drift_judge(&kept->settings.rules, &ret->components, &ret->drift, &ret->judgement);
}

/* Nothing to compare with is no error: *ret_has stays false. */
static int find_kept(int root_fd, struct kept *ret, bool *ret_has, struct err *err)
{
	enum state_found found;

	if (enabled_find(root_fd, &ret->state_fd, &ret->service, err) < 0)
		return err->code == ERR_NOT_ENABLED ? 0 : -1;
	if (enabled_read_settings(root_fd, &ret->service.environment, &ret->settings, err) < 0)
		return -1;
	found = baseline_load(ret->state_fd, &ret->baseline, err);
	*ret_has = found == STATE_LOADED && ret->baseline.count;
	return found == STATE_UNREADABLE ? -1 : 0;
}

static int compare(struct kept *kept, const struct bundle *bundle, const struct bundlecheck *check,
	struct report_changes *ret, struct err *err)
{
	return read_components(bundle, check, &ret->components, err) < 0
		       ? -1
		       : baseline_compare(&kept->baseline, &ret->components, &ret->drift, err);
}

bool report_find_changes(int root_fd, const struct bundle *bundle, const struct bundlecheck *check,
	struct report_changes *ret)
{
	auto_cleanup(kept) struct kept kept = {.state_fd = -1};
	char boot_id[BOOT_ID_SIZE];
	struct explain_sources sources = {.round = {.root_fd = root_fd,
						  .boot_id = boot_id,
						  .now_s = clock_now_s(),
						  .is_observer = true},
		.secureboot = &check->appraisal.secureboot};
	bool has_baseline = false;
	struct err err;

	*ret = (struct report_changes){.components = components_empty()};
	if (!check->appraisal.has_secureboot || bundle->is_redacted)
		return false;
	if (find_kept(root_fd, &kept, &has_baseline, &err) < 0 ||
		(has_baseline && compare(&kept, bundle, check, ret, &err) < 0)) {
		ret->judgement.verdict = drift_verdict_unclear_verdict(&err);
		return false;
	}
	if (!has_baseline)
		return false;
	boot_id_read(root_fd, boot_id);
	sources.round.state_fd = kept.state_fd;
	baseline_recall(&kept.baseline, boot_id, &ret->drift);
	judge(&kept, &sources, ret);
	ret->page = (struct page_drift){.drift = &ret->drift,
		.judgement = &ret->judgement,
		.compared = ret->components.believed &
			    kept.baseline.variants[ret->drift.variant].components.believed};
	return true;
}

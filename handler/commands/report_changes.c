/* report_changes.c - what changed since the boots of this machine that count as good. */
#include "base/clock.h"
#include "monitor/enabled.h"
#include "monitor/explain.h"
#include "report.h"

void report_changes_done(struct report_changes *changes)
{
	components_done(&changes->components);
	drift_done(&changes->drift);
}

/* What the service keeps on this machine. */
struct kept {
	int state_fd;
	struct service service;
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
static int read_components(
	const struct bundle *bundle, const struct bundlecheck *check, struct components *ret, struct err *err)
{
	struct eventlog log;
	uint32_t believed = bundle->request.evidence.pcrs.mask;
	struct later_pcrs later;
	struct err told; /* by the page's own check */

	if (eventlog_open(buf_bytes(&bundle->request.evidence.event_log), &log, err) < 0)
		return -1;
	if (replay_check_data(&log, check->later_explained, err) == 0)
		believed |= check->later_explained;
	if (components_read(&log, believed, ret, err) < 0)
		return -1;
	(void)!later_compare(&log, &check->appraisal.led_to, &bundle->later, &later, &told);
	ret->beyond = later.beyond;
	return 0;
}

static void judge(const struct kept *kept, struct explain_sources *sources, struct report_changes *ret)
{
	if (ret->drift.count)
		explain_drift(sources, &ret->drift);
	drift_judge(&kept->settings.rules, &ret->components, &ret->drift, &ret->judgement);
}

bool report_find_changes(
	int root_fd, const struct bundle *bundle, const struct bundlecheck *check, struct report_changes *ret)
{
	auto_cleanup(kept) struct kept kept = {.state_fd = -1};
	char boot_id[HISTORY_BOOT_SIZE];
	struct explain_sources sources = {.round = {.root_fd = root_fd,
						  .boot_id = boot_id,
						  .now_s = clock_now_s(),
						  .is_observer = true},
		.secureboot = &check->appraisal.secureboot};
	struct err err;

	*ret = (struct report_changes){.components = components_empty()};
	if (!check->appraisal.has_secureboot || bundle->is_redacted ||
		enabled_find(root_fd, &kept.state_fd, &kept.service, &err) < 0 ||
		enabled_read_settings(root_fd, &kept.service.environment, &kept.settings, &err) < 0 ||
		baseline_load(kept.state_fd, &kept.baseline, &err) != STATE_LOADED || !kept.baseline.count)
		return false;
	enabled_read_boot_id(root_fd, boot_id);
	sources.round.state_fd = kept.state_fd;
	if (read_components(bundle, check, &ret->components, &err) < 0 ||
		baseline_compare(&kept.baseline, &ret->components, &ret->drift, &err) < 0)
		return false;
	baseline_recall(&kept.baseline, boot_id, &ret->drift);
	judge(&kept, &sources, ret);
	ret->page = (struct page_drift){.drift = &ret->drift,
		.judgement = &ret->judgement,
		.compared = ret->components.believed &
			    kept.baseline.variants[ret->drift.variant].components.believed};
	return true;
}

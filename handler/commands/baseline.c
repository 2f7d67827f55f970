/* guest-attest baseline: the accepted boots, and this boot compared with them. */
#include "base/boot_id.h"
#include "baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "drift/drift_verdict.h"
#include "memory/enabled.h"
#include "service/attest_now.h"
#include "setup/removal.h"
#include "commands.h"

static void view_cleanup(struct baseline_view **pointer)
{
	struct baseline_view *view = *pointer;

	if (!view)
		return;
	baseline_done(&view->baseline);
	drift_done(&view->drift);
	settings_done(&view->settings);
	round_free(view->round);
	components_done(&view->boot);
	fd_cleanup(&view->root_fd);
	fd_cleanup(&view->state_fd);
	free(view);
}

/* A missing file is no error: the baseline stays empty. A damaged one can be replaced and
 * forgotten, but not shown. */
static int open_view(const struct baseline_options *options, bool may_replace,
	struct baseline_view *ret, struct err *err)
{
	enum state_found found;

	if (open_root(options->root, &ret->root_fd, err) < 0 ||
		enabled_find(ret->root_fd, &ret->state_fd, &ret->service, err) < 0 ||
		enabled_read_settings(ret->root_fd, &ret->service.environment, &ret->settings, err) <
			0)
		return -1;
	boot_id_read(ret->root_fd, ret->boot_id);
	found = baseline_load(ret->state_fd, &ret->baseline, err);
	return found == STATE_UNREADABLE || (found == STATE_DAMAGED && !may_replace) ? -1 : 0;
}

static int need_baseline(const struct baseline_view *view, struct err *err)
{
	if (view->baseline.count)
		return 0;
	return err_set(err, ERR_NO_BASELINE, 0, "No boot of this VM is accepted yet.");
}

/* Attests this boot locally and reads its components, as far as they are proven. */
static int read_this_boot(
	const struct baseline_options *options, struct baseline_view *view, struct err *err)
{
	const struct round_inputs inputs = {
		.sources = {.root_fd = view->root_fd, .event_log = options->event_log},
		.tcti = options->tcti ? options->tcti : view->service.tcti};

	if (round_new(&view->round, err) < 0)
		return -1;
	round_check_boot(&inputs, view->round);
	if (view->round->stage >= ROUND_COLLECTED &&
		drift_verdict_components(&view->round->local, &view->boot, err) < 0)
		return -1;
	if (view->boot.count)
		return 0;
	*err = view->round->own.reason;
	return -1;
}

static int compare_boots(struct baseline_view *view, struct err *err)
{
	return drift_verdict_compare(&(struct comparison_inputs){.appraisal = &view->round->local,
					     .root_fd = view->root_fd,
					     .state_fd = view->state_fd,
					     .is_observer = true,
					     .rules = &view->settings.rules,
					     .boot_id = view->boot_id,
					     .now_s = clock_now_s()},
		&view->baseline, &view->boot, &view->drift, &view->judgement, err);
}

static int show(const struct baseline_options *options, struct baseline_view *view, struct err *err)
{
	if (need_baseline(view, err) < 0)
		return -1;
	return options->is_json ? print_baseline_json(view, err) : (print_baseline(view), 0);
}

static int diff(const struct baseline_options *options, struct baseline_view *view, struct err *err)
{
	if (need_baseline(view, err) < 0 || read_this_boot(options, view, err) < 0 ||
		compare_boots(view, err) < 0)
		return -1;
	view->exit_code = health_exit_code(view->judgement.verdict.health);
	return options->is_json ? print_drift_json(view, err) : (print_drift(view), 0);
}

/* Makes the running service attest, so that the portal is right at once and not a period later. */
static void let_service_attest(
	const struct baseline_options *options, const struct baseline_view *view)
{
	struct err err;

	if (attest_now_run(view->state_fd, &err) < 0)
		print_aside("The service takes this over at its next attestation. %s\n", err.msg);
	else if (!options->is_json)
		print_format(
			"The service attested with it: 'guest-attest status' shows the result.\n");
}

/* Accepts only a boot that the VM's own check finds Healthy: a boot with signs of tampering must
 * never become a baseline. */
static int accept(const struct baseline_options *options, struct baseline_view *view, struct err *err)
{
	struct baseline_variant as = {.accepted_s = clock_now_s(), .how = BASELINE_OWNER};

	if (read_this_boot(options, view, err) < 0)
		return -1;
	if (view->round->local.verdict.health != HEALTH_HEALTHY)
		return err_set(err, ERR_BASELINE_REFUSED, 0, "This boot is not accepted: %s",
			view->round->local.verdict.reason.msg);
	if (view->baseline.count && compare_boots(view, err) < 0)
		return -1;
	(void)text_format(as.boot_id, sizeof(as.boot_id), "%s", view->boot_id);
	(void)text_format(as.text, sizeof(as.text), "%s", view->judgement.text);
	view->baseline.lost_s = 0;
	view->is_accepted = !view->baseline.count || view->drift.count;
	if (view->is_accepted && baseline_accept(&view->baseline, &view->boot, &as, err) < 0)
		return -1;
	if (baseline_save(view->state_fd, &view->baseline, err) < 0)
		return -1;
	if (options->is_json ? print_drift_json(view, err) < 0 : (print_accepted(view), false))
		return -1;
	let_service_attest(options, view);
	return 0;
}

static int forget(const struct baseline_options *options, struct baseline_view *view, struct err *err)
{
	auto_cleanup(baseline_ptr) struct baseline *nothing = NULL;

	if (baseline_new(&nothing, err) < 0)
		return -1;
	nothing->forgotten_s = clock_now_s();
	if (baseline_save(view->state_fd, nothing, err) < 0)
		return -1;
	if (options->is_json) {
		auto_cleanup(json) json *document = document_new(ERR_OK, NULL);

		json_add_int(document, "forgotten", (int64_t)view->baseline.count);
		if (print_document(document, err) < 0)
			return -1;
	} else {
		print_format("Forgotten: %zu boot%s.\n", view->baseline.count,
			view->baseline.count == 1 ? "" : "s");
	}
	let_service_attest(options, view);
	return 0;
}

/* For an image's next VM: nothing of this one may be in it. Here the guest agent's next `enable`
 * starts the service again. */
static int generalise(const struct baseline_options *options, struct err *err)
{
	auto_cleanup(free) char *root = realpath(options->root ? options->root : "/", NULL);

	if (!root)
		return err_set(err, ERR_USAGE, (unsigned long)errno,
			"Root folder '%s' cannot be used: %m.", options->root);
	if (removal_generalise(root, options->keeps_boots, err) < 0)
		return -1;
	print_format(
		"The service is stopped, and all that was remembered of this VM is removed%s: the disk may become an image. Here the guest agent's next 'enable' begins anew.\n",
		options->keeps_boots ? ", except the accepted boots" : "");
	return 0;
}

static const struct action {
	const char *name;
	int (*run)(const struct baseline_options *options, struct baseline_view *view,
		struct err *err);
	bool replaces; /* replaces the file */
} actions[] = {{"show", show, false}, {"diff", diff, false}, {"accept", accept, true},
	{"forget", forget, true}};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static int run(const void *given, int *ret_exit_code, struct err *err)
{
	const struct baseline_options *options = given;
	const struct action *action = find_action(options->action);
	auto_cleanup(view) struct baseline_view *view = NULL;

	if (!action)
		return generalise(options, err);
	view = calloc(1, sizeof(*view)); /* 35 KiB */
	if (!view)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the accepted boots.");
	view->root_fd = view->state_fd = -1;
	view->boot = components_empty();
	if (open_view(options, action->replaces, view, err) < 0 || action->run(options, view, err) < 0)
		return -1;
	*ret_exit_code = view->exit_code;
	return 0;
}

static int check_options(const void *given, struct err *err)
{
	const struct baseline_options *options = given;

	bool is_reset = strcmp(options->action, "reset") == 0;

	if (is_reset != options->is_generalising || (is_reset && options->is_json) ||
		(options->keeps_boots && !is_reset))
		return err_set(err, ERR_USAGE, 0,
			"'reset --generalise' belongs together, and knows no --json; 'forget' lets this VM learn anew");
	return is_reset || find_action(options->action)
		       ? 0
		       : err_set(err, ERR_USAGE, 0,
				 "'%s' is none of show, diff, accept, forget and reset",
				 options->action);
}

static const struct option_row rows[] = {
	OPTION_WORD(struct baseline_options, action, "show|diff|accept|forget|reset", ""),
	OPTION(struct baseline_options, is_generalising, "generalise", NULL,
		"with reset, before an image is made of this disk: stops the service and removes all that was remembered of this VM"),
	OPTION(struct baseline_options, keeps_boots, "keep-boots", NULL,
		"with reset: the accepted boots stay, and the image's VMs must boot like one of them"),
	OPTION(struct baseline_options, tcti, "tcti", "CONF",
		"the TPM (default: that of the service)"),
	OPTION(struct baseline_options, event_log, "event-log", "FILE",
		"the boot's event log (default: the kernel's)"),
	OPTION(struct baseline_options, root, "root", "DIR",
		"the machine whose root directory this is (default: /)"),
	OPTION(struct baseline_options, is_json, "json", NULL, "print the result as JSON"),
	{0},
};

const struct command baseline_command = {
	.name = "baseline",
	.summary = "the boots that count as good, and what is different in this one",
	.words = "show|diff|accept|forget|reset [OPTION...]",
	.about =
		"The boots of this VM that count as good. The service learns the first one and accepts what is explained; a boot that differs in something unexplained is shown, and makes the VM Unhealthy if it is serious.\n"
		"\n"
		"show: the accepted boots\n"
		"diff: what is different in this boot, and what explains it\n"
		"accept: this boot counts as good from now on: after changes of your own, Secure Boot keys among them. The running service attests at once and takes it over\n"
		"forget: no boot counts as good; the running service attests at once and learns this one if it is Healthy\n"
		"reset --generalise: for whoever makes an image of this disk: no VM that is made from it finds anything of this one",
	.notes = "Exit code of diff and accept: 0 as accepted, or nothing serious; 1 serious, or refused. All: 2 could not find out, 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct baseline_options),
	.check = check_options,
	.run = run,
};

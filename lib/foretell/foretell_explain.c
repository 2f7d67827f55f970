#include "foretell/foretell_explain.h"

#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"
#include "drift/baseline.h"
#include "drift/explain.h"

/* The component that the next attestation will see: the last program is the kernel. */
static struct component component_of(const struct chain *chain, size_t index)
{
	struct component ret = {
		.kind = index + 1 == chain->count ? COMPONENT_KERNEL : COMPONENT_APPLICATION,
		.pcr = PCR_PROGRAMS};

	memcpy(ret.sha256, chain->items[index].program->sha256, sizeof(ret.sha256));
	(void)text_format(ret.name, sizeof(ret.name), "%s", chain->items[index].path);
	return ret;
}

static bool was_started(const struct eventlog *log, const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	const struct bytes digest = {sha256, CRYPTO_SHA256_SIZE};
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;

	while (event_next(log, &walk, &event))
		if (event.pcr == PCR_PROGRAMS && bytes_equal(event.measured, digest))
			return true;
	return false;
}

static void explain_program(const struct foretell_explain_inputs *inputs,
	const struct baseline *baseline, const struct component *component,
	struct err *package_timeout, struct foretell_change *ret)
{
	const struct explain_sources sources = {.round = *inputs->round};
	struct explanation found;
	bool is_accepted = false;

	for (size_t i = 0; i < baseline->count; i++)
		is_accepted |= components_have(&baseline->variants[i].components, component);
	if (is_accepted) {
		ret->how = FORETELL_ACCEPTED;
		(void)text_format(ret->text, sizeof(ret->text), "as in an accepted boot");
		return;
	}
	explain_component(&sources, inputs->pending, component, package_timeout, &found);
	ret->how = found.how == EXPLANATION_PACKAGE  ? FORETELL_BY_PACKAGE
		   : found.how > EXPLANATION_UNKNOWN ? FORETELL_BY_DISK
						     : FORETELL_UNEXPLAINED;
	(void)text_format(ret->text, sizeof(ret->text), "%s%s%s",
		ret->how == FORETELL_UNEXPLAINED ? "unexplained" : "",
		ret->how == FORETELL_UNEXPLAINED && found.text[0] ? ", " : "", found.text);
}

/* One that --with gives is not on the disks yet. */
static void explain_programs(const struct foretell_explain_inputs *inputs,
	const struct eventlog *log, const struct baseline *baseline, struct foretell *foretell)
{
	struct err package_timeout = {0};

	for (size_t i = 0; i < foretell->chain.count; i++) {
		const struct component component = component_of(&foretell->chain, i);
		struct foretell_change *change = &foretell->changes[i];

		if (was_started(log, component.sha256))
			continue;
		change->how = FORETELL_GIVEN;
		if (!foretell->chain.items[i].is_given)
			explain_program(inputs, baseline, &component, &package_timeout, change);
	}
}

static void add(struct foretell *foretell, const char *what, const char *why)
{
	char *text = foretell->explanation;
	size_t len = strlen(text);

	(void)text_format(text + len, FORETELL_TEXT_SIZE - len, "%s%s%s%s", len ? "; " : "", what,
		why[0] ? ", " : "", why);
}

static void add_variables(const struct eventlog *log, struct foretell *foretell)
{
	for (size_t key = 0; key < UEFI_KEYS; key++) {
		struct bytes held = buf_bytes(&foretell->held.keys[key]);
		struct eventlog_walk walk = eventlog_walk(log);
		bool is_other = false;
		struct event event;
		char text[32];

		(void)text_format(text, sizeof(text), "%s changed", uefi_keys[key].name);
		while (event_next(log, &walk, &event))
			is_other |= event.pcr == PCR_SECURE_BOOT && event.has_variable &&
				    uefivar_is(&event.variable, uefi_keys[key].guid,
					    uefi_keys[key].name) &&
				    event.what == EVENT_VARIABLE &&
				    !bytes_equal(event.variable.data, held);
		if (is_other)
			add(foretell, text, "");
	}
}

static void add_programs(struct foretell *foretell)
{
	for (size_t i = 0; i < foretell->chain.count; i++) {
		const struct component component = component_of(&foretell->chain, i);
		char text[FORETELL_CHANGE_SIZE];

		if (foretell->changes[i].how == FORETELL_UNCHANGED)
			continue;
		(void)text_format(text, sizeof(text), "%s %s",
			program_kind_name(foretell->chain.items[i].program->kind),
			component_file(&component));
		add(foretell, text, foretell->changes[i].text);
	}
}

void foretell_explain(const struct foretell_explain_inputs *inputs, struct foretell *foretell)
{
	auto_cleanup(baseline_ptr) struct baseline *baseline = NULL;
	struct eventlog log;
	struct err ignored; /* what was accepted before is then explained by the disks, or not */

	foretell->explanation[0] = '\0';
	if (foretell->answer != FORETELL_CHANGES || !inputs->event_log.len ||
		baseline_new(&baseline, &ignored) < 0 ||
		eventlog_open(inputs->event_log, &log, &ignored) < 0)
		return;
	if (inputs->round->state_fd >= 0)
		(void)!baseline_load(inputs->round->state_fd, baseline, &ignored);
	explain_programs(inputs, &log, baseline, foretell);
	add_programs(foretell);
	add_variables(&log, foretell);
}

#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "baseline.h"
#include "commands.h"

#define HEX_SIZE (2 * CRYPTO_SHA256_SIZE + 1)

/* Comes in front of "at". */
static const char *how_text(enum baseline_how how)
{
	static const char *const texts[] = {
		[BASELINE_LEARNED] = "learned",
		[BASELINE_EXPLAINED] = "accepted as explained",
		[BASELINE_OWNER] = "accepted by hand",
	};

	return texts[how];
}

/* Of the components, those by which people recognise a boot. */
void print_baseline(const struct baseline_view *view)
{
	static const uint32_t shown = 1u << COMPONENT_APPLICATION | 1u << COMPONENT_KERNEL |
				      1u << COMPONENT_INITRD | 1u << COMPONENT_COMMAND_LINE |
				      1u << COMPONENT_DB | 1u << COMPONENT_DBX |
				      1u << COMPONENT_SBAT;
	char time[CLOCK_TEXT_SIZE], hex[HEX_SIZE];

	for (size_t i = 0; i < view->baseline.count; i++) {
		const struct baseline_variant *variant = &view->baseline.variants[i];

		clock_text(variant->accepted_s, time);
		print_format("%s%zu. %s at %s%s%s (%zu components)\n", i ? "\n" : "", i + 1,
			how_text(variant->how), time, variant->text[0] ? ": " : "", variant->text,
			variant->components.count);
		for (size_t k = 0; k < variant->components.count; k++) {
			const struct component *component = &variant->components.items[k];

			if (!(shown & 1u << component->kind))
				continue;
			hex_encode((struct bytes){component->sha256, sizeof(component->sha256)}, hex);
			print_format("  %-20s %-56s PCR %-2u %.16s...\n",
				component_title(component), component->name, component->pcr, hex);
		}
	}
	if (view->baseline.lost_s) {
		clock_text(view->baseline.lost_s, time);
		print_format("\nAn earlier baseline was lost at %s.\n", time);
	}
}

/* text: the whole text of its name. */
static void add_component(json *object, const struct component *component, const char *text)
{
	char hex[HEX_SIZE];

	hex_encode((struct bytes){component->sha256, sizeof(component->sha256)}, hex);
	json_add_text(object, "kind", component_kind_name(component->kind));
	json_add_text(object, "name", text);
	json_add_int(object, "pcr", component->pcr);
	json_add_bool(object, "quoted", COMPONENTS_QUOTED_PCRS & 1u << component->pcr);
	json_add_bool(object, "bound", component->is_bound);
	json_add_text(object, "sha256", hex);
}

int print_baseline_json(const struct baseline_view *view, struct err *err)
{
	auto_cleanup(json) json *document = document_new(ERR_OK, NULL);
	json *variants = json_add_array(document, "accepted");

	for (size_t i = 0; i < view->baseline.count; i++) {
		const struct baseline_variant *variant = &view->baseline.variants[i];
		json *object = json_add_object(variants, NULL), *components;

		json_add_time(object, "acceptedAt", variant->accepted_s);
		json_add_text(object, "how", baseline_how_name(variant->how));
		json_add_known_text(object, "changes", variant->text);
		json_add_known_text(object, "bootId", variant->boot_id);
		components = json_add_array(object, "components");
		for (size_t k = 0; k < variant->components.count; k++) {
			const struct component *component = &variant->components.items[k];

			add_component(json_add_object(components, NULL), component,
				components_text(&variant->components, component));
		}
	}
	json_add_time(document, "lostAt", view->baseline.lost_s);
	return print_document(document, err);
}

static const char *meaning_of(const struct drift_difference *difference)
{
	if (difference->action == RULES_UNHEALTHY && drift_is_unclear(difference))
		return "unclear";
	return drift_is_explained(difference) ? "explained" : rules_action_name(difference->action);
}

/* Whole, because the sentence about it may be cut. */
static void print_texts(const struct drift_difference *difference)
{
	const char *before = drift_before(difference), *after = drift_after(difference);

	if (drift_shown(difference)->kind != COMPONENT_COMMAND_LINE)
		return;
	if (before)
		print_format("             before: %s\n", before);
	if (after)
		print_format("             now:    %s\n", after);
}

void print_drift(const struct baseline_view *view)
{
	const struct baseline_variant *variant = &view->baseline.variants[view->drift.variant];
	char text[DRIFT_TEXT_SIZE], time[CLOCK_TEXT_SIZE];

	if (view->drift.count == 0 && !view->judgement.text[0])
		print_format("This boot is as accepted.\n");
	else if (!view->judgement.text[0])
		print_format("This boot differs in nothing that counts.\n");
	else
		print_format("%s\n", view->judgement.text);
	if (view->judgement.verdict.reason.code)
		print_format("  %s\n", err_info(view->judgement.verdict.reason.code)->remedy);
	print_format("\n");
	for (size_t i = 0; i < view->drift.count; i++) {
		drift_difference_text(&view->drift.differences[i], text);
		print_format("  %-10s %s\n", meaning_of(&view->drift.differences[i]), text);
		print_texts(&view->drift.differences[i]);
	}
	clock_text(variant->accepted_s, time);
	print_format("Compared with the boot that was %s at %s.\n", how_text(variant->how), time);
}

/* text: NULL if there was no such component. */
static void add_side(
	json *object, const char *name, const struct component *component, const char *text)
{
	if (text)
		add_component(json_add_object(object, name), component, text);
	else
		json_add_null(object, name);
}

static void add_difference(json *array, const struct drift_difference *difference)
{
	static const char *const changes[] = {[DRIFT_CHANGED] = "changed",
		[DRIFT_ADDED] = "added",
		[DRIFT_REMOVED] = "removed",
		[DRIFT_HIDDEN] = "hidden",
		[DRIFT_UNREAD] = "unread",
		[DRIFT_UNLISTED] = "unlisted"};
	static const char *const hows[] = {
		[EXPLANATION_NONE] = "none",
		[EXPLANATION_UNKNOWN] = "unknown",
		[EXPLANATION_PACKAGE] = "package",
		[EXPLANATION_PENDING] = "pending",
		[EXPLANATION_FILE] = "file",
		[EXPLANATION_GREW] = "grew",
		[EXPLANATION_FOLLOWS] = "follows",
		[EXPLANATION_OTHER_VM] = "otherVm",
	};
	json *object = json_add_object(array, NULL);
	char text[DRIFT_TEXT_SIZE];

	drift_difference_text(difference, text);
	json_add_text(object, "text", text);
	json_add_text(object, "change", changes[difference->change]);
	json_add_text(object, "class", rules_class_name(difference->class));
	json_add_text(object, "meaning", meaning_of(difference));
	json_add_text(object, "explainedBy", hows[difference->explanation.how]);
	json_add_known_text(object, "explanation", difference->explanation.text);
	add_side(object, "before", &difference->before, drift_before(difference));
	add_side(object, "after", &difference->after, drift_after(difference));
}

int print_drift_json(const struct baseline_view *view, struct err *err)
{
	const struct verdict *verdict = &view->judgement.verdict;
	auto_cleanup(json) json *document = document_new(verdict->reason.code, view->judgement.text);
	json *differences;

	json_add_bool(document, "isAccepted", view->is_accepted || view->drift.count == 0);
	json_add_bool(document, "isExplained", view->judgement.is_explained);
	differences = json_add_array(document, "differences");
	for (size_t i = 0; i < view->drift.count; i++)
		add_difference(differences, &view->drift.differences[i]);
	return print_document(document, err);
}

void print_accepted(const struct baseline_view *view)
{
	char text[DRIFT_TEXT_SIZE];

	if (!view->is_accepted) {
		print_format("This boot was accepted already.\n");
		return;
	}
	print_format("Accepted: this boot with its %zu components.\n", view->boot.count);
	for (size_t i = 0; i < view->drift.count; i++) {
		drift_difference_text(&view->drift.differences[i], text);
		print_format("  %s\n", text);
	}
}

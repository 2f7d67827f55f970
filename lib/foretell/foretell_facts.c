#include "foretell/foretell_facts.h"

#include "base/codec.h"
#include "base/text.h"
#include "foretell/place.h"

#define LINE_SIZE 512
#define HEX_SIZE  (2 * CRYPTO_SHA256_SIZE + 1)

static void hex_of(const uint8_t sha256[CRYPTO_SHA256_SIZE], char ret[HEX_SIZE])
{
	hex_encode((struct bytes){sha256, CRYPTO_SHA256_SIZE}, ret);
}

static void gate_line(const struct foretell *foretell, size_t index, char ret[LINE_SIZE])
{
	static const char *const words[] = {
		[GATE_STARTS] = "starts",
		[GATE_UNSIGNED] = "not signed",
		[GATE_UNTRUSTED] = "signed by nobody who is trusted",
		[GATE_ALTERED] = "altered",
		[GATE_REVOKED] = "revoked",
		[GATE_BELOW_LEVEL] = "below the level",
		[GATE_NO_SBAT] = "without SBAT",
		[GATE_UNCLEAR] = "not known",
	};
	const struct gate *gate = &foretell->gates[index];
	const char *path = foretell->chain.items[index].path;

	if (index >= foretell->judged)
		(void)text_format(ret, LINE_SIZE, "%s", path);
	else if (gate->answer == GATE_STARTS && gate->variable)
		(void)text_format(ret, LINE_SIZE, "%s: %s (%s) vouches for it", path,
			gate->name[0] ? gate->name : "its digest", gate->variable);
	else
		(void)text_format(ret, LINE_SIZE, "%s: %s%s%s", path, words[gate->answer],
			gate->name[0] ? ", " : "", gate->name);
}

static void add_programs(const struct facts *facts, const struct foretell *foretell)
{
	json *list = fact_list(facts, "programs");

	for (size_t i = 0; i < foretell->chain.count; i++) {
		const struct chain_program *item = &foretell->chain.items[i];
		const struct gate *gate = i < foretell->judged ? &foretell->gates[i] : NULL;
		char line[LINE_SIZE], hex[HEX_SIZE];
		json *object = json_add_object(list, NULL);

		gate_line(foretell, i, line);
		fact_text(facts, NULL, program_kind_name(item->program->kind), line);
		hex_of(item->program->sha256, hex);
		json_add_text(object, "kind", program_kind_name(item->program->kind));
		json_add_text(object, "path", item->path);
		json_add_text(object, "programSha256", hex);
		json_add_bool(object, "given", item->is_given);
		json_add_known_text(object, "authority", gate ? gate->variable : NULL);
		json_add_known_text(object, "authorityName", gate ? gate->name : NULL);
	}
}

static void add_pcr(const struct facts *facts, const char *name, const char *label,
	const struct foretold_pcr *pcr)
{
	const struct facts known = facts_if(facts, pcr->is_foretold);
	const struct facts parts = facts_within(&known, name);
	char now[HEX_SIZE], next[HEX_SIZE];

	hex_of(pcr->now, now);
	hex_of(pcr->next, next);
	fact_text(&parts, NULL, label, next);
	fact_flag(&parts, "changed", NULL, pcr->has_changed);
	fact_text(&parts, "now", NULL, now);
	fact_text(&parts, "next", NULL, next);
}

void foretell_facts(const struct facts *facts, const struct foretell *foretell)
{
	static const char *const answers[] = {
		[FORETELL_CANNOT_TELL] = "cannotTell",
		[FORETELL_AS_NOW] = "asNow",
		[FORETELL_CHANGES] = "changes",
		[FORETELL_WILL_NOT_BOOT] = "willNotBoot",
	};
	static const char *const kinds[] = {
		[FORETELL_NONE] = "",
		[FORETELL_MISSING_FILE] = "missingFile",
		[FORETELL_UNSIGNED] = "unsigned",
		[FORETELL_UNTRUSTED] = "untrusted",
		[FORETELL_ALTERED] = "altered",
		[FORETELL_REVOKED] = "revoked",
		[FORETELL_BELOW_SBAT] = "belowSbat",
		[FORETELL_NO_SBAT] = "noSbat",
	};
	const struct facts known = facts_if(facts, foretell->has_variables);
	char option[LINE_SIZE];

	(void)text_format(option, sizeof(option), "%s%s%s",
		foretell->option.name[0]                  ? foretell->option.name
		: place_is_default(foretell->option.path) ? "the default path"
							  : "shim's fallback",
		foretell->option.path[0] ? " " : "", foretell->option.path);
	fact_text(facts, "answer", NULL, answers[foretell->answer]);
	fact_text(facts, "kind", NULL, kinds[foretell->kind]);
	fact_text(facts, "text", NULL, foretell->text);
	fact_text(&known, NULL, "boot option", option);
	fact_text(facts, "bootOption", NULL, foretell->option.name);
	fact_text(facts, "path", NULL, foretell->option.path);
	fact_text(facts, "passedOver", "passed over", foretell->passed_over);
	fact_text(facts, "explanation", "what changes", foretell->explanation);
	fact_flag(&known, "secureBoot", "Secure Boot", foretell->is_secure_boot);
	add_programs(facts, foretell);
	add_pcr(facts, "pcr4", "PCR 4 then", &foretell->foretold.programs);
	add_pcr(facts, "pcr7", "PCR 7 then", &foretell->foretold.secure_boot);
}

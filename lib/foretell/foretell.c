#include "foretell/foretell.h"

#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"
#include "foretell/esp.h"

const char *foretell_answer_text(enum foretell_answer answer)
{
	static const char *const texts[] = {
		[FORETELL_CANNOT_TELL] = "cannot tell",
		[FORETELL_AS_NOW] = "boots as now",
		[FORETELL_CHANGES] = "boots, and PCRs change",
		[FORETELL_WILL_NOT_BOOT] = "will not boot",
	};

	return texts[answer];
}

void foretell_cleanup(struct foretell **pointer)
{
	struct foretell *foretell = *pointer;

	if (!foretell)
		return;
	chain_done(&foretell->chain);
	foretold_done(&foretell->foretold);
	held_done(&foretell->held);
	free(foretell);
}

#define say(foretell, how, ...)                                                                    \
	((void)text_format((foretell)->text, sizeof((foretell)->text), __VA_ARGS__),               \
		(foretell)->answer = (how), 0)

/* ---- may they start? ---- */

static const struct program *shim_of(const struct chain *chain)
{
	const struct program *first = chain->count ? chain->items[0].program : NULL;

	return first && first->kind == PROGRAM_SHIM ? first : NULL;
}

static int judge_one(const struct foretell *foretell, size_t index, struct gate *ret, struct err *err)
{
	const struct program *program = foretell->chain.items[index].program;
	const struct program *shim = shim_of(&foretell->chain);
	struct sbat level = {.is_whole = true};

	if (shim)
		sbat_read(gate_level(shim, &foretell->held), &level);
	if (index && shim)
		return gate_of_shim(program, shim, &foretell->held, &level, ret, err);
	if (gate_of_firmware(program, &foretell->held, ret, err) < 0)
		return -1;
	if (ret->answer == GATE_STARTS && shim && foretell->is_secure_boot) {
		struct gate by_level;

		gate_of_level(shim, &level, &by_level);
		if (by_level.answer != GATE_STARTS)
			*ret = by_level;
	}
	return 0;
}

static int judge_all(struct foretell *foretell, struct err *err)
{
	for (foretell->judged = 0; foretell->judged < foretell->chain.count;) {
		struct gate *gate = &foretell->gates[foretell->judged];

		if (judge_one(foretell, foretell->judged, gate, err) < 0)
			return -1;
		foretell->judged++;
		if (gate->answer != GATE_STARTS)
			return 0;
	}
	return 0;
}

static int refuse(struct foretell *foretell, enum foretell_kind kind)
{
	foretell->kind = kind;
	foretell->answer = FORETELL_WILL_NOT_BOOT;
	return 0;
}

/* The last program that was judged is the one that does not start. */
static int explain_refusal(struct foretell *foretell)
{
	size_t index = foretell->judged - 1;
	const struct chain_program *item = &foretell->chain.items[index];
	const struct gate *gate = &foretell->gates[index];
	const char *what = program_kind_name(item->program->kind);
	bool by_shim = index && shim_of(&foretell->chain);
	const char *who = by_shim ? "shim" : "the firmware";
	char *text = foretell->text;

	switch (gate->answer) {
	case GATE_UNSIGNED:
		(void)text_format(text, FORETELL_TEXT_SIZE,
			"The %s %s is not signed, and %s does not know its digest.", what,
			item->path, who);
		return refuse(foretell, FORETELL_UNSIGNED);
	case GATE_UNTRUSTED:
		(void)text_format(text, FORETELL_TEXT_SIZE,
			"The %s %s is signed only by %s, which %s.", what, item->path, gate->name,
			by_shim ? "neither db nor shim's lists have" : "db lacks");
		return refuse(foretell, FORETELL_UNTRUSTED);
	case GATE_ALTERED:
		(void)text_format(text, FORETELL_TEXT_SIZE,
			"The %s %s was altered: no signature of it fits its bytes.", what,
			item->path);
		return refuse(foretell, FORETELL_ALTERED);
	case GATE_REVOKED:
		(void)text_format(text, FORETELL_TEXT_SIZE, "The %s %s is revoked by %s: %s%s.",
			what, item->path, gate->variable,
			gate->name[0] ? "it is signed by " : "by its digest", gate->name);
		return refuse(foretell, FORETELL_REVOKED);
	case GATE_BELOW_LEVEL:
		(void)text_format(text, FORETELL_TEXT_SIZE,
			"The %s %s is below shim's revocation level (SBAT): %s.", what, item->path,
			gate->name);
		return refuse(foretell, FORETELL_BELOW_SBAT);
	case GATE_NO_SBAT:
		(void)text_format(text, FORETELL_TEXT_SIZE,
			"The %s %s has no section .sbat, which shim demands.", what, item->path);
		return refuse(foretell, FORETELL_NO_SBAT);
	case GATE_UNCLEAR:
	case GATE_STARTS:
		break;
	}
	return say(foretell, FORETELL_CANNOT_TELL,
		"Whether %s starts the %s %s is not known: not all that decides it can be read here.",
		who, what, item->path);
}

/* ---- what it leads to ---- */

static void list_programs(const struct foretell *foretell, struct foretold_boot *ret)
{
	bool has_shim = shim_of(&foretell->chain) != NULL;

	for (size_t i = 0; i < foretell->chain.count; i++) {
		const struct program *program = foretell->chain.items[i].program;
		const struct gate *gate = &foretell->gates[i];

		ret->programs[ret->count++] = (struct foretold_program){.sha256 = program->sha256,
			.authority = gate->variable ? gate : NULL,
			.signers = program->signers,
			.is_by_shim = i && has_shim};
		if (program->has_inner)
			ret->programs[ret->count++] =
				(struct foretold_program){.sha256 = program->inner_sha256};
	}
}

/* 0 for this boot's own option, with none before it that counts. */
static size_t other_tries(const struct foretell *foretell)
{
	return foretell->option.is_current && !foretell->passed_over[0] ? 0 : foretell->option.tries;
}

static void explain_start(struct foretell *foretell)
{
	const struct foretold_pcr *programs = &foretell->foretold.programs;
	const struct foretold_pcr *secure_boot = &foretell->foretold.secure_boot;

	if (!programs->is_foretold || !secure_boot->is_foretold)
		(void)say(foretell, FORETELL_CHANGES, "It starts. %s cannot be foretold: %s",
			secure_boot->is_foretold ? "PCR 4"
			: programs->is_foretold  ? "PCR 7"
						 : "What it leads to",
			programs->is_foretold ? secure_boot->why : programs->why);
	else if (!programs->has_changed && !secure_boot->has_changed)
		(void)say(foretell, FORETELL_AS_NOW,
			"The same programs start, by the same keys: PCR 4 and 7 stay as they are.");
	else
		(void)say(foretell, FORETELL_CHANGES, "It starts, and PCR %s.",
			!secure_boot->has_changed ? "4 changes"
			: !programs->has_changed  ? "7 changes"
						  : "4 and 7 change");
}

static int foretell_log(struct foretell *foretell, struct bytes event_log, struct err *err)
{
	struct foretold_boot boot = {.held = &foretell->held, .tries = other_tries(foretell)};
	const struct program *shim = shim_of(&foretell->chain);
	struct eventlog log;

	if (shim)
		boot.level = gate_level(shim, &foretell->held);
	list_programs(foretell, &boot);
	if (!event_log.len)
		(void)text_format(foretell->foretold.programs.why, FORETOLD_WHY_SIZE,
			"This boot's event log is not known.");
	else if (foretell->is_after_shim)
		(void)text_format(foretell->foretold.programs.why, FORETOLD_WHY_SIZE,
			"A shim starts before, and finds no program to start.");
	else if (eventlog_open(event_log, &log, err) < 0 ||
		 foretold_log(&log, &boot, &foretell->foretold, err) < 0)
		return -1;
	explain_start(foretell);
	return 0;
}

/* ---- one option after the other ---- */

static int judge_chain(struct foretell *foretell, const struct chain_sources *sources, struct err *err)
{
	const struct chain *chain = &foretell->chain;

	foretell->kind = FORETELL_NONE;
	if (judge_all(foretell, err) < 0)
		return -1;
	if (foretell->judged && foretell->gates[foretell->judged - 1].answer != GATE_STARTS)
		return explain_refusal(foretell);
	if (chain->end == CHAIN_MISSING) {
		(void)text_format(foretell->text, FORETELL_TEXT_SIZE, "%s", chain->why);
		return refuse(foretell, FORETELL_MISSING_FILE);
	}
	if (chain->end == CHAIN_UNCLEAR)
		return say(foretell, FORETELL_CANNOT_TELL, "%s", chain->why);
	if (sources->with.fd >= 0 && !chain->has_given)
		return say(foretell, FORETELL_CANNOT_TELL,
			"%s is a %s, and the next boot starts none in whose place it could be.",
			sources->with.path, program_kind_name(sources->with.kind));
	return say(foretell, FORETELL_CHANGES, "It starts.");
}

static int find_chain(const struct chain_sources *sources, const struct bootoption *option,
	struct chain *ret, struct err *err)
{
	struct chain_sources own = *sources;
	auto_cleanup(bootfiles) struct bootfiles files = {0};

	if (!option->has_partition)
		return chain_find(sources, option, ret, err);
	if (esp_files(sources->root_fd, sources->files, option->partition, &files,
		    &own.is_esp_other, err) < 0)
		return -1;
	own.files = &files;
	return chain_find(&own, option, ret, err);
}

static int try_option(struct foretell *foretell, const struct foretell_sources *sources,
	const struct bootoption *option, struct err *err)
{
	foretell->option = *option;
	chain_done(&foretell->chain);
	foretell->judged = 0;
	if (find_chain(&sources->chain, option, &foretell->chain, err) == 0)
		return judge_chain(foretell, &sources->chain, err);
	if (err->code == ERR_NO_MEMORY)
		return -1;
	return say(foretell, FORETELL_CANNOT_TELL, "%s", err->msg);
}

/* Without its second program shim returns to the firmware. */
static bool has_returned(const struct foretell *foretell)
{
	return foretell->kind == FORETELL_MISSING_FILE && foretell->chain.count == 1 &&
	       shim_of(&foretell->chain);
}

/* The firmware passes on to the next option if it does not find or refuses one's first program.
 * What shim refuses ends there, be it itself: it waits for a key, or switches the machine off. So
 * does a boot loader's menu without a kernel. */
static bool is_passed_over(const struct foretell *foretell)
{
	enum gate_answer first = foretell->judged ? foretell->gates[0].answer : GATE_STARTS;

	return foretell->answer == FORETELL_WILL_NOT_BOOT &&
	       (!foretell->chain.count || has_returned(foretell) ||
		       (first != GATE_STARTS && first != GATE_BELOW_LEVEL));
}

static void pass_over(struct foretell *foretell, struct bootoption *first)
{
	foretell->is_after_shim |= has_returned(foretell);
	if (first->tries)
		return;
	*first = foretell->option;
	(void)text_format(foretell->passed_over, sizeof(foretell->passed_over),
		"%s is passed over: %s", first->name, foretell->text);
}

/* shim's fallback comes last: if its option is passed over, it is reached again and again. */
static int try_one(struct foretell *foretell, const struct foretell_sources *sources,
	const struct bootoption *option, bool *ret_is_last, struct err *err)
{
	struct bootoption by_fallback = {.tries = 1, .has_partition = option->has_partition};

	if (try_option(foretell, sources, option, err) < 0)
		return -1;
	*ret_is_last = foretell->answer == FORETELL_CANNOT_TELL && foretell->chain.fallback[0];
	if (!*ret_is_last)
		return 0;
	memcpy(by_fallback.path, foretell->chain.fallback, sizeof(by_fallback.path));
	memcpy(by_fallback.partition, option->partition, sizeof(by_fallback.partition));
	foretell->is_after_shim = false;
	return try_option(foretell, sources, &by_fallback, err);
}

/* If none of them starts, the first one's reason is what counts. */
static int try_all(struct foretell *foretell, const struct foretell_sources *sources,
	const struct bootoptions *options, struct err *err)
{
	struct bootoption first = {0};
	bool is_last = false;

	for (size_t i = 0; i < options->count && !is_last; i++) {
		if (try_one(foretell, sources, &options->items[i], &is_last, err) < 0)
			return -1;
		if (!is_passed_over(foretell))
			return 0;
		pass_over(foretell, &first);
	}
	foretell->passed_over[0] = '\0';
	return first.tries ? try_option(foretell, sources, &first, err) : 0;
}

static int run(struct foretell *foretell, const struct foretell_sources *sources,
	struct bytes started, struct err *err)
{
	struct bootoptions options;

	if (held_read(sources->chain.root_fd, &foretell->held, err) < 0 ||
		bootoptions_read(sources->chain.root_fd, started, &options, err) < 0)
		return -1;
	foretell->has_variables = true;
	foretell->is_secure_boot = foretell->held.is_secure_boot;
	if (try_all(foretell, sources, &options, err) < 0)
		return -1;
	return foretell->answer == FORETELL_CHANGES ? foretell_log(foretell, sources->event_log, err)
						    : 0;
}

/* The device path of the first program that this boot started; empty if it is not known. */
static struct bytes first_program(struct bytes event_log)
{
	struct eventlog_walk walk;
	struct eventlog log;
	struct event event;
	struct err ignored;

	if (!event_log.len || eventlog_open(event_log, &log, &ignored) < 0)
		return (struct bytes){0};
	walk = eventlog_walk(&log);
	while (event_next(&log, &walk, &event))
		if (event.pcr == PCR_PROGRAMS && event.what == EVENT_IMAGE && event.is_formed)
			return event.image.path;
	return (struct bytes){0};
}

int foretell_run(const struct foretell_sources *sources, struct foretell **ret, struct err *err)
{
	auto_cleanup(foretell) struct foretell *foretell = calloc(1, sizeof(*foretell));

	if (!foretell)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for what is foretold.");
	if (run(foretell, sources, first_program(sources->event_log), err) < 0) {
		if (err->code == ERR_NO_MEMORY)
			return -1;
		(void)say(foretell, FORETELL_CANNOT_TELL, "%s", err->msg);
	}
	*ret = steal_ptr(foretell);
	return 0;
}

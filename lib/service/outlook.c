#include "service/outlook.h"

#include "attest/collect.h"
#include "base/text.h"
#include "disk/next_boot.h"
#include "disk/packages.h"
#include "foretell/foretell_explain.h"
#include "foretell/foretell_record.h"

static void take_answer(const struct foretell *foretell, struct outlook *ret)
{
	ret->is_known = true;
	ret->is_answered = foretell->answer != FORETELL_CANNOT_TELL;
	(void)text_format(ret->text, sizeof(ret->text), "The next boot: %s. %s%s%s%s%s%s",
		foretell_answer_text(foretell->answer), foretell->text,
		foretell->explanation[0] ? " What changes: " : "", foretell->explanation,
		foretell->explanation[0] ? "." : "", foretell->passed_over[0] ? " " : "",
		foretell->passed_over);
	if (foretell->answer == FORETELL_WILL_NOT_BOOT)
		err_fill(&ret->finding, ERR_NEXT_BOOT, 0, "%s", foretell->text);
}

static void foretell(
	const struct next_boot_round *round, const struct next_boot *pending, struct outlook *ret)
{
	auto_cleanup(foretell) struct foretell *foretell = NULL;
	struct foretell_sources sources = {
		.chain = {.root_fd = round->root_fd, .with.fd = -1, .files = &pending->files},
	};
	auto_cleanup(buf) struct buf log = {0};
	uint8_t packages[CRYPTO_SHA256_SIZE];
	bool has_stamp;
	struct err ignored; /* whatever it is, nothing can be foretold, and `next` tells why */

	if (collect_read_log(&(struct collect_sources){.root_fd = round->root_fd}, &log, &ignored) ==
		0)
		sources.event_log = buf_bytes(&log);
	if (foretell_run(&sources, &foretell, &ignored) < 0)
		return;
	has_stamp = packages_stamp(round->root_fd, packages, &ignored) == 0;
	foretell_explain(
		&(struct foretell_explain_inputs){
			.round = round, .pending = pending, .event_log = buf_bytes(&log)},
		foretell);
	take_answer(foretell, ret);
	/* without the record, the next boot's changes are searched for as ever */
	if (has_stamp)
		(void)!foretell_record(round, foretell, packages, &ignored);
}

int outlook_look(const struct outlook_inputs *inputs, struct outlook *ret, struct err *err)
{
	const struct next_boot_round round = {.root_fd = inputs->root_fd,
		.state_fd = inputs->state_fd,
		.boot_id = inputs->boot_id,
		.now_s = inputs->now_s};
	auto_cleanup(next_boot) struct next_boot pending = {0};
	int status = next_boot_run(&round, &pending, err);

	*ret = (struct outlook){.was_damaged = pending.was_damaged};
	if (pending.is_seen)
		foretell(&round, &pending, ret);
	return status;
}

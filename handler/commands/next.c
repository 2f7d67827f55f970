/* guest-attest next: what would start if the VM restarted now, and the PCRs that this leads to. */
#include <fcntl.h>
#include "attest/collect.h"
#include "base/clock.h"
#include "base/file.h"
#include "edge/state.h"
#include "foretell/foretell_explain.h"
#include "foretell/foretell_facts.h"
#include "commands.h"

struct options {
	const char *with, *root, *event_log;
	bool is_json;
};

/* The program of --with: its kind decides in whose place it is put. */
static int open_with(const char *path, struct chain_with *ret, int *ret_fd, struct err *err)
{
	auto_cleanup(program) struct program *program = NULL;

	if (file_open(AT_FDCWD, path, FILE_FOLLOW_LINKS, ret_fd, err) < 0 ||
		program_read(*ret_fd, &program, err) < 0)
		return err->code == ERR_NO_MEMORY
			       ? -1
			       : err_set(err, ERR_INPUT, err->native, "'%s' cannot be read.", path);
	if (!program)
		return err_set(err, ERR_FORMAT, 0, "'%s' is no EFI program.", path);
	*ret = (struct chain_with){.fd = *ret_fd, .path = path, .kind = program->kind};
	return 0;
}

static int print_next(const struct foretell *foretell, bool is_json, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	struct facts facts = facts_as_text();

	if (!is_json) {
		print_format("The next boot: %s. %s\n", foretell_answer_text(foretell->answer),
			foretell->text);
		foretell_facts(&facts, foretell);
		return 0;
	}
	document = document_new(ERR_OK, NULL);
	facts = facts_as_json(document);
	foretell_facts(&facts, foretell);
	return print_document(document, err);
}

/* What is read of this machine. */
struct look {
	int root_fd, state_fd, with_fd;
	char boot_id[BOOT_ID_SIZE];
	struct buf log;
	struct next_boot_round round;
	struct next_boot pending;
};

static void look_cleanup(struct look *look)
{
	fd_cleanup(&look->root_fd);
	fd_cleanup(&look->state_fd);
	fd_cleanup(&look->with_fd);
	buf_done(&look->log);
	next_boot_done(&look->pending);
}

/* Without its log, the PCRs of the next boot are not foretold, and all else is. */
static int read_log(const struct options *options, struct look *look, struct err *err)
{
	const struct collect_sources sources = {
		.root_fd = look->root_fd, .event_log = options->event_log};

	return collect_read_log(&sources, &look->log, err) < 0 &&
			       (err->code == ERR_NO_MEMORY || options->event_log)
		       ? -1
		       : 0;
}

/* With the service's record of the disks, if the extension is enabled. */
static int look_at_disks(struct look *look, struct err *err)
{
	bool ignored;

	boot_id_read(look->root_fd, look->boot_id);
	(void)!state_open_folder(look->root_fd, false, &look->state_fd, err);
	look->round = (struct next_boot_round){.root_fd = look->root_fd,
		.state_fd = look->state_fd,
		.boot_id = look->boot_id,
		.now_s = clock_now_s(),
		.is_observer = true};
	return look->state_fd >= 0 ? next_boot_run(&look->round, &look->pending, err)
				   : next_boot_look(look->root_fd, look->round.now_s,
					     &look->pending, &ignored, err);
}

static int show(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(look) struct look look = {.root_fd = -1, .state_fd = -1, .with_fd = -1};
	auto_cleanup(foretell) struct foretell *foretell = NULL;
	struct foretell_sources sources = {.chain = {.files = &look.pending.files, .with.fd = -1}};

	if (open_root(options->root, &look.root_fd, err) < 0 ||
		(options->with &&
			open_with(options->with, &sources.chain.with, &look.with_fd, err) < 0) ||
		read_log(options, &look, err) < 0 || look_at_disks(&look, err) < 0)
		return -1;
	sources.chain.root_fd = look.root_fd;
	sources.event_log = buf_bytes(&look.log);
	if (foretell_run(&sources, &foretell, err) < 0)
		return -1;
	foretell_explain(&(struct foretell_explain_inputs){.round = &look.round,
				 .pending = &look.pending,
				 .event_log = sources.event_log},
		foretell);
	*ret_exit_code = foretell->answer == FORETELL_WILL_NOT_BOOT ? EXIT_BAD
			 : foretell->answer == FORETELL_CANNOT_TELL ? EXIT_UNKNOWN
								    : EXIT_GOOD;
	return print_next(foretell, options->is_json, err);
}

static const struct option_row rows[] = {
	OPTION(struct options, with, "with", "FILE.efi",
		"as if this program were installed: a shim, GRUB, kernel or unified kernel image"),
	OPTION(struct options, event_log, "event-log", "FILE",
		"the boot's event log (default: the kernel's)"),
	OPTION(struct options, root, "root", "DIR",
		"the machine whose root directory this is (default: /)"),
	OPTION(struct options, is_json, "json", NULL, "print the same as JSON"),
	{0},
};

const struct command next_command = {
	.name = "next",
	.summary = "will it still boot: what starts at the next restart, and which PCRs change",
	.words = "[OPTION...]",
	.about = "Foretells the next boot by what the disks and the firmware's variables hold now: which programs start, from the boot option to the kernel; whether firmware and shim let each start (signatures, db, dbx, MokList, SBAT); and what PCR 4 and 7 will hold. It changes nothing.",
	.notes = "Exit code: 0 it boots; 1 it will not boot; 2 cannot tell; 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = show,
};

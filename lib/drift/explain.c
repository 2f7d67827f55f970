#include "drift/explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "disk/bootconfig.h"
#include "disk/packages.h"

#define MAX_COPIES     16 /* of one file that packages are asked about */
#define DATE_SIZE      11
#define STAT_MAX_BYTES (1u << 20)

static void date_text(int64_t unix_s, char ret[DATE_SIZE])
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(unix_s, text);
	(void)text_format(ret, DATE_SIZE, "%.10s", text);
}

static void tell(struct explanation *ret, enum explanation_how how, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void tell(struct explanation *ret, enum explanation_how how, const char *format, ...)
{
	char text[2 * EXPLANATION_TEXT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	ret->how = how;
	text_clean(ret->text, sizeof(ret->text), bytes_of_text(text));
}

/* ---- files ---- */

static bool is_program(enum component_kind kind)
{
	return kind == COMPONENT_APPLICATION || kind == COMPONENT_KERNEL;
}

/* Firmware measures what it starts in PCR 4, GRUB the bytes that it reads in PCR 9. */
static bool is_same(const struct bootfile *file, const struct component *component)
{
	if (component->pcr == 4)
		return file->digest.is_program &&
		       memcmp(file->digest.program, component->sha256, CRYPTO_SHA256_SIZE) == 0;
	return memcmp(file->digest.sha256, component->sha256, CRYPTO_SHA256_SIZE) == 0;
}

struct question {
	int root_fd;
	const struct secureboot *secureboot;
	const struct next_boot *pending;
	const struct component *component;
	/* code ERR_SERVICE once a package manager did not answer in time: then it is asked no
	 * more */
	struct err *silence;
};

/* What was found of the files with the component's bytes. */
struct copies {
	const struct bootfile *owned; /* the one that `answer` is about */
	struct package_answer answer; /* the best one */
	const struct bootfile *before; /* there before the restart, seen first */
	const struct bootfile *oldest; /* unchanged for longest */
	bool could_ask; /* of all */
	struct err err; /* why not */
};

static void ask_packages(
	const struct question *question, const struct bootfile *file, struct copies *copies)
{
	struct package_answer answer = {0};

	copies->err = *question->silence;
	if (copies->err.code != ERR_OK ||
		packages_ask(question->root_fd, file, &answer, &copies->err) < 0) {
		copies->could_ask = false;
		if (copies->err.code == ERR_SERVICE)
			*question->silence = copies->err;
	} else if (answer.word > copies->answer.word) {
		copies->answer = answer;
		copies->owned = file;
	}
}

static void note_copy(
	const struct question *question, const struct bootfile *file, struct copies *copies)
{
	if (!file->is_new && (!copies->before || file->seen_s < copies->before->seen_s))
		copies->before = file;
	if (!copies->oldest || file->changed_s < copies->oldest->changed_s)
		copies->oldest = file;
	if (copies->answer.word != PACKAGE_SAME)
		ask_packages(question, file, copies);
}

static struct copies find_copies(const struct question *question)
{
	const struct bootfiles *files = &question->pending->files;
	struct copies copies = {.could_ask = true};
	unsigned int left = MAX_COPIES;

	for (size_t i = 0; i < files->count && left; i++) {
		if (!is_same(&files->files[i], question->component))
			continue;
		note_copy(question, &files->files[i], &copies);
		left--;
	}
	return copies;
}

static void tell_package(const struct copies *copies, struct explanation *ret)
{
	const struct package_answer *answer = &copies->answer;
	char date[DATE_SIZE], when[DATE_SIZE + 4] = "";

	date_text(answer->installed_s, date);
	if (answer->installed_s)
		(void)text_format(when, sizeof(when), " on %s", date);
	tell(ret, EXPLANATION_PACKAGE, "as installed by package %s%s%s%s%s", answer->package,
		answer->version[0] ? " " : "", answer->version, when,
		answer->is_settled ? "" : ", whose installation is not finished");
}

static void tell_before(const struct bootfile *file, struct explanation *ret)
{
	char date[DATE_SIZE];

	date_text(file->seen_s, date);
	tell(ret, EXPLANATION_PENDING, "as /%s was before the restart, since %s at the latest",
		file->path, date);
}

/* When this machine's kernel started, by its own clock (proc(5)); 0 if it cannot be found out. */
static int64_t started_at(int root_fd)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STAT_MAX_BYTES);
	const char *line;
	struct err ignored;

	if (file_read(root_fd, "proc/stat", FILE_NO_LINKS, &text, &ignored) < 0 || text.len == 0)
		return 0;
	line = strstr((const char *)text.data, "\nbtime ");
	return line ? strtoll(line + strlen("\nbtime "), NULL, 10) : 0;
}

/* What was written since the restart is no reason for what was booted. */
static void tell_now(
	const struct question *question, const struct bootfile *file, struct explanation *ret)
{
	char date[DATE_SIZE];

	date_text(file->written_s, date);
	if (file->changed_s < started_at(question->root_fd))
		tell(ret, EXPLANATION_FILE, "as now in /%s, written on %s", file->path, date);
	else
		tell(ret, EXPLANATION_NONE, "and /%s was changed since the restart", file->path);
}

/* Nothing explains it; but then something must not have gone unread. */
static void tell_gap(const struct err *gap, struct explanation *ret)
{
	if (ret->how == EXPLANATION_NONE && gap->code != ERR_OK)
		tell(ret, EXPLANATION_UNKNOWN, "%s", gap->msg);
}

static void tell_copies(
	const struct question *question, const struct copies *copies, struct explanation *ret)
{
	bool needs_package = is_program(question->component->kind), has_packages;
	struct err err;

	if (copies->answer.word == PACKAGE_SAME)
		tell_package(copies, ret);
	else if (needs_package && !copies->could_ask)
		tell_gap(&copies->err, ret);
	else if (packages_find(question->root_fd, &has_packages, &err) < 0)
		tell_gap(&err, ret);
	else if (needs_package && has_packages)
		tell(ret, EXPLANATION_NONE, "and no package owns /%s", copies->oldest->path);
	else if (copies->before)
		tell_before(copies->before, ret);
	else if (needs_package)
		tell(ret, EXPLANATION_NONE, "and /%s was not there before the restart",
			copies->oldest->path);
	else
		tell_now(question, copies->oldest, ret);
}

static void explain_file(const struct question *question, struct explanation *ret)
{
	struct copies copies = find_copies(question);

	if (is_program(question->component->kind) && copies.could_ask &&
		copies.answer.word == PACKAGE_DIFFERS) {
		tell(ret, EXPLANATION_NONE, "and /%s differs from what package %s installed",
			copies.owned->path, copies.answer.package);
		return; /* whatever else there is */
	}
	if (copies.oldest)
		tell_copies(question, &copies, ret);
	tell_gap(&question->pending->files.gap, ret);
}

/* ---- texts and variables ---- */

static void explain_text(
	const struct question *question, enum bootconfig_text what, struct explanation *ret)
{
	struct err gap;
	const struct bootfile *file = bootconfig_find(question->root_fd, &question->pending->files,
		what, question->component->sha256, &gap);

	if (file && !file->is_new)
		tell_before(file, ret);
	else if (file)
		tell_now(question, file, ret);
	tell_gap(&gap, ret);
	tell_gap(&question->pending->files.gap, ret);
}

/* Digest of a variable's contents as PCR 7 proves them: what is in force is read in one place only
 * (secureboot.h). */
static const uint8_t *measured_digest(const struct secureboot *facts, enum next_boot_name name)
{
	switch (name) {
	case NEXT_BOOT_PK:
		return facts->pk.sha256;
	case NEXT_BOOT_KEK:
		return facts->kek.sha256;
	case NEXT_BOOT_DB:
		return facts->db.sha256;
	case NEXT_BOOT_DBX:
		return facts->dbx.sha256;
	case NEXT_BOOT_VARIABLES:
		break;
	}
	return NULL;
}

static void explain_variable(
	const struct question *question, enum next_boot_name name, struct explanation *ret)
{
	const struct next_boot_variable *variable = &question->pending->variables[name];
	const uint8_t *measured =
		question->secureboot ? measured_digest(question->secureboot, name) : NULL;
	char date[DATE_SIZE];

	if (!variable->seen_s || variable->is_new || !measured ||
		memcmp(measured, variable->sha256, sizeof(variable->sha256)) != 0)
		return;
	date_text(variable->seen_s, date);
	tell(ret, EXPLANATION_PENDING,
		"as %s was before the restart, since %s at the latest; it changes only by a signed update",
		next_boot_variable_name(name), date);
}

static void explain_one(const struct question *question, struct explanation *ret)
{
	*ret = (struct explanation){.how = EXPLANATION_NONE};
	if (question->component->folded)
		return; /* several at once */
	switch ((int)question->component->kind) {
	case COMPONENT_APPLICATION:
	case COMPONENT_KERNEL:
	case COMPONENT_INITRD:
	case COMPONENT_LOADED_INITRD:
	case COMPONENT_BOOT_FILE:
		explain_file(question, ret);
		return;
	case COMPONENT_COMMAND_LINE:
		explain_text(question, BOOTCONFIG_COMMAND_LINE, ret);
		return;
	case COMPONENT_INITRD_LIST:
		explain_text(question, BOOTCONFIG_INITRDS, ret);
		return;
	case COMPONENT_PK:
		explain_variable(question, NEXT_BOOT_PK, ret);
		return;
	case COMPONENT_KEK:
		explain_variable(question, NEXT_BOOT_KEK, ret);
		return;
	case COMPONENT_DB:
		explain_variable(question, NEXT_BOOT_DB, ret);
		return;
	case COMPONENT_DBX:
		explain_variable(question, NEXT_BOOT_DBX, ret);
		return;
	default:
		return; /* nothing on the disks tells */
	}
}

void explain_component(const struct explain_sources *sources, const struct next_boot *pending,
	const struct component *component, struct explanation *ret)
{
	struct err silence = {0};

	explain_one(&(struct question){.root_fd = sources->round.root_fd,
			    .secureboot = sources->secureboot,
			    .pending = pending,
			    .component = component,
			    .silence = &silence},
		ret);
}

/* Of a key that went its variable may tell, as of one that came; of another part that went, or that
 * nobody knows, nothing does. */
static const struct component *subject_of(const struct drift_difference *difference)
{
	enum component_kind kind = difference->before.kind;

	if (difference->change == DRIFT_HIDDEN)
		return NULL;
	if (difference->change != DRIFT_REMOVED)
		return &difference->after;
	return kind == COMPONENT_PK || kind == COMPONENT_KEK || kind == COMPONENT_DB
		       ? &difference->before
		       : NULL;
}

void explain_drift(void *context, struct drift *drift)
{
	const struct explain_sources *sources = context;
	auto_cleanup(next_boot) struct next_boot pending = {0};
	struct err err, silence = {0};
	struct question question = {.root_fd = sources->round.root_fd,
		.secureboot = sources->secureboot,
		.pending = &pending,
		.silence = &silence};
	bool has_looked = next_boot_run(&sources->round, &pending, &err) == 0;

	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];

		question.component = subject_of(difference);
		if (!question.component || drift_is_explained(difference))
			continue;
		if (has_looked)
			explain_one(&question, &difference->explanation);
		else
			tell_gap(&err, &difference->explanation);
	}
}

/* guest-attest files: lists boot files on the disks, with the digests that firmware or GRUB would
 * measure and the packages that installed them. */
#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/text.h"
#include "disk/packages.h"
#include "disk/program_sbat.h"
#include "disk/signers.h"
#include "commands.h"

#define WORD_SIZE 256
#define HEX_SIZE  (2 * CRYPTO_SHA256_SIZE + 1)
#define SBAT_SIZE 128

struct options {
	const char *root;
	bool is_json;
};

/* One file, and what its packages' records hold. */
struct view {
	const struct bootfile *file;
	struct package_answer answer;
	struct err trouble; /* code ERR_OK, or why the records could not be read */
	/* a file with the same bytes that a package installed, if no package owns this one */
	const struct view *original;
	struct signers *signers; /* NULL: no program, or they could not be read */
	char sbat[SBAT_SIZE]; /* the generations that a program states; "" if it states none */
};

struct views {
	size_t count;
	struct view *items;
};

static void views_cleanup(struct views *views)
{
	for (size_t i = 0; i < views->count; i++)
		signers_free(views->items[i].signers);
	free(views->items);
}

static void package_text(const struct view *view, char ret[WORD_SIZE])
{
	const struct package_answer *answer = &view->answer;
	char date[CLOCK_TEXT_SIZE], original[WORD_SIZE];

	clock_text(answer->installed_s, date);
	if (view->trouble.code)
		(void)text_format(ret, WORD_SIZE, "%s", view->trouble.msg);
	else if (answer->word == PACKAGE_SAME)
		(void)text_format(ret, WORD_SIZE, "as installed by %s %s on %.10s%s", answer->package,
			answer->version, date, answer->is_settled ? "" : " (not finished)");
	else if (answer->word == PACKAGE_DIFFERS)
		(void)text_format(ret, WORD_SIZE, "differs from what %s %s installed",
			answer->package, answer->version);
	else if (view->original) {
		package_text(view->original, original);
		(void)text_format(
			ret, WORD_SIZE, "a copy of /%s, %s", view->original->file->path, original);
	} else
		(void)text_format(ret, WORD_SIZE, "no package owns it");
}

static void add_signatures(json *object, const struct signers *signers)
{
	json *signatures, *list;

	if (!signers) {
		json_add_null(object, "signatures");
		return;
	}
	signatures = json_add_object(object, "signatures");
	json_add_bool(signatures, "isComplete", !signers->is_cut);
	list = json_add_array(signatures, "signers");
	for (size_t i = 0; i < signers->count; i++) {
		const struct signer *signer = &signers->items[i];
		json *item = json_add_object(list, NULL);

		json_add_known_text(item, "subject", signer->name);
		json_add_known_text(item, "issuer", signer->issuer);
		json_add_bool(item, "fits", signer->is_intact);
	}
}

static void add_view(json *list, const struct view *view)
{
	static const char *const words[] = {
		[PACKAGE_SILENT] = "none", [PACKAGE_DIFFERS] = "differs", [PACKAGE_SAME] = "same"};
	const struct filedigest *digest = &view->file->digest;
	json *object = json_add_object(list, NULL), *package;
	char hex[HEX_SIZE], text[WORD_SIZE];

	(void)text_format(text, sizeof(text), "/%s", view->file->path);
	json_add_text(object, "path", text);
	json_add_int(object, "size", (int64_t)view->file->size);
	json_add_time(object, "writtenAt", view->file->written_s);
	hex_encode((struct bytes){digest->sha256, sizeof(digest->sha256)}, hex);
	json_add_text(object, "sha256", hex);
	hex_encode((struct bytes){digest->program, sizeof(digest->program)}, hex);
	json_add_known_text(object, "programSha256", digest->is_program ? hex : NULL);
	add_signatures(object, view->signers);
	json_add_known_text(object, "sbat", view->sbat);
	package = json_add_object(object, "package");
	json_add_text(package, "word",
		view->trouble.code ? "unknown"
		: view->original   ? "copy"
				   : words[view->answer.word]);
	json_add_known_text(package, "name", view->answer.package);
	json_add_known_text(package, "version", view->answer.version);
	json_add_time(package, "installedAt", view->answer.installed_s);
	package_text(view, text);
	json_add_text(package, "text", text);
}

static void print_view(const struct view *view)
{
	const struct filedigest *digest = &view->file->digest;
	char hex[HEX_SIZE], text[WORD_SIZE];

	package_text(view, text);
	print_format("/%s: %s\n", view->file->path, text);
	hex_encode((struct bytes){digest->sha256, sizeof(digest->sha256)}, hex);
	print_format("    as a file      %s\n", hex);
	hex_encode((struct bytes){digest->program, sizeof(digest->program)}, hex);
	if (digest->is_program)
		print_format("    as a program   %s\n", hex);
	for (size_t i = 0; view->signers && i < view->signers->count; i++)
		print_format("    signed by      %s, issued by %s%s\n",
			view->signers->items[i].name, view->signers->items[i].issuer,
			view->signers->items[i].is_intact ? "" : " (does not fit the program)");
	if (view->sbat[0])
		print_format("    SBAT           %s\n", view->sbat);
}

struct outcome {
	size_t differing;
	struct err trouble; /* the first thing that could not be read, or code ERR_OK */
};

static void look_up_packages(
	int root_fd, const struct bootfiles *files, struct view *views, struct outcome *ret)
{
	*ret = (struct outcome){.trouble = files->gap};
	for (size_t i = 0; i < files->count; i++) {
		struct view *view = &views[i];

		view->file = &files->files[i];
		if (packages_ask(root_fd, view->file, &view->answer, &view->trouble) == 0)
			view->trouble.code = ERR_OK;
		else if (!ret->trouble.code)
			ret->trouble = view->trouble;
		ret->differing += !view->trouble.code && view->answer.word == PACKAGE_DIFFERS;
	}
	/* shim and GRUB are installed below usr, and copied to the EFI system partition */
	for (size_t i = 0; i < files->count; i++)
		for (size_t k = 0; k < files->count && views[i].answer.word == PACKAGE_SILENT; k++)
			if (views[k].answer.word == PACKAGE_SAME &&
				memcmp(views[i].file->digest.sha256, views[k].file->digest.sha256,
					CRYPTO_SHA256_SIZE) == 0)
				views[i].original = &views[k];
}

/* What cannot be read is left unknown: the digests stand for the file. */
static int look_into(int root_fd, struct view *view, struct err *err)
{
	auto_cleanup(fd) int fd = -1;
	auto_cleanup(signers) struct signers *signers = NULL;
	struct sbat sbat;
	bool has_sbat;

	if (!view->file->digest.is_program)
		return 0;
	if (file_open(root_fd, view->file->path, FILE_NO_LINKS, &fd, err) < 0 ||
		signers_new(&signers, err) < 0 ||
		signers_read(fd, view->file->digest.program, signers, err) < 0 ||
		program_sbat_read(fd, &sbat, &has_sbat, err) < 0)
		return err->code == ERR_NO_MEMORY ? -1 : 0;
	view->signers = steal_ptr(signers);
	if (has_sbat)
		sbat_text(&sbat, view->sbat, sizeof(view->sbat));
	return 0;
}

static int print_views_json(const struct view *views, const struct bootfiles *files,
	const struct err *trouble, struct err *err)
{
	auto_cleanup(json) json *document =
		document_new(trouble->code, trouble->code ? trouble->msg : NULL);
	json *list = json_add_array(document, "files");

	for (size_t i = 0; i < files->count; i++)
		add_view(list, &views[i]);
	json_add_bool(document, "isComplete", files->gap.code == ERR_OK);
	json_add_known_text(document, "leftOut", files->gap.code ? files->gap.msg : NULL);
	return print_document(document, err);
}

static int show(const void *given, int *ret_exit_code, struct err *err)
{
	const struct options *options = given;
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(bootfiles) struct bootfiles files = {0};
	auto_cleanup(views) struct views views = {0};
	struct outcome outcome;

	if (open_root(options->root, &root_fd, err) < 0 ||
		bootfiles_look(root_fd, &(struct bootfiles){0}, clock_now_s(), &files, err) < 0)
		return -1;
	views.items = calloc(files.count + 1, sizeof(*views.items));
	if (!views.items)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the list of boot files.");
	views.count = files.count;
	look_up_packages(root_fd, &files, views.items, &outcome);
	for (size_t i = 0; i < views.count; i++)
		if (look_into(root_fd, &views.items[i], err) < 0)
			return -1;
	/* a difference counts even if something else could not be read */
	*ret_exit_code = outcome.differing      ? EXIT_BAD
			 : outcome.trouble.code ? EXIT_UNKNOWN
						: EXIT_GOOD;
	if (options->is_json)
		return print_views_json(views.items, &files, &outcome.trouble, err);
	for (size_t i = 0; i < files.count; i++)
		print_view(&views.items[i]);
	if (files.count == 0)
		print_format(
			"No boot files were found in %s: looked in boot, efi and lib/modules, and where packages keep shim, GRUB, systemd-boot and kernels below usr.\n",
			options->root ? options->root : "/");
	if (files.gap.code)
		print_format("Something was left out: %s\n", files.gap.msg);
	return 0;
}

static const struct option_row rows[] = {
	OPTION(struct options, root, "root", "DIR",
		"look at the machine whose root directory this is (default: /)"),
	OPTION(struct options, is_json, "json", NULL, "print the same as JSON"),
	{0},
};

const struct command files_command = {
	.name = "files",
	.summary = "show the boot files on the disks, and which package vouches for them",
	.words = "[OPTION...]",
	.about = "Shows the boot files on this VM's disks: their digests as they are measured, and whether a package (dpkg, rpm) installed exactly these bytes. The digests compare with those of 'guest-attest log'.",
	.notes = "Exit code: 0; 1 if a file differs from what its package installed; 2 if something could not be read, which is named; 64 wrong usage.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = show,
};

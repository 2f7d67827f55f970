#include "drift/explain_file.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "boot/pcr.h"
#include "disk/grubenv.h"
#include "disk/packages.h"

#define MAX_COPIES     16 /* copies of one file for which packages are searched */
#define STAT_MAX_BYTES (1u << 20)

void explain_date_text(int64_t unix_s, char ret[EXPLAIN_DATE_SIZE])
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(unix_s, text);
	(void)text_format(ret, EXPLAIN_DATE_SIZE, "%.10s", text);
}

void explanation_set(struct explanation *ret, enum explanation_how how, const char *format, ...)
{
	char text[2 * EXPLANATION_TEXT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	ret->how = how;
	text_clean(ret->text, sizeof(ret->text), bytes_of_text(text));
}

void explanation_set_pending(const struct bootfile *file, struct explanation *ret)
{
	char date[EXPLAIN_DATE_SIZE];

	explain_date_text(file->seen_s, date);
	explanation_set(ret, EXPLANATION_PENDING,
		"as /%s was before the restart, since %s at the latest", file->path, date);
}

/* When this machine's kernel started, by its own clock (proc(5)); 0 if that cannot be read: then
 * every file counts as changed since. */
static int64_t kernel_started_at(int root_fd)
{
	auto_cleanup(buf) struct buf text = buf_with_max(STAT_MAX_BYTES);
	const char *line;
	struct err ignored;

	if (file_read(root_fd, "proc/stat", FILE_NO_LINKS, &text, &ignored) < 0 || text.len == 0)
		return 0;
	line = strstr((const char *)text.data, "\nbtime ");
	return line ? strtoll(line + strlen("\nbtime "), NULL, 10) : 0;
}

void explanation_set_current(int root_fd, const struct bootfile *file, struct explanation *ret)
{
	char date[EXPLAIN_DATE_SIZE];

	explain_date_text(file->written_s, date);
	if (file->changed_s < kernel_started_at(root_fd))
		explanation_set(
			ret, EXPLANATION_FILE, "as now in /%s, written on %s", file->path, date);
	else
		explanation_set(
			ret, EXPLANATION_NONE, "and /%s was changed since the restart", file->path);
}

void explanation_set_gap(const struct err *gap, struct explanation *ret)
{
	if (ret->how == EXPLANATION_NONE && gap->code != ERR_OK)
		explanation_set(ret, EXPLANATION_UNKNOWN, "%s", gap->msg);
}

/* ---- which files have the component's bytes, in its role ---- */

enum role {
	ROLE_OTHER, /* its name tells none: the name that was measured decides */
	ROLE_PROGRAM, /* an EFI program, as every kernel of a UEFI machine is one */
	ROLE_INITRD,
	ROLE_DATA, /* what GRUB alone reads */
	ROLE_CRASH, /* what the running kernel alone loads, by kexec: no boot measures it */
};

/* Patterns of names; the first that fits counts. Source: what update-initramfs, dracut, mkinitcpio
 * and kernel-install write; kdump-utils and kexec-tools (initramfs-VERSIONkdump.img,
 * initrd-VERSION-kdump); GRUB's grub-install and grub-mkconfig. */
static const struct {
	const char *pattern;
	enum role role;
} names[] = {
	{"*.pf2", ROLE_DATA},
	{"*.cfg", ROLE_DATA},
	{"*.conf", ROLE_DATA},
	{"*.lst", ROLE_DATA},
	{"*.mo", ROLE_DATA},
	{"*.png", ROLE_DATA},
	{"*.txt", ROLE_DATA},
	{"grubenv", ROLE_DATA},
	{"*kdump*", ROLE_CRASH},
	{"*initr*", ROLE_INITRD},
	{"*ucode*", ROLE_INITRD},
	{"*.cpio*", ROLE_INITRD},
	{"*.img", ROLE_INITRD},
};

/* Programs that packages bring beside the one that starts from the disk, and that do not explain
 * it: GRUB for the network and for a CD take their configuration from elsewhere (Debian's and
 * Ubuntu's grub-efi-amd64-signed), shim's MokManager and fallback start no kernel (shim-helpers),
 * nor does what installs firmware (fwupd-efi). */
static bool is_beside_loader(const char *name)
{
	static const char *const patterns[] = {
		"grubnet*", "gcd*", "mm*.efi*", "fb*.efi*", "fwup*.efi*"};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	return false;
}

static enum role role_of(const struct bootfile *file)
{
	if (file->digest.is_program)
		return ROLE_PROGRAM;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fnmatch(names[i].pattern, bootfile_name(file), 0) == 0)
			return names[i].role;
	return ROLE_OTHER;
}

static bool has_role(const struct bootfile *file, const struct component *component)
{
	enum role role = role_of(file);
	const char *name = component_file(component), *own = bootfile_name(file);
	size_t len = strlen(name);
	/* packages bring grubx64.efi as grubx64.efi.signed; the ESP's names have no case */
	bool is_of_name = strncasecmp(own, name, len) == 0 &&
			  (!own[len] || strcmp(own + len, ".signed") == 0);

	switch ((int)component->kind) {
	case COMPONENT_APPLICATION:
	case COMPONENT_KERNEL:
		return (role == ROLE_PROGRAM || role == ROLE_OTHER) &&
		       (is_of_name || !is_beside_loader(own));
	case COMPONENT_INITRD:
	case COMPONENT_LOADED_INITRD:
		return role == ROLE_INITRD || (role == ROLE_OTHER && is_of_name);
	default:
		return is_of_name;
	}
}

bool explain_has_digest(const struct bootfile *file, const struct component *component)
{
	const uint8_t *digest =
		component->pcr == PCR_PROGRAMS ? file->digest.program : file->digest.sha256;

	return (component->pcr != PCR_PROGRAMS || file->digest.is_program) &&
	       memcmp(digest, component->sha256, CRYPTO_SHA256_SIZE) == 0;
}

/* The files that have the component's bytes and role. */
struct copies {
	const struct bootfile *owned; /* the file that `answer` is about */
	struct package_answer answer; /* the best of all packages */
	const struct bootfile *before; /* there before the restart, and seen first */
	const struct bootfile *oldest; /* unchanged for longest; NULL if there is no file */
	struct err package_err; /* code ERR_OK if packages were searched for every file */
};

static void add_copy(
	const struct explain_case *one, const struct bootfile *file, struct copies *copies)
{
	struct package_answer answer = {0};
	struct err err = *one->package_timeout;

	if (!file->is_new && (!copies->before || file->seen_s < copies->before->seen_s))
		copies->before = file;
	if (!copies->oldest || file->changed_s < copies->oldest->changed_s)
		copies->oldest = file;
	if (copies->answer.word == PACKAGE_SAME)
		return;
	if (err.code != ERR_OK || packages_ask(one->root_fd, file, &answer, &err) < 0) {
		copies->package_err = err;
		if (err.code == ERR_SERVICE)
			*one->package_timeout = err;
	} else if (answer.word > copies->answer.word) {
		copies->answer = answer;
		copies->owned = file;
	}
}

static void find_copies(const struct explain_case *one, struct copies *ret)
{
	const struct bootfiles *files = &one->pending->files;
	unsigned int left = MAX_COPIES;

	for (size_t i = 0; i < files->count && left; i++) {
		if (!explain_has_digest(&files->files[i], one->component) ||
			!has_role(&files->files[i], one->component))
			continue;
		add_copy(one, &files->files[i], ret);
		left--;
	}
	files = &one->pending->replaced;
	for (size_t i = 0; i < files->count && !ret->before; i++)
		if (explain_has_digest(&files->files[i], one->component) &&
			has_role(&files->files[i], one->component))
			ret->before = &files->files[i];
}

/* ---- what they explain ---- */

static void explain_by_package(const struct package_answer *answer, struct explanation *ret)
{
	char date[EXPLAIN_DATE_SIZE], when[EXPLAIN_DATE_SIZE + 4] = "";

	explain_date_text(answer->installed_s, date);
	if (answer->installed_s)
		(void)text_format(when, sizeof(when), " on %s", date);
	explanation_set(ret, EXPLANATION_PACKAGE, "as installed by package %s%s%s%s%s",
		answer->package, answer->version[0] ? " " : "", answer->version, when,
		answer->is_settled ? "" : ", whose installation is not finished");
}

static bool is_program(const struct component *component)
{
	return component->kind == COMPONENT_APPLICATION || component->kind == COMPONENT_KERNEL;
}

/* A program must come from a package where there are packages, and must have been there before the
 * restart where there are none: an attacker who started his own can have copied it to the disk
 * since. */
static void explain_program(
	const struct explain_case *one, const struct copies *copies, struct explanation *ret)
{
	bool has_packages;
	struct err err;

	if (copies->package_err.code != ERR_OK)
		explanation_set_gap(&copies->package_err, ret);
	else if (packages_find(one->root_fd, &has_packages, &err) < 0)
		explanation_set_gap(&err, ret);
	else if (has_packages && copies->oldest)
		explanation_set(
			ret, EXPLANATION_NONE, "and no package owns /%s", copies->oldest->path);
	else if (has_packages)
		explanation_set(ret, EXPLANATION_NONE, "and /%s was changed since the restart",
			copies->before->path);
	else if (copies->before)
		explanation_set_pending(copies->before, ret);
	else
		explanation_set(ret, EXPLANATION_NONE, "and /%s was not there before the restart",
			copies->oldest->path);
}

/* GRUB notes there that a boot has begun, and the system that it succeeded: what GRUB read is on no
 * disk after a crash. A block that is known to the byte is no initrd. */
static void explain_environment(const struct explain_case *one, struct explanation *ret)
{
	const struct bootfiles *files = &one->pending->files;

	for (size_t i = 0; i < files->count; i++) {
		auto_cleanup(buf) struct buf block = buf_with_max(GRUBENV_SIZE);
		struct err ignored; /* what cannot be read explains nothing */

		if (strcmp(bootfile_name(&files->files[i]), "grubenv") != 0 ||
			file_read(one->root_fd, files->files[i].path, FILE_NO_LINKS, &block,
				&ignored) < 0 ||
			!grubenv_had(buf_bytes(&block), one->component->sha256))
			continue;
		explanation_set(ret, EXPLANATION_FILE,
			"as now in /%s, but for its notes of how a boot went", files->files[i].path);
		return;
	}
}

void explain_file(const struct explain_case *one, struct explanation *ret)
{
	struct copies copies = {0};
	bool is_altered;

	find_copies(one, &copies);
	is_altered = copies.answer.word == PACKAGE_DIFFERS && copies.package_err.code == ERR_OK;
	if (is_program(one->component) && is_altered) {
		explanation_set(ret, EXPLANATION_NONE,
			"and /%s differs from what package %s installed", copies.owned->path,
			copies.answer.package);
		return; /* a file that was not read cannot change that */
	}
	if (copies.answer.word == PACKAGE_SAME)
		explain_by_package(&copies.answer, ret);
	else if ((copies.oldest || copies.before) && is_program(one->component))
		explain_program(one, &copies, ret);
	else if (copies.before)
		explanation_set_pending(copies.before, ret);
	else if (copies.oldest)
		explanation_set_current(one->root_fd, copies.oldest, ret);
	if (ret->how == EXPLANATION_NONE && one->component->kind == COMPONENT_BOOT_FILE &&
		strcmp(component_file(one->component), "grubenv") == 0)
		explain_environment(one, ret);
	explanation_set_gap(&one->pending->files.gap, ret);
}

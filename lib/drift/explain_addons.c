#include "drift/explain_addons.h"

#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"
#include "disk/bootentry.h"
#include "disk/program_section.h"
#include "drift/explain_line.h"

#define ENDING ".addon.efi"

static size_t folder_len(const struct bootfile *file)
{
	const char *slash = strrchr(file->path, '/');

	return slash ? (size_t)(slash - file->path) : 0;
}

static bool is_addon(const struct bootfile *file)
{
	return file->digest.is_program && text_ends_with(file->path, ENDING);
}

static bool is_started(const struct components *boot, const struct bootfile *file)
{
	for (size_t i = 0; i < boot->count; i++)
		if (boot->items[i].pcr == PCR_PROGRAMS && explain_has_digest(file, &boot->items[i]))
			return true;
	return false;
}

static bool is_unexplained(const struct drift *drift, const struct bootfile *file)
{
	for (size_t i = 0; i < drift->count; i++) {
		const struct drift_difference *difference = &drift->differences[i];

		if (difference->change <= DRIFT_ADDED && difference->after.pcr == PCR_PROGRAMS &&
			explain_has_digest(file, &difference->after) &&
			!drift_is_explained(difference))
			return true;
	}
	return false;
}

/* As the stub reads it: to its first NUL, control characters as blanks, none at its end. */
static void clean_line(struct buf *line)
{
	const uint8_t *end = line->len ? memchr(line->data, 0, line->len) : NULL;

	if (end)
		line->len = (size_t)(end - line->data);
	for (size_t i = 0; i < line->len; i++)
		if (line->data[i] < ' ')
			line->data[i] = ' ';
	while (line->len && line->data[line->len - 1] == ' ')
		line->len--;
}

static int read_line(int root_fd, const struct bootfile *file, struct buf *ret, struct err *err)
{
	auto_cleanup(free) struct peimage *image = NULL;
	auto_cleanup(fd) int fd = -1;
	size_t count;

	if (bootfiles_open(root_fd, file, &fd, err) < 0 || filedigest_program(fd, &image, err) < 0)
		return -1;
	if (!image)
		return 0;
	if (program_section_read(fd, image, ".cmdline", ret, &count, err) < 0)
		return -1;
	clean_line(ret);
	return 0;
}

/* Appends the line of one add-on. False if the folder's text cannot be known. */
static bool append_addon(const struct explain_case *one, const struct drift *drift,
	const struct bootfile *file, struct buf *text, struct err *gap)
{
	auto_cleanup(buf) struct buf line = buf_with_max(BOOTENTRY_OPTIONS_MAX);

	if (is_unexplained(drift, file) || read_line(one->root_fd, file, &line, gap) < 0)
		return false;
	return line.len == 0 || ((text->len == 0 || bootentry_append(text, bytes_of_text(" "))) &&
					bootentry_append(text, buf_bytes(&line)));
}

/* Is the component what the add-ons of this file's folder bring? The files are sorted. *text gets
 * it. */
static bool is_line_of_folder(const struct explain_case *one, const struct components *boot,
	const struct drift *drift, const struct bootfile *first, struct buf *text, struct err *gap)
{
	const struct bootfiles *files = &one->pending->files;
	static const uint8_t end[2];
	uint8_t digest[CRYPTO_SHA256_SIZE];
	size_t len = folder_len(first);

	for (const struct bootfile *file = first; file < files->files + files->count; file++)
		if (is_addon(file) && folder_len(file) == len &&
			memcmp(file->path, first->path, len) == 0 && is_started(boot, file) &&
			!append_addon(one, drift, file, text, gap))
			return false;
	if (text->len == 0 || buf_append(text, end, sizeof(end), gap) < 0)
		return false;
	crypto_sha256(buf_bytes(text), digest);
	return memcmp(digest, one->component->sha256, sizeof(digest)) == 0;
}

static bool is_first_of_folder(const struct bootfiles *files, const struct bootfile *file)
{
	size_t len = folder_len(file);

	for (const struct bootfile *other = files->files; other < file; other++)
		if (is_addon(other) && folder_len(other) == len &&
			memcmp(other->path, file->path, len) == 0)
			return false;
	return true;
}

void explain_addons(const struct explain_case *one, const struct components *boot,
	const struct drift *drift, struct explanation *ret)
{
	const struct bootfiles *files = &one->pending->files;
	struct err gap = {0};

	if (one->component->kind != COMPONENT_COMMAND_LINE ||
		one->component->pcr != PCR_KERNEL_CONFIG || ret->how > EXPLANATION_UNKNOWN)
		return;
	for (const struct bootfile *file = files->files; file < files->files + files->count; file++) {
		auto_cleanup(buf) struct buf text = buf_with_max(BOOTENTRY_OPTIONS_MAX);

		if (!is_addon(file) || !is_first_of_folder(files, file) ||
			!is_line_of_folder(one, boot, drift, file, &text, &gap))
			continue;
		explanation_set(ret, EXPLANATION_FILE, "as the add-ons in /%.*s have it",
			(int)folder_len(file), file->path);
		explain_line_refuse_shell(buf_bytes(&text), one->accepted_line, ret);
		return;
	}
	explanation_set_gap(&gap, ret);
}

#include "disk/bootconfig.h"

#include <string.h>
#include "base/file.h"
#include "base/text.h"
#include "disk/bootscript.h"

#define FILE_MAX_BYTES        (1u << 20)
#define ENVIRONMENT_MAX_BYTES (1u << 20) /* searched for each line */
#define MAX_TRIES             4096 /* combinations of values, for all lines of a file */

/* The keywords of configuration lines that name what to boot. */
static const struct keyword {
	const char *word;
	enum bootconfig_text what;
	size_t skipped; /* words before the text */
	const char *start; /* the text that GRUB measures instead of them */
} keywords[] = {
	{"linux", BOOTCONFIG_COMMAND_LINE, 2, ""},
	{"linux16", BOOTCONFIG_COMMAND_LINE, 2, ""},
	{"linuxefi", BOOTCONFIG_COMMAND_LINE, 2, ""},
	{"options", BOOTCONFIG_COMMAND_LINE, 1, ""},
	{"initrd", BOOTCONFIG_INITRDS, 1, "initrd "},
	{"initrd16", BOOTCONFIG_INITRDS, 1, "initrd16 "},
	{"initrdefi", BOOTCONFIG_INITRDS, 1, "initrdefi "},
};

static const struct keyword *keyword_of(struct bytes line, enum bootconfig_text what)
{
	struct bytes word = bootscript_first_word(line);

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (keywords[i].what == what && bytes_equal(word, bytes_of_text(keywords[i].word)))
			return &keywords[i];
	return NULL;
}

/* Does what follows a command line lead to an initrd, before the branch, the entry or the next
 * kernel ends that? An entry of the Boot Loader Specification has its lines in any order. */
static bool loads_initrd(struct bytes config, struct bytes rest, const struct keyword *keyword)
{
	static const char *const ends[] = {"}", "else", "elif", "fi"};
	bool is_entry = strcmp(keyword->word, "options") == 0;
	struct bytes line;

	for (rest = is_entry ? config : rest; bootscript_next_line(&rest, &line);) {
		if (keyword_of(line, BOOTCONFIG_INITRDS))
			return true;
		if (is_entry)
			continue;
		if (keyword_of(line, BOOTCONFIG_COMMAND_LINE))
			return false;
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			if (bytes_equal(bootscript_first_word(line), bytes_of_text(ends[i])))
				return false;
	}
	return false;
}

struct search {
	struct bytes config, environment;
	const uint8_t *sha256;
	unsigned int tries_left;
	struct bootscript_variables variables;
	struct buf *text;
};

static bool has_digest(const struct buf *text, const uint8_t sha256[CRYPTO_SHA256_SIZE])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(buf_bytes(text), digest);
	return memcmp(digest, sha256, sizeof(digest)) == 0;
}

/* Tries every combination of values. */
static bool line_asks_for(struct search *search, struct bytes line, const struct keyword *keyword)
{
	const struct bootscript_form form = {.skipped = keyword->skipped,
		.start = keyword->start,
		.is_escaped = keyword->what == BOOTCONFIG_COMMAND_LINE};

	search->variables.count = 0;
	bootscript_find_variables(line, &search->variables);
	bootscript_find_values(search->config, &search->variables);
	bootscript_find_values(search->environment, &search->variables);
	while (search->tries_left && search->tries_left--) {
		if (bootscript_expand(line, &search->variables, &form, search->text) &&
			has_digest(search->text, search->sha256))
			return true;
		if (!bootscript_choose_next(&search->variables))
			return false;
	}
	return false;
}

bool bootconfig_asks_for(struct bytes config, struct bytes environment, enum bootconfig_text what,
	const uint8_t sha256[CRYPTO_SHA256_SIZE], struct buf *ret_text)
{
	auto_cleanup(free) struct search *search = calloc(1, sizeof(*search));
	enum bootconfig_text part = what == BOOTCONFIG_LINE_ALONE ? BOOTCONFIG_COMMAND_LINE : what;
	struct bytes rest = config, line;
	bool is_found = what == BOOTCONFIG_COMMAND_LINE &&
			bootentry_load_options(config, ret_text) && has_digest(ret_text, sha256);

	if (!search)
		return false;
	search->config = config;
	search->environment = environment;
	search->sha256 = sha256;
	search->tries_left = MAX_TRIES;
	search->text = ret_text;
	while (!is_found && bootscript_next_line(&rest, &line)) {
		const struct keyword *keyword = keyword_of(line, part);

		is_found = keyword && line_asks_for(search, line, keyword) &&
			   (what != BOOTCONFIG_LINE_ALONE || !loads_initrd(config, rest, keyword));
	}
	return is_found;
}

/* ostree has two folders of entries in turn, to which a link leads. */
bool bootconfig_is_entry(const char *path)
{
	return text_ends_with(path, ".conf") &&
	       (strstr(path, "/loader/entries/") || strstr(path, "/loader.0/entries/") ||
		       strstr(path, "/loader.1/entries/"));
}

bool bootconfig_is_config(const char *path)
{
	/* GRUB's script may read one with its owner's entries (grub.d/41_custom) */
	return bootconfig_is_entry(path) || text_ends_with(path, "/grub.cfg") ||
	       text_ends_with(path, "/custom.cfg");
}

static void keep_gap(struct err *gap, const struct bootfile *file, const struct err *why)
{
	if (gap->code == ERR_OK)
		err_fill(gap, ERR_IO, why->native, "'/%.120s' was not read: %s", file->path,
			why->msg);
}

/* False if the file cannot be read; *gap keeps the first such error. */
static bool read_text(int root_fd, const struct bootfile *file, struct buf *ret, struct err *gap)
{
	struct err err;

	if (file_read(root_fd, file->path, FILE_NO_LINKS, ret, &err) == 0)
		return true;
	keep_gap(gap, file, &err);
	return false;
}

/* All that assigns values to variables: those of an entry are assigned in other files. Each file
 * ends with a line break, which grubenv lacks. */
static struct buf read_environment(int root_fd, const struct bootfiles *files, struct err *gap)
{
	struct buf text = buf_with_max(ENVIRONMENT_MAX_BYTES);

	for (size_t i = 0; i < files->count; i++) {
		const struct bootfile *file = &files->files[i];
		struct err err;

		/* GRUB's script may read other scripts (source) and lists of values (load_env) */
		if (!text_ends_with(file->path, ".cfg") && !text_ends_with(file->path, "/grubenv"))
			continue;
		if (read_text(root_fd, file, &text, gap) && buf_append_text(&text, "\n", &err) < 0)
			keep_gap(gap, file, &err);
	}
	return text;
}

const struct bootfile *bootconfig_find(int root_fd, const struct bootfiles *files,
	enum bootconfig_text what, const uint8_t sha256[CRYPTO_SHA256_SIZE], struct buf *ret_text,
	struct err *ret_gap)
{
	struct err gap = {0};
	auto_cleanup(buf) struct buf tried = buf_with_max(BOOTCONFIG_TEXT_MAX);
	auto_cleanup(buf) struct buf environment = read_environment(root_fd, files, &gap);
	size_t found = files->count;

	for (size_t i = 0; i < files->count; i++) {
		const struct bootfile *file = &files->files[i];
		auto_cleanup(buf) struct buf text = buf_with_max(FILE_MAX_BYTES);

		if (!bootconfig_is_config(file->path) || !read_text(root_fd, file, &text, &gap) ||
			!bootconfig_asks_for(
				buf_bytes(&text), buf_bytes(&environment), what, sha256, &tried))
			continue;
		if (found == files->count || file->changed_s < files->files[found].changed_s)
			found = i;
		buf_done(ret_text);
		*ret_text = tried;
		tried = buf_with_max(BOOTCONFIG_TEXT_MAX);
	}
	*ret_gap = gap;
	return found < files->count ? &files->files[found] : NULL;
}

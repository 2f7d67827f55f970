#include "foretell/chain.h"

#include <fcntl.h>
#include <string.h>
#include "base/file.h"
#include "base/text.h"
#include "foretell/fallback.h"
#include "foretell/kernel.h"
#include "foretell/place.h"

void chain_done(struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		program_free(chain->items[i].program);
	chain->count = 0;
}

#define chain_stop(chain, how, ...)                                                                \
	((void)text_format((chain)->why, sizeof((chain)->why), __VA_ARGS__), (chain)->end = (how), 0)

/* Adds a program. *ret is NULL if the chain ended with it, or it could not be added. */
static int add(const struct chain_sources *sources, const struct bootfile *file,
	struct chain *chain, struct program **ret, struct err *err)
{
	struct chain_program *item = &chain->items[chain->count];
	auto_cleanup(fd) int fd = -1;

	*ret = NULL;
	if (chain->count == CHAIN_MAX)
		return chain_stop(chain, CHAIN_UNCLEAR,
			"More than %u programs would start one after the other.", CHAIN_MAX);
	*item = (struct chain_program){0};
	(void)text_format(item->path, sizeof(item->path), "/%s", file->path);
	if (file_open(sources->root_fd, file->path, FILE_NO_LINKS, &fd, err) < 0 ||
		program_read(fd, &item->program, err) < 0)
		return -1;
	if (item->program && sources->with.fd >= 0 && item->program->kind == sources->with.kind) {
		program_free(item->program);
		(void)text_format(item->path, sizeof(item->path), "%s", sources->with.path);
		item->is_given = chain->has_given = true;
		if (program_read(sources->with.fd, &item->program, err) < 0)
			return -1;
	}
	if (!item->program)
		return chain_stop(chain, CHAIN_MISSING, "/%s is no EFI program.", file->path);
	chain->count++;
	*ret = item->program;
	return 0;
}

/* The file of the EFI system partition; NULL if the chain ends there. */
static const struct bootfile *find_on_esp(
	const struct chain_sources *sources, const char *path, struct chain *chain)
{
	const struct bootfile *file = NULL;

	switch (place_on_esp(sources->files, path, &file)) {
	case PLACE_FOUND:
		return file;
	case PLACE_ABSENT:
		(void)chain_stop(chain, CHAIN_MISSING, "%s is missing.", path);
		return NULL;
	case PLACE_NO_ESP:
		(void)chain_stop(chain, CHAIN_UNCLEAR, "%s is mounted at /boot/efi, /efi or /boot.",
			sources->is_esp_other ? "Another partition than the boot option's"
					      : "No EFI system partition");
		return NULL;
	case PLACE_TWICE:
		break;
	}
	(void)chain_stop(chain, CHAIN_UNCLEAR, "There are several files %s that differ.", path);
	return NULL;
}

/* ---- behind shim ---- */

static void beside(const char *shim, const char *name, char ret[BOOTOPTION_PATH_SIZE])
{
	const char *end = strrchr(shim, '\\');

	(void)text_format(ret, BOOTOPTION_PATH_SIZE, "%.*s\\%s", end ? (int)(end - shim) : 0, shim,
		name[0] == '\\' ? name + 1 : name);
}

static const char *architecture(const struct program *program)
{
	return program->machine == PEIMAGE_AARCH64 ? "aa64"
	       : program->machine == PEIMAGE_I386  ? "ia32"
						   : "x64";
}

/* At the default path shim starts its fallback, if there is one; else NULL. */
static const struct bootfile *find_fallback(
	const struct chain_sources *sources, const char *shim, const struct program *program)
{
	const struct bootfile *file;
	char name[16], path[BOOTOPTION_PATH_SIZE];

	(void)text_format(name, sizeof(name), "fb%s.efi", architecture(program));
	beside(shim, name, path);
	return place_is_default(shim) && place_on_esp(sources->files, path, &file) == PLACE_FOUND
		       ? file
		       : NULL;
}

static int add_fallback(const struct chain_sources *sources, const struct bootfile *file,
	struct chain *chain, struct err *err)
{
	struct program *fallback;

	if (add(sources, file, chain, &fallback, err) < 0)
		return -1;
	if (!fallback)
		return 0;
	(void)chain_stop(chain, CHAIN_UNCLEAR,
		"shim starts its fallback /%s, which writes the boot options anew.", file->path);
	return fallback_find(sources->root_fd, sources->files, chain->fallback, err);
}

/* Where shim does not find the program that its option names, it starts its default. */
static const struct bootfile *find_second(const struct chain_sources *sources,
	const struct bootoption *option, const struct program *shim, struct chain *chain)
{
	const struct bootfile *file = NULL;
	char name[16], path[BOOTOPTION_PATH_SIZE];

	beside(option->path, option->second, path);
	if (option->second[0] && place_on_esp(sources->files, path, &file) != PLACE_ABSENT)
		return find_on_esp(sources, path, chain);
	(void)text_format(name, sizeof(name), "grub%s.efi", architecture(shim));
	beside(option->path, name, path);
	return find_on_esp(sources, path, chain);
}

static int add_second(const struct chain_sources *sources, const struct bootoption *option,
	struct chain *chain, struct program **ret, struct err *err)
{
	const struct program *shim = *ret;
	const struct bootfile *file = find_fallback(sources, option->path, shim);

	*ret = NULL;
	if (file)
		return add_fallback(sources, file, chain, err);
	file = find_second(sources, option, shim, chain);
	return file ? add(sources, file, chain, ret, err) : 0;
}

/* ---- behind a boot loader ---- */

static int add_kernel(const struct chain_sources *sources, enum program_kind loader,
	struct chain *chain, struct err *err)
{
	struct kernel_choice choice = {0};
	struct program *kernel;

	if (kernel_choose(sources->root_fd, sources->files, loader,
		    chain->items[chain->count - 1].path + 1, &choice, err) < 0)
		return -1;
	if (!choice.file)
		return chain_stop(
			chain, choice.is_missing ? CHAIN_MISSING : CHAIN_UNCLEAR, "%s", choice.why);
	return add(sources, choice.file, chain, &kernel, err);
}

static int add_rest(const struct chain_sources *sources, const struct bootoption *option,
	struct chain *chain, struct program *last, struct err *err)
{
	if (last && last->kind == PROGRAM_SHIM && add_second(sources, option, chain, &last, err) < 0)
		return -1;
	if (!last)
		return 0;
	switch (last->kind) {
	case PROGRAM_GRUB:
	case PROGRAM_SYSTEMD_BOOT:
		return add_kernel(sources, last->kind, chain, err);
	case PROGRAM_UNIFIED:
	case PROGRAM_KERNEL:
		return 0;
	case PROGRAM_SHIM:
	case PROGRAM_OTHER:
		break;
	}
	return chain_stop(chain, CHAIN_UNCLEAR,
		"%s is neither shim, GRUB, systemd-boot nor a kernel: what it starts is not known.",
		chain->items[chain->count - 1].path);
}

int chain_find(const struct chain_sources *sources, const struct bootoption *option,
	struct chain *ret, struct err *err)
{
	auto_cleanup(chain) struct chain chain = {0};
	const struct bootfile *file = NULL;
	struct program *program = NULL;

	if (!option->path[0])
		(void)chain_stop(&chain, CHAIN_UNCLEAR,
			"%s \"%s\" leads to no file of the EFI system partition that this boot came from.",
			option->name, option->title);
	else
		file = find_on_esp(sources, option->path, &chain);
	if (file && (add(sources, file, &chain, &program, err) < 0 ||
			    add_rest(sources, option, &chain, program, err) < 0))
		return -1;
	*ret = chain;
	chain = (struct chain){0};
	return 0;
}

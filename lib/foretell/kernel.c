#include "foretell/kernel.h"

#include <errno.h>
#include <string.h>
#include "base/file.h"
#include "base/text.h"
#include "boot/efivars.h"
#include "disk/bootscript.h"
#include "disk/grubmenu.h"
#include "foretell/place.h"

#define CONFIG_MAX (1u << 20)

/* LoaderEntryDefault and LoaderEntryOneShot: 4A67B082-0A4C-41CF-B6C7-440B29BB8C4F (systemd's boot
 * loader interface) */
static const uint8_t loader_guid[UEFI_GUID_SIZE] = {0x82, 0xb0, 0x67, 0x4a, 0x4c, 0x0a, 0xcf, 0x41,
	0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f};

static int read_file(int root_fd, const char *path, struct buf *ret, struct err *err)
{
	*ret = buf_with_max(CONFIG_MAX);
	return file_read(root_fd, path, FILE_NO_LINKS, ret, err) < 0 ? err_wrap(err, "'/%s'", path)
								     : 0;
}

/* ---- GRUB's files ---- */

static size_t folder_len(const char *path)
{
	const char *end = strrchr(path, '/');

	return end ? (size_t)(end - path) : 0;
}

static const struct bootfile *find_beside(
	const struct bootfiles *files, const char *path, const char *name)
{
	char beside[BOOTWALK_PATH_SIZE];

	return text_format(beside, sizeof(beside), "%.*s/%s", (int)folder_len(path), path, name)
		       ? bootfiles_find(files, beside)
		       : NULL;
}

/* The only file of this name, or several with the same bytes. *ret_twice: they differ. */
static const struct bootfile *find_only(
	const struct bootfiles *files, const char *name, bool on_esp, bool *ret_twice)
{
	const struct bootfile *found = NULL;

	*ret_twice = false;
	for (size_t i = 0; i < files->count; i++) {
		const struct bootfile *file = &files->files[i];

		if (strcmp(bootfile_name(file), name) != 0 ||
			!place_below_esp(file->path) == on_esp || strncmp(file->path, "usr/", 4) == 0)
			continue;
		if (found && memcmp(found->digest.sha256, file->digest.sha256,
				     sizeof(file->digest.sha256)) != 0)
			*ret_twice = true;
		if (!found)
			found = file;
	}
	return *ret_twice ? NULL : found;
}

/* GRUB's first configuration: beside it, or the only one of the EFI system partition. A signed
 * GRUB looks in its vendor's folder, wherever it lies itself. */
static const struct bootfile *find_config(
	const struct bootfiles *files, const char *loader, bool *ret_twice)
{
	const struct bootfile *found = find_only(files, "grub.cfg", true, ret_twice);

	if (!found && *ret_twice) {
		found = find_beside(files, loader, "grub.cfg");
		*ret_twice = !found;
	}
	return found || *ret_twice ? found : find_only(files, "grub.cfg", false, ret_twice);
}

static int read_menu(int root_fd, const struct bootfiles *files, const struct bootfile *config,
	struct grubmenu *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = {0}, environment = {0};
	const struct bootfile *values = find_beside(files, config->path, "grubenv");
	bool ignored;

	if (!values)
		values = find_only(files, "grubenv", true, &ignored);
	if (read_file(root_fd, config->path, &text, err) < 0 ||
		(values && read_file(root_fd, values->path, &environment, err) < 0))
		return -1;
	grubmenu_read(buf_bytes(&text), buf_bytes(&environment), ret);
	return 0;
}

static int place_kernel(const struct bootfiles *files, const char *path, struct kernel_choice *ret)
{
	switch (place_of_kernel(files, path, &ret->file)) {
	case PLACE_FOUND:
		return 0;
	case PLACE_ABSENT:
	case PLACE_NO_ESP:
		ret->is_missing = true;
		return kernel_stop(ret, "GRUB's kernel %s is missing.", path);
	case PLACE_TWICE:
		break;
	}
	ret->file = NULL;
	return kernel_stop(ret, "There are several files %s that differ.", path);
}

static int choose_by_menu(int root_fd, const struct bootfiles *files, const struct bootfile *config,
	const struct grubmenu *menu, struct kernel_choice *ret, struct err *err)
{
	switch (menu->found) {
	case GRUBMENU_KERNEL:
		return place_kernel(files, menu->kernel, ret);
	case GRUBMENU_ENTRIES:
		return kernel_choose_entry(root_fd, files, menu->chosen, false, ret, err);
	case GRUBMENU_UNCLEAR:
		return kernel_stop(ret, "GRUB's menu /%s: %s.", config->path, menu->unclear);
	case GRUBMENU_ELSEWHERE:
		break;
	}
	return kernel_stop(
		ret, "GRUB's menu /%s leads to more files than are followed here.", config->path);
}

static int choose_of_grub(int root_fd, const struct bootfiles *files, const char *loader,
	struct kernel_choice *ret, struct err *err)
{
	bool is_twice;
	const struct bootfile *config = find_config(files, loader, &is_twice);
	struct grubmenu menu;

	if (config && read_menu(root_fd, files, config, &menu, err) < 0)
		return -1;
	if (config && menu.found == GRUBMENU_ELSEWHERE) {
		config = find_only(files, "grub.cfg", false, &is_twice);
		if (config && read_menu(root_fd, files, config, &menu, err) < 0)
			return -1;
	}
	if (!config)
		return kernel_stop(ret,
			is_twice ? "There are several files grub.cfg: which one GRUB reads is not known."
				 : "GRUB's menu (grub.cfg) was not found.");
	return choose_by_menu(root_fd, files, config, &menu, ret, err);
}

/* ---- systemd-boot ---- */

static int read_loader_variable(
	int root_fd, const char *name, char ret[GRUBMENU_TEXT_SIZE], struct err *err)
{
	auto_cleanup(buf) struct buf value = {0};

	ret[0] = '\0';
	if (efivars_read(root_fd, loader_guid, name, &value, err) == 0) {
		uefi_text(bytes_without_final_zeros(buf_bytes(&value)), ret, GRUBMENU_TEXT_SIZE);
		return 0;
	}
	return err->code == ERR_IO && err->native == ENOENT ? 0
							    : err_wrap(err, "The variable %s", name);
}

/* The value of the line `default` of loader.conf. */
static void read_default(struct bytes config, char ret[GRUBMENU_TEXT_SIZE])
{
	struct bytes line;

	while (bootscript_next_line(&config, &line))
		if (bytes_equal(bootscript_first_word(line), bytes_of_text("default"))) {
			line = bytes_behind(line, strlen("default"));
			while (line.len && (line.data[0] == ' ' || line.data[0] == '\t'))
				line = bytes_behind(line, 1);
			text_clean(ret, GRUBMENU_TEXT_SIZE, line);
		}
}

static int find_wanted(
	int root_fd, const struct bootfiles *files, char ret[GRUBMENU_TEXT_SIZE], struct err *err)
{
	auto_cleanup(buf) struct buf config = {0};
	const struct bootfile *file = NULL;

	if (read_loader_variable(root_fd, "LoaderEntryOneShot", ret, err) < 0)
		return -1;
	if (ret[0])
		return 0;
	if (read_loader_variable(root_fd, "LoaderEntryDefault", ret, err) < 0)
		return -1;
	if (ret[0] || place_on_esp(files, "\\loader\\loader.conf", &file) != PLACE_FOUND)
		return 0;
	if (read_file(root_fd, file->path, &config, err) < 0)
		return -1;
	read_default(buf_bytes(&config), ret);
	return 0;
}

int kernel_choose(int root_fd, const struct bootfiles *files, enum program_kind loader,
	const char *loader_path, struct kernel_choice *ret, struct err *err)
{
	char wanted[GRUBMENU_TEXT_SIZE];

	*ret = (struct kernel_choice){0};
	if (loader == PROGRAM_GRUB)
		return choose_of_grub(root_fd, files, loader_path, ret, err);
	if (find_wanted(root_fd, files, wanted, err) < 0)
		return -1;
	return kernel_choose_entry(root_fd, files, wanted, true, ret, err);
}

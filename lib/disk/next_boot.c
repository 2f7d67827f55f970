#include "disk/next_boot.h"

#include <errno.h>
#include <string.h>
#include "base/text.h"
#include "boot/efivars.h"
#include "edge/members.h"
#include "edge/state.h"

void next_boot_done(struct next_boot *pending)
{
	bootfiles_done(&pending->files);
	bootfiles_done(&pending->replaced);
}

/* ---- remembered ---- */

static const struct member file_rows[] = {
	{"path", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, path)},
	{"size", MEMBER_SIZE, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, size)},
	{"writtenAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, written_s)},
	{"changedAt", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, changed_s)},
	{"stamp", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, stamp)},
	{"sha256", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, digest.sha256)},
	{"seenAt", MEMBER_TIME, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, seen_s)},
	{"isNew", MEMBER_FLAG, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, is_new)},
};

/* For programs only. */
static const struct member program_rows[] = {
	{"program", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct bootfile, digest.program)},
};

static const struct member variable_rows[] = {
	{"sha256", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct next_boot_variable, sha256)},
	{"seenAt", MEMBER_TIME, MEMBER_REQUIRED, MEMBER_PLACE(struct next_boot_variable, seen_s)},
	{"isNew", MEMBER_FLAG, MEMBER_REQUIRED, MEMBER_PLACE(struct next_boot_variable, is_new)},
};

static int read_files(const json *list, size_t max, struct bootfiles *ret, struct err *err)
{
	size_t count = json_count(list);

	if (count > max)
		return err_set(err, ERR_FORMAT, 0, "There are too many boot files.");
	ret->files = calloc(count ? count : 1, sizeof(ret->files[0]));
	if (!ret->files)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the list of boot files.");
	json_each (item, list) {
		struct bootfile *file = &ret->files[ret->count++];

		file->digest.is_program = json_get(item, "program") != NULL;
		if (members_read(item, MEMBERS(file_rows), file, err) < 0 ||
			(file->digest.is_program &&
				members_read(item, MEMBERS(program_rows), file, err) < 0))
			return -1;
	}
	return 0;
}

static int read_variables(const json *document, struct next_boot *ret, struct err *err)
{
	const json *list, *item;

	if (json_get_object(document, "variables", &list, err) < 0)
		return -1;
	for (size_t i = 0; i < UEFI_KEYS; i++) {
		item = json_get(list, uefi_keys[i].name);
		if (item && members_read(item, MEMBERS(variable_rows), &ret->variables[i], err) < 0)
			return -1;
	}
	return 0;
}

static int read_pending(const json *document, void *ret, struct err *err)
{
	auto_cleanup(next_boot) struct next_boot pending = {0};
	bool has_replaced = json_get(document, "replaced"); /* earlier versions keep none */
	const json *list;

	if (json_copy_text(document, "bootId", pending.boot_id, sizeof(pending.boot_id), err) < 0 ||
		json_get_array(document, "files", &list, err) < 0 ||
		read_files(list, BOOTWALK_MAX_FILES, &pending.files, err) < 0 ||
		(has_replaced && (json_get_array(document, "replaced", &list, err) < 0 ||
					 read_files(list, NEXT_BOOT_MAX_REPLACED, &pending.replaced,
						 err) < 0)) ||
		read_variables(document, &pending, err) < 0)
		return -1;
	bootfiles_sort(&pending.files);
	*(struct next_boot *)ret = pending;
	pending = (struct next_boot){0};
	return 0;
}

static const struct state_file next_boot_file = {NEXT_BOOT_FILE, read_pending};

int next_boot_parse(struct bytes text, struct next_boot *ret, struct err *err)
{
	return state_parse(&next_boot_file, text, ret, err);
}

static void mark_all_as_old(struct next_boot *pending)
{
	bootfiles_done(&pending->replaced);
	for (size_t i = 0; i < pending->files.count; i++)
		pending->files.files[i].is_new = false;
	for (size_t i = 0; i < UEFI_KEYS; i++)
		pending->variables[i].is_new = false;
}

int next_boot_load(const struct next_boot_round *round, struct next_boot *ret,
	bool *ret_is_next_boot, struct err *err)
{
	struct next_boot pending = {0};
	enum state_found found =
		round->is_observer ? state_load(round->state_fd, &next_boot_file, &pending, err)
				   : state_take(round->state_fd, &next_boot_file, &pending, err);

	if (found == STATE_UNREADABLE)
		return -1;
	pending.was_damaged = found == STATE_DAMAGED;
	*ret_is_next_boot = strcmp(pending.boot_id, round->boot_id) != 0;
	if (*ret_is_next_boot)
		mark_all_as_old(&pending);
	(void)text_format(pending.boot_id, sizeof(pending.boot_id), "%s", round->boot_id);
	*ret = pending;
	return 0;
}

/* ---- looking ---- */

static bool look_at_variables(int root_fd, int64_t now_s, struct next_boot_variable known[UEFI_KEYS])
{
	bool has_changed = false;

	for (size_t i = 0; i < UEFI_KEYS; i++) {
		auto_cleanup(buf) struct buf contents = {0};
		uint8_t digest[CRYPTO_SHA256_SIZE];
		struct err err;

		if (efivars_read(root_fd, uefi_keys[i].guid, uefi_keys[i].name, &contents, &err) < 0 &&
			err.native != ENOENT)
			continue;
		crypto_sha256(buf_bytes(&contents), digest);
		if (known[i].seen_s && memcmp(known[i].sha256, digest, sizeof(digest)) == 0)
			continue;
		known[i] = (struct next_boot_variable){.seen_s = now_s, .is_new = true};
		memcpy(known[i].sha256, digest, sizeof(digest));
		has_changed = true;
	}
	return has_changed;
}

/* A record holds so many files at most, and those that are there now come first. */
static int keep_replaced(const struct bootfiles *known, const struct bootfiles *found,
	struct bootfiles *replaced, struct err *err)
{
	size_t room = BOOTWALK_MAX_FILES - found->count;

	if (room > NEXT_BOOT_MAX_REPLACED)
		room = NEXT_BOOT_MAX_REPLACED;
	for (size_t i = 0; i < known->count && replaced->count < room; i++) {
		const struct bootfile *file = &known->files[i];
		const struct bootfile *now = bootfiles_find(found, file->path);
		bool is_same = now && memcmp(now->digest.sha256, file->digest.sha256,
					      sizeof(now->digest.sha256)) == 0;
		struct bootfile *more;

		if (file->is_new || is_same)
			continue;
		more = reallocarray(replaced->files, replaced->count + 1, sizeof(replaced->files[0]));
		if (!more)
			return err_set(
				err, ERR_NO_MEMORY, 0, "No memory for the list of boot files.");
		more[replaced->count] = *file;
		replaced->files = more;
		replaced->count++;
	}
	return 0;
}

int next_boot_look(
	int root_fd, int64_t now_s, struct next_boot *pending, bool *ret_changed, struct err *err)
{
	struct bootfiles found;

	if (bootfiles_look(root_fd, &pending->files, now_s, &found, err) < 0)
		return -1;
	if (keep_replaced(&pending->files, &found, &pending->replaced, err) < 0) {
		bootfiles_done(&found);
		return -1;
	}
	bootfiles_done(&pending->files);
	pending->files = found;
	pending->is_seen = true;
	*ret_changed = look_at_variables(root_fd, now_s, pending->variables) || found.has_changed;
	return 0;
}

/* ---- remembering ---- */

static void add_file(json *list, const struct bootfile *file)
{
	json *object = json_add_object(list, NULL);

	members_add(object, MEMBERS(file_rows), file);
	if (file->digest.is_program)
		members_add(object, MEMBERS(program_rows), file);
}

int next_boot_save(int state_fd, const struct next_boot *pending, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();
	json *list;

	json_add_text(document, "bootId", pending->boot_id);
	list = json_add_object(document, "variables");
	for (size_t i = 0; i < UEFI_KEYS; i++) {
		const struct next_boot_variable *variable = &pending->variables[i];
		json *object = variable->seen_s ? json_add_object(list, uefi_keys[i].name) : NULL;

		if (object)
			members_add(object, MEMBERS(variable_rows), variable);
	}
	list = json_add_array(document, "files");
	for (size_t i = 0; i < pending->files.count; i++)
		add_file(list, &pending->files.files[i]);
	list = json_add_array(document, "replaced");
	for (size_t i = 0; i < pending->replaced.count; i++)
		add_file(list, &pending->replaced.files[i]);
	return state_save(state_fd, NEXT_BOOT_FILE, document, err);
}

int next_boot_run(const struct next_boot_round *round, struct next_boot *ret, struct err *err)
{
	bool has_changed, is_next_boot;

	*ret = (struct next_boot){0};
	if (next_boot_load(round, ret, &is_next_boot, err) < 0 ||
		next_boot_look(round->root_fd, round->now_s, ret, &has_changed, err) < 0)
		return -1;
	return (has_changed || is_next_boot) && !round->is_observer
		       ? next_boot_save(round->state_fd, ret, err)
		       : 0;
}

#include "foretell/held.h"

#include <errno.h>
#include "boot/efivars.h"

/* *ret_has: there is such a variable. */
static int read_variable(int root_fd, const uint8_t guid[UEFI_GUID_SIZE], const char *name,
	struct buf *ret, bool *ret_has, struct err *err)
{
	*ret_has = efivars_read(root_fd, guid, name, ret, err) == 0;
	if (*ret_has || (err->code == ERR_IO && err->native == ENOENT))
		return 0;
	return err_wrap(err, "The variable %s", name);
}

static int read_flag(int root_fd, const uint8_t guid[UEFI_GUID_SIZE], const char *name, bool *ret,
	bool *ret_has, struct err *err)
{
	auto_cleanup(buf) struct buf value = {0};

	if (read_variable(root_fd, guid, name, &value, ret_has, err) < 0)
		return -1;
	*ret = value.len && !bytes_are_all(buf_bytes(&value), 0);
	return 0;
}

int held_read(int root_fd, struct held *ret, struct err *err)
{
	auto_cleanup(held) struct held held = {0};
	const struct {
		const char *name;
		struct buf *to;
	} lists[] = {{"MokListXRT", &held.mok_revoked}, {"SbatLevelRT", &held.level}};
	const struct {
		const char *name;
		bool *to;
	} flags[] = {{"MokSBStateRT", &held.is_shim_lenient}, {"MokIgnoreDB", &held.is_db_ignored}};
	bool has_it;

	if (read_flag(root_fd, uefi_global_variable_guid, "SecureBoot", &held.is_secure_boot,
		    &has_it, err) < 0)
		return -1;
	if (!has_it)
		return err_set(err, ERR_IO, 0,
			"The firmware's variables are not there: efivarfs is not mounted.");
	for (size_t i = 0; i < UEFI_KEYS; i++)
		if (read_variable(root_fd, uefi_keys[i].guid, uefi_keys[i].name, &held.keys[i],
			    &has_it, err) < 0)
			return -1;
	if (read_variable(root_fd, uefi_shim_guid, "MokListRT", &held.mok, &held.has_mok, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (read_variable(
			    root_fd, uefi_shim_guid, lists[i].name, lists[i].to, &has_it, err) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (read_flag(root_fd, uefi_shim_guid, flags[i].name, flags[i].to, &has_it, err) < 0)
			return -1;
	*ret = held;
	held = (struct held){0};
	return 0;
}

void held_done(struct held *held)
{
	for (size_t i = 0; i < UEFI_KEYS; i++)
		buf_done(&held->keys[i]);
	buf_done(&held->mok);
	buf_done(&held->mok_revoked);
	buf_done(&held->level);
}

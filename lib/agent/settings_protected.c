#include "agent/settings_protected.h"

#include <string.h>
#include <sys/prctl.h>
#include "agent/environment.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/cms.h"
#include "edge/crypto.h"

#define PEM_MAX_BYTES (64u << 10)

/* Every cause but a failed allocation, which may pass by itself, becomes ERR_PROTECTED_SETTINGS. */
static int fail_unreadable(struct err *err)
{
	if (err->code != ERR_NO_MEMORY)
		err->code = ERR_PROTECTED_SETTINGS;
	return err_wrap(err, "Protected settings");
}

static int read_pem(
	int lib_fd, const char *thumbprint, const char *suffix, struct buf *ret, struct err *err)
{
	char name[SETTINGS_THUMBPRINT_SIZE + 8];

	(void)text_format(name, sizeof(name), "%s.%s", thumbprint, suffix);
	return file_read(lib_fd, name, FILE_NO_LINKS, ret, err);
}

int settings_protected_decrypt(int lib_fd, struct bytes message,
	const char thumbprint[SETTINGS_THUMBPRINT_SIZE], struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf certificate = buf_with_max(PEM_MAX_BYTES);
	auto_cleanup(buf) struct buf key = buf_with_max(PEM_MAX_BYTES);
	struct crypto_key_pair pair;

	if (read_pem(lib_fd, thumbprint, "crt", &certificate, err) < 0 ||
		read_pem(lib_fd, thumbprint, "prv", &key, err) < 0)
		return fail_unreadable(err);
	pair = (struct crypto_key_pair){buf_bytes(&certificate), buf_bytes(&key)};
	return crypto_cms_decrypt(message, &pair, ret, err) < 0 ? fail_unreadable(err) : 0;
}

/* Opens LIB, given the path LIB/PACKAGE/config. */
static int open_lib(int root_fd, const char *config_folder, int *ret_fd, struct err *err)
{
	char path[ENVIRONMENT_PATH_SIZE];

	if (!text_format(path, sizeof(path), "%s", config_folder))
		return err_set(err, ERR_PROTECTED_SETTINGS, 0,
			"The configuration folder's path is too long.");
	for (int level = 0; level < 2; level++) {
		char *slash = strrchr(path, '/');

		if (!slash || slash == path)
			return err_set(err, ERR_PROTECTED_SETTINGS, 0,
				"There is no folder two levels above '%s'.", config_folder);
		*slash = '\0';
	}
	return environment_open_folder(root_fd, path, ret_fd, err);
}

int settings_protected_parse(int root_fd, const char *config_folder, struct bytes text,
	struct settings *ret, struct err *err)
{
	auto_cleanup(buf) struct buf message = buf_with_max(CMS_MAX_BYTES);
	auto_cleanup(buf) struct buf plain = buf_with_max(CMS_MAX_BYTES);
	char thumbprint[SETTINGS_THUMBPRINT_SIZE];
	auto_cleanup(fd) int lib_fd = -1;

	if (settings_find_protected(text, &message, thumbprint, err) < 0)
		return -1;
	if (!message.len)
		return settings_parse(text, ret, err);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (open_lib(root_fd, config_folder, &lib_fd, err) < 0)
		return fail_unreadable(err);
	if (settings_protected_decrypt(lib_fd, buf_bytes(&message), thumbprint, &plain, err) < 0)
		return -1;
	return settings_parse_both(text, buf_bytes(&plain), ret, err);
}

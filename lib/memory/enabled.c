#include "memory/enabled.h"

#include <errno.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "agent/settings_protected.h"
#include "agent/settings_tree.h"
#include "base/file.h"
#include "base/text.h"
#include "memory/owner.h"
#include "memory/running.h"
#include "net/trust_store.h"

#define STANDALONE "/var/lib/guest-attestation-standalone" /* of manifest/standalone/ */

static int fail_not_enabled(struct err *err)
{
	return err_set(err, ERR_NOT_ENABLED, 0,
		"The extension is not enabled on this machine: there is no /%s/%s.", STATE_FOLDER,
		RECORD_FILE);
}

int enabled_find(int root_fd, int *ret_state_fd, struct record *ret, struct err *err)
{
	auto_cleanup(fd) int state_fd = -1;
	enum state_found found;
	bool is_others;

	if (state_open_folder(root_fd, false, &state_fd, err) < 0)
		return err->native == ENOENT ? fail_not_enabled(err) : -1;
	if (owner_find_other(root_fd, state_fd, &is_others, err) < 0)
		return -1;
	if (is_others)
		return err_set(err, ERR_NOT_ENABLED, 0,
			"What /%s holds is about the VM from whose disk this one was made.",
			STATE_FOLDER);
	found = record_load(state_fd, ret, err);
	if (found == STATE_ABSENT)
		return fail_not_enabled(err);
	if (found != STATE_LOADED)
		return -1;
	*ret_state_fd = steal_fd(&state_fd);
	return 0;
}

/* Warns about authorities that cannot be used, because somebody may rely on them. A file that
 * cannot be used at all is an error of the attestation. */
static void warn_of_unusable_authorities(struct settings *settings)
{
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};
	const struct trust_store trust = settings_trust(settings);
	struct err ignored;

	if (trust_store_load(&trust, &set, &ignored) < 0)
		return;
	for (size_t i = 0; i < set.left_out_count && i < TRUST_STORE_LEFT_OUT_MAX; i++)
		settings_warn(settings, "%s", set.left_out[i]);
	if (set.left_out_count > TRUST_STORE_LEFT_OUT_MAX)
		settings_warn(settings, "%zu more certificates of these files do not count.",
			set.left_out_count - TRUST_STORE_LEFT_OUT_MAX);
}

/* Both write the state of this VM and run one service: the extension's, since the agent enables it
 * again and again. */
static void warn_of_second_installation(
	int root_fd, const struct environment *environment, struct settings *settings)
{
	struct err ignored;
	bool is_found;

	if (strncmp(environment->config_folder, STANDALONE "/", sizeof(STANDALONE)) != 0 &&
		file_find(root_fd, &STANDALONE[1], &is_found, &ignored) == 0 && is_found)
		settings_warn(settings,
			"This VM has the extension and an installation without the guest agent (%s). Only the extension's service runs: remove one of the two.",
			STANDALONE);
}

int enabled_read_settings(
	int root_fd, const struct environment *environment, struct settings *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(SETTINGS_MAX_BYTES);
	auto_cleanup(fd) int config = -1;
	char name[32];

	(void)text_format(name, sizeof(name), "%u.settings", environment->sequence);
	if (environment_open_folder(root_fd, environment->config_folder, &config, err) < 0)
		return -1;
	if (file_read(config, name, FILE_NO_LINKS, &text, err) < 0 && err->native != ENOENT)
		return -1;
	if (settings_protected_parse(
		    root_fd, environment->config_folder, buf_bytes(&text), ret, err) < 0)
		return -1;
	warn_of_unusable_authorities(ret);
	warn_of_second_installation(root_fd, environment, ret);
	return 0;
}

int enabled_read_history(int state_fd, struct history *ret, struct err *err)
{
	enum state_found found = history_load(state_fd, ret, err);

	return found == STATE_LOADED || found == STATE_ABSENT ? 0 : -1;
}

/* The lock file is written only when the service starts. */
int enabled_find_process(int state_fd, pid_t *ret, int64_t *ret_started_s, struct err *err)
{
	struct stat info;
	pid_t pid;

	if (running_find_pid(state_fd, &pid, err) < 0)
		return -1;
	*ret = pid;
	*ret_started_s = 0;
	if (pid && fstatat(state_fd, RUNNING_PID_FILE, &info, AT_SYMLINK_NOFOLLOW) == 0)
		*ret_started_s = info.st_mtim.tv_sec;
	return 0;
}

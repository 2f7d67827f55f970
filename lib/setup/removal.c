#include "setup/removal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "agent/status.h"
#include "attest/cert_renewal.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tree.h"
#include "edge/state.h"
#include "memory/lock.h"
#include "setup/programs.h"
#include "setup/shortcut.h"

#define LOCK_TIMEOUT_MS 45000 /* for a command that runs */

void removal_find_parent(int root_fd, const char *home, struct removal_parent *ret)
{
	auto_cleanup(fd) int fd = -1;
	struct err ignored;
	struct stat info;
	bool is_found;
	const char *name;

	*ret = (struct removal_parent){0};
	if (environment_open_parent(root_fd, home, &fd, &name, &ignored) == 0 &&
		file_find(fd, name, &is_found, &ignored) == 0 && is_found && fstat(fd, &info) == 0)
		*ret = (struct removal_parent){info.st_dev, info.st_ino};
}

bool removal_is_certain(int root_fd, const char *home, const struct removal_parent *parent)
{
	auto_cleanup(fd) int fd = -1;
	struct stat info;
	struct err ignored;
	bool is_found;
	const char *name;

	if (environment_open_parent(root_fd, home, &fd, &name, &ignored) < 0 || fstat(fd, &info) < 0 ||
		(parent && (info.st_dev != parent->device || info.st_ino != parent->inode)))
		return false;
	return file_find(fd, name, &is_found, &ignored) == 0 && !is_found;
}

/* Nothing attests from now on, so that no success may stand. */
static int replace_status(int root_fd, int state_fd, struct err *err)
{
	auto_cleanup(free) struct record *record = malloc(sizeof(*record));
	auto_cleanup(free) struct status *status = malloc(sizeof(*status));
	auto_cleanup(fd) int folder = -1;

	if (!record || !status)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a status.");
	if (record_load(state_fd, record, err) != STATE_LOADED ||
		environment_open_folder(root_fd, record->environment.status_folder, &folder, err) < 0)
		return 0; /* it was not enabled */
	status_stopped(
		"Disable", "'guest-attest baseline reset --generalise'", clock_now_s(), status);
	return status_write(folder, record->environment.sequence, status, clock_now_s(), err);
}

/* The state folder may hold the only certificate of the attestation key. The name of the file,
 * which must stay as long as the TPM does not take it; else "". */
static const char *give_back_certificate(int root_fd, int state_fd)
{
	auto_cleanup(free) struct record *record = calloc(1, sizeof(*record));
	char trouble[CERT_RECORD_TROUBLE_SIZE];
	struct err ignored;

	/* it may be absent: then it is the machine's own TPM */
	if (record && record_load(state_fd, record, &ignored) != STATE_UNREADABLE)
		(void)!cert_renewal_resume(state_fd,
			&(struct round_inputs){.sources.root_fd = root_fd, .tcti = record->tcti},
			trouble, &ignored);
	return cert_record_is_begun(state_fd) ? CERT_RECORD_FILE : "";
}

int removal_generalise(const char *root, bool keeps_boots, struct err *err)
{
	/* the service may run from the first: programs.h */
	const char *stay[] = {"programs", "", keeps_boots ? "baseline.json" : NULL, NULL};
	auto_cleanup(lock) struct lock lock = {-1, -1};
	auto_cleanup(fd) int root_fd = -1;
	int systemctl_left_ms = CONTROL_SYSTEMCTL_MS;
	struct control control = {.root = root, .systemctl_left_ms = &systemctl_left_ms};

	if (dir_open(root, &root_fd, err) < 0 || lock_take(root_fd, LOCK_TIMEOUT_MS, &lock, err) < 0)
		return -1;
	control.root_fd = root_fd;
	control.state_fd = lock.state_fd;
	if (control_stop(&control, err) < 0 || replace_status(root_fd, lock.state_fd, err) < 0)
		return -1;
	stay[1] = give_back_certificate(root_fd, lock.state_fd);
	return tree_clear(lock.state_fd, stay, err);
}

int removal_run(const struct control *control, const char *version, struct err *err)
{
	const char *stay[] = {"", NULL};
	auto_cleanup(fd) int lib = -1;
	bool is_there;

	shortcut_remove(control->root_fd);
	if (control_remove(control, err) < 0 || programs_remove(control->root_fd, version, err) < 0)
		return -1;
	if (version)
		return 0;
	stay[0] = give_back_certificate(control->root_fd, control->state_fd);
	if (stay[0][0]) {
		if (tree_clear(control->state_fd, stay, err) < 0 ||
			file_find(control->state_fd, CERT_RECORD_FILE, &is_there, err) < 0)
			return -1;
		if (is_there)
			return 0;
	}
	if (environment_open_folder(control->root_fd, "/var/lib", &lib, err) < 0)
		return -1;
	return tree_remove(lib, "guest-attestation", err);
}

int removal_give_up(int root_fd, struct err *err)
{
	auto_cleanup(lock) struct lock lock = {-1, -1};

	if (lock_take(root_fd, 0, &lock, err) < 0)
		return -1;
	return state_remove(lock.state_fd, RECORD_FILE, err);
}

int removal_clean_up(const char *root, const char *home, struct err *err)
{
	auto_cleanup(lock) struct lock lock = {-1, -1};
	auto_cleanup(fd) int root_fd = -1;
	auto_cleanup(fd) int state_fd = -1;
	int systemctl_left_ms = CONTROL_SYSTEMCTL_MS;
	struct control control = {.root = root, .systemctl_left_ms = &systemctl_left_ms};
	struct err ignored;
	bool is_enabled;

	if (dir_open(root, &root_fd, err) < 0)
		return -1;
	if (!removal_is_certain(root_fd, home, NULL) ||
		state_open_folder(root_fd, false, &state_fd, &ignored) < 0 ||
		lock_take(root_fd, 0, &lock, &ignored) < 0)
		return 0;
	if (file_find(lock.state_fd, RECORD_FILE, &is_enabled, err) < 0)
		return -1;
	if (is_enabled)
		return 0;
	control.root_fd = root_fd;
	control.state_fd = lock.state_fd;
	/* if it fails, a link to a unit that is gone remains, which does no harm */
	(void)!control_disable(&control, &ignored);
	/* systemd mounts the state folder onto itself even for this program: it stays, empty */
	return removal_run(&control, NULL, err) == 0 || err->native == EBUSY ? 0 : -1;
}

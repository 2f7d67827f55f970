/* Checks of the service, its state folder, and its last result. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "doctor/doctor_checks.h"
#include "service/result.h"
#include "setup/programs.h"
#include "setup/systemd.h"

#define FREE_NEEDED_BYTES (1u << 20) /* with less, the next write may fail */
#define FREE_GOOD_BYTES   (16u << 20)
#define OPEN_TO_OTHERS    077
#define WANTS_LINK        SYSTEMD_UNIT_FOLDER "/multi-user.target.wants/" SYSTEMD_UNIT_NAME
#define LONGEST_PERIOD_S  86400 /* if the settings cannot be read */

/* ---- our own state ---- */

/* Adds the names of damaged files to the list; returns their number. */
static size_t list_damaged(int state_fd, json *list)
{
	int fd = openat(state_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t count = 0;

	if (!dir) {
		fd_cleanup(&fd);
		return 0;
	}
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (!text_ends_with(entry->d_name, ".broken"))
			continue;
		json_add_text(list, NULL, entry->d_name);
		count++;
	}
	(void)closedir(dir);
	return count;
}

/* The folder must have the same owner as the root folder, in production root. */
static int check_owner(int root_fd, int state_fd, json *details, struct err *err)
{
	struct stat root, state;
	char mode[8];

	if (fstat(root_fd, &root) < 0 || fstat(state_fd, &state) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '/%s' cannot be looked at: %m.", STATE_FOLDER);
	(void)text_format(mode, sizeof(mode), "%04o", state.st_mode & 07777);
	json_add_int(details, "owner", state.st_uid);
	json_add_known_text(details, "mode", mode);
	if (state.st_uid != root.st_uid)
		return err_set(err, ERR_STATE_EXPOSED, 0,
			"Folder '/%s' belongs to user %u: it can write what the service reads.",
			STATE_FOLDER, (unsigned int)state.st_uid);
	if (state.st_mode & OPEN_TO_OTHERS)
		return err_set(err, ERR_STATE_EXPOSED, 0,
			"Folder '/%s' is open to other users than root (mode %s).", STATE_FOLDER,
			mode);
	return 0;
}

static int check_space(int state_fd, json *details, uint64_t *ret_free, struct err *err)
{
	struct statvfs info;

	if (fstatvfs(state_fd, &info) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Free space of '/%s' is not known: %m.", STATE_FOLDER);
	*ret_free = (uint64_t)info.f_bavail * info.f_frsize;
	json_add_int(details, "freeBytes", (int64_t)(*ret_free >> 53 ? 1LL << 53 : *ret_free));
	if (info.f_flag & ST_RDONLY)
		return err_set(err, ERR_IO, EROFS,
			"Folder '/%s' is on a file system that is mounted read-only.", STATE_FOLDER);
	if (*ret_free < FREE_NEEDED_BYTES)
		return err_set(err, ERR_IO, ENOSPC,
			"The file system of '/%s' is full (%llu KiB are free).", STATE_FOLDER,
			(unsigned long long)*ret_free >> 10);
	return 0;
}

int doctor_state_folder(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	auto_cleanup(fd) int state_fd = -1;
	uint64_t free_bytes;
	size_t damaged;

	if (state_open_folder(doctor->inputs->root_fd, false, &state_fd, err) < 0) {
		if (err->native != ENOENT)
			return -1;
		doctor_skip(finding, "There is no folder '/%s': the first enable makes it.",
			STATE_FOLDER);
		return 0;
	}
	if (check_owner(doctor->inputs->root_fd, state_fd, finding->details, err) < 0 ||
		check_space(state_fd, finding->details, &free_bytes, err) < 0)
		return -1;
	damaged = list_damaged(state_fd, json_add_array(finding->details, "damaged"));
	if (damaged)
		doctor_warn(finding, ERR_STATE_INVALID,
			"%zu damaged files were set aside in '/%s'.", damaged, STATE_FOLDER);
	else if (free_bytes < FREE_GOOD_BYTES)
		doctor_warn(finding, ERR_IO, "Only %llu KiB are free where '/%s' is.",
			(unsigned long long)free_bytes >> 10, STATE_FOLDER);
	else
		doctor_ok(finding, "Folder '/%s' belongs to root alone; %llu MiB are free.",
			STATE_FOLDER, (unsigned long long)free_bytes >> 20);
	return 0;
}

/* ---- the service ---- */

/* The unit starts this version's programs, and is enabled at boot. */
static bool is_unit_right(int root_fd, const struct record *service)
{
	auto_cleanup(buf) struct buf text = buf_with_max(SYSTEMD_UNIT_MAX_BYTES);
	const char *unit = strcmp(service->home, PROGRAMS_PACKAGED) == 0
				   ? SYSTEMD_PACKAGE_FOLDER "/" SYSTEMD_UNIT_NAME
				   : SYSTEMD_UNIT_FOLDER "/" SYSTEMD_UNIT_NAME;
	char program[PROGRAMS_PATH_SIZE];
	struct stat info;
	struct err ignored;

	return programs_find(root_fd, service->home, service->program_version, program, &ignored) ==
		       0 &&
	       file_read(root_fd, unit, FILE_FOLLOW_LINKS, &text, &ignored) == 0 && text.len &&
	       memmem(text.data, text.len, program, strlen(program)) &&
	       fstatat(root_fd, WANTS_LINK, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

int doctor_service(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct record *service = &doctor->service;
	int root_fd = doctor->inputs->root_fd;
	char programs[PROGRAMS_PATH_SIZE];
	bool has_systemd;
	int64_t started_s;
	pid_t pid;
	char since[CLOCK_TEXT_SIZE];

	if (systemd_is_here(root_fd, &has_systemd, err) < 0 ||
		enabled_find_process(doctor->state_fd, &pid, &started_s, err) < 0 ||
		programs_find(root_fd, service->home, service->program_version, programs, err) < 0)
		return -1;
	json_add_bool(finding->details, "isRunning", pid != 0);
	json_add_bool(finding->details, "underSystemd", has_systemd);
	json_add_known_text(finding->details, "version", service->program_version);
	if (!programs[0])
		return err_set(err, ERR_SERVICE, 0,
			"The service's programs of version %s are missing in /opt/guest-attestation.",
			service->program_version);
	if (pid == 0)
		return err_set(err, ERR_SERVICE, 0,
			"The service does not run, though the extension is enabled.");
	clock_text(started_s, since);
	json_add_int(finding->details, "process", pid);
	json_add_known_text(finding->details, "since", since);
	if (has_systemd && !is_unit_right(root_fd, service))
		doctor_warn(finding, ERR_SERVICE,
			"The service runs, but its unit %s does not start version %s at the next boot.",
			SYSTEMD_UNIT_NAME, service->program_version);
	else
		doctor_ok(finding, "The service runs since %s: version %s, process %ld.", since,
			service->program_version, (long)pid);
	return 0;
}

/* ---- the last result ---- */

/* Cuts "what happened (name). remedy" to its first part: a finding has name and remedy as
 * members. */
static void cut_remedy(char *message, int code)
{
	char end[96];
	char *at;

	(void)text_format(end, sizeof(end), " (%s).", err_info((enum err_code)code)->name);
	at = strstr(message, end);
	if (code && at)
		memcpy(at, ".", 2);
}

static void add_result(const struct result *result, json *details)
{
	char time[CLOCK_TEXT_SIZE];

	json_add_known_text(details, "status", status_state_name(result->status.state));
	json_add_known_text(details, "health", health_name(result->health));
	clock_text(result->written_s, time);
	json_add_known_text(details, "reportedAt", time);
	clock_text(result->history.healthy_s, time);
	json_add_known_text(details, "lastHealthyAt", result->history.healthy_s ? time : "");
	json_add_int(details, "failures", result->history.failures);
}

static int judge_result(struct result *result, struct doctor_finding *finding, struct err *err)
{
	struct status *status = &result->status;
	const struct err_info *info = err_info((enum err_code)status->code);
	enum err_code code = info->code;

	cut_remedy(status->message, status->code);
	/* Unhealthy counts as an error even if alerts are off */
	if (status->state == STATUS_ERROR || (status->code && info->is_against_vm))
		return err_set(err, status->code ? code : ERR_SERVICE, 0, "%s", status->message);
	if (result->doubt.code)
		doctor_warn(finding, result->doubt.code, "%s", result->doubt.msg);
	else if (status->code)
		doctor_warn(finding, code, "%s", status->message);
	else
		doctor_ok(finding, "%s", status->message);
	return 0;
}

int doctor_last_result(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	auto_cleanup(free) struct result *result = calloc(1, sizeof(*result));
	const struct result_inputs inputs = {.root_fd = doctor->inputs->root_fd,
		.state_fd = doctor->state_fd,
		.service = &doctor->service,
		.period_s = doctor->has_settings ? doctor->settings.period_s : LONGEST_PERIOD_S,
		.now = {.wall_s = doctor->inputs->now_s, .boot_s = doctor->inputs->boot_s}};

	if (!result)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the last result.");
	if (result_read(&inputs, result, err) < 0)
		return -1;
	add_result(result, finding->details);
	return judge_result(result, finding, err);
}

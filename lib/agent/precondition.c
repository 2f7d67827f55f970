#include "agent/precondition.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/file.h"
#include "boot/efivars.h"

#define EFI_FOLDER      "sys/firmware/efi"
#define SECURITY_FOLDER "sys/kernel/security"
#define LOG_NAME        "tpm0/binary_bios_measurements"
#define EVENT_LOG_FILE  SECURITY_FOLDER "/" LOG_NAME

int precondition_check_platform(const char *machine, struct err *err)
{
	if (strcmp(machine, "x86_64") == 0 || strcmp(machine, "aarch64") == 0)
		return 0;
	return err_set(err, ERR_PLATFORM, 0, "Machine type '%s' is not supported.", machine);
}

int precondition_check_uefi(int root_fd, struct err *err)
{
	bool is_found;

	if (file_find(root_fd, EFI_FOLDER, &is_found, err) < 0)
		return -1;
	if (is_found)
		return 0;
	return err_set(err, ERR_NO_UEFI, 0,
		"This VM was not started by UEFI firmware: /%s is absent.", EFI_FOLDER);
}

int precondition_check_vtpm(int root_fd, const char *tcti, struct err *err)
{
	static const char *const nodes[] = {"dev/tpmrm0", "dev/tpm0"};
	bool is_found = tcti[0] != '\0';

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]) && !is_found; i++)
		if (file_find(root_fd, nodes[i], &is_found, err) < 0)
			return -1;
	if (is_found)
		return 0;
	return err_set(err, ERR_NO_VTPM, 0,
		"This VM has no virtual TPM: /dev/tpmrm0 and /dev/tpm0 are absent.");
}

enum precondition_flag precondition_read_flag(int root_fd, const char *name)
{
	auto_cleanup(buf) struct buf value = {0};
	struct err ignored;

	if (efivars_read(root_fd, uefi_global_variable_guid, name, &value, &ignored) < 0 ||
		value.len != 1 || value.data[0] > 1)
		return PRECONDITION_FLAG_UNKNOWN;
	return value.data[0] == 0 ? PRECONDITION_FLAG_0 : PRECONDITION_FLAG_1;
}

/* Only the value 0 fails; the verdict later depends on what the boot measured. */
int precondition_check_secure_boot(int root_fd, struct err *err)
{
	if (precondition_read_flag(root_fd, "SecureBoot") != PRECONDITION_FLAG_0)
		return 0;
	return err_set(err, ERR_SECURE_BOOT_OFF, 0,
		"Secure Boot is off: the firmware's variable SecureBoot is 0.");
}

/* A mounted securityfs always has the file lsm; it has the folder tpm0 only if there is a log. */
static int report_missing_log(int root_fd, int reason, struct err *err)
{
	bool has_list, has_tpm;

	if (file_find(root_fd, SECURITY_FOLDER "/lsm", &has_list, err) < 0 ||
		file_find(root_fd, SECURITY_FOLDER "/tpm0", &has_tpm, err) < 0)
		return -1;
	return err_set(err, ERR_NO_EVENT_LOG, (unsigned long)reason,
		"The boot's event log is absent: %s.",
		has_list || has_tpm ? "no " LOG_NAME : "no securityfs at /" SECURITY_FOLDER);
}

/* Reads a byte, because securityfs shows the size 0 for every file. */
int precondition_check_event_log(int root_fd, struct err *err)
{
	auto_cleanup(fd) int fd = openat(root_fd, EVENT_LOG_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char byte;
	ssize_t got;

	if (fd < 0 && errno == ENOENT)
		return report_missing_log(root_fd, errno, err);
	if (fd < 0)
		return err_set(err, ERR_EVENT_LOG_UNREADABLE, (unsigned long)errno,
			"The boot's event log %s cannot be opened: %m.", LOG_NAME);
	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_set(err, ERR_EVENT_LOG_UNREADABLE, (unsigned long)errno,
			"The boot's event log %s cannot be read: %m.", LOG_NAME);
	if (got == 0)
		return err_set(
			err, ERR_EVENT_LOG_EMPTY, 0, "The boot's event log %s is empty.", LOG_NAME);
	return 0;
}

/* The log comes last: only its failure may pass by itself, so that a permanent cause is reported
 * first. */
int precondition_check(int root_fd, const char *tcti, struct err *err)
{
	if (precondition_check_uefi(root_fd, err) < 0 ||
		precondition_check_vtpm(root_fd, tcti, err) < 0 ||
		precondition_check_secure_boot(root_fd, err) < 0)
		return -1;
	return precondition_check_event_log(root_fd, err);
}

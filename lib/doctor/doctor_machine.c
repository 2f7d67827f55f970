/* Checks of what the platform provides: firmware, Secure Boot, TPM, attestation key and its
 * certificate. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "doctor/doctor_checks.h"

#define DAY_S      86400
#define SOON_DAYS  30 /* the platform renews earlier, so this deserves attention */
#define PATH_SIZE  64
#define MAX_LOOKED 65536 /* descriptors that are searched for the TPM's holder */

int doctor_machine(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	if (precondition_check_platform(doctor->inputs->machine, err) < 0)
		return -1;
	doctor_ok(finding, "Linux on %s.", doctor->inputs->machine);
	return 0;
}

int doctor_firmware(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	if (precondition_check_uefi(doctor->inputs->root_fd, err) < 0) {
		doctor->is_bios = err->code == ERR_NO_UEFI;
		return -1;
	}
	doctor_ok(finding, "This VM was started by UEFI firmware.");
	return 0;
}

int doctor_secure_boot(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	static const char *const words[] = {
		[PRECONDITION_FLAG_UNKNOWN] = "unknown",
		[PRECONDITION_FLAG_0] = "0",
		[PRECONDITION_FLAG_1] = "1",
	};
	enum precondition_flag setup = precondition_read_flag(doctor->inputs->root_fd, "SetupMode");

	doctor->secure_boot = precondition_read_flag(doctor->inputs->root_fd, "SecureBoot");
	json_add_known_text(finding->details, "SecureBoot", words[doctor->secure_boot]);
	json_add_known_text(finding->details, "SetupMode", words[setup]);
	if (doctor->secure_boot != PRECONDITION_FLAG_0 && setup == PRECONDITION_FLAG_1)
		return err_set(err, ERR_SECURE_BOOT_OFF, 0,
			"The firmware is in setup mode: it has no platform key, and anybody may change its keys.");
	if (precondition_check_secure_boot(doctor->inputs->root_fd, err) < 0)
		return setup == PRECONDITION_FLAG_1 ? err_wrap(err, "The firmware is in setup mode")
						    : -1;
	if (doctor->secure_boot == PRECONDITION_FLAG_UNKNOWN)
		doctor_skip(finding,
			"The kernel does not show the firmware's variable SecureBoot (efivarfs is not mounted, or not readable); what was measured decides.");
	else
		doctor_ok(finding, "Secure Boot is on, as the firmware's variable says.");
	return 0;
}

/* ---- TPM ---- */

/* The process that has one of the TPM's devices open, from /proc. */
struct holder {
	char pid[16], name[32];
};

static bool is_tpm_device(int fds, const char *name)
{
	char target[PATH_SIZE];
	ssize_t len = readlinkat(fds, name, target, sizeof(target) - 1);

	if (len <= 0)
		return false;
	target[len] = '\0';
	return strcmp(target, "/dev/tpm0") == 0 || strcmp(target, "/dev/tpmrm0") == 0;
}

static void dir_cleanup(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static DIR *open_dir(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !dir)
		(void)close(fd);
	return dir;
}

static bool holds_tpm(int proc_fd, const char *pid, unsigned *looked)
{
	char path[PATH_SIZE];
	auto_cleanup(dir) DIR *fds = NULL;

	if (!text_format(path, sizeof(path), "%s/fd", pid))
		return false;
	fds = open_dir(proc_fd, path);
	if (!fds)
		return false;
	for (const struct dirent *entry = readdir(fds); entry; entry = readdir(fds))
		if (++*looked > MAX_LOOKED || is_tpm_device(dirfd(fds), entry->d_name))
			return *looked <= MAX_LOOKED;
	return false;
}

static void read_process_name(int proc_fd, const char *pid, struct holder *ret)
{
	auto_cleanup(buf) struct buf text = buf_with_max(sizeof(ret->name));
	char path[PATH_SIZE];
	struct err ignored;

	(void)text_format(ret->pid, sizeof(ret->pid), "%s", pid);
	(void)text_format(path, sizeof(path), "%s/comm", pid);
	if (file_read(proc_fd, path, FILE_NO_LINKS, &text, &ignored) == 0 && text.len)
		(void)text_format(ret->name, sizeof(ret->name), "%.*s", (int)(text.len - 1),
			(const char *)text.data);
}

static bool find_holder(int root_fd, struct holder *ret)
{
	auto_cleanup(dir) DIR *processes = open_dir(root_fd, "proc");
	unsigned looked = 0;

	if (!processes)
		return false;
	for (const struct dirent *entry = readdir(processes); entry; entry = readdir(processes)) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
			!holds_tpm(dirfd(processes), entry->d_name, &looked))
			continue;
		read_process_name(dirfd(processes), entry->d_name, ret);
		return true;
	}
	return false;
}

static int list_devices(int root_fd, json *details, struct err *err)
{
	static const char *const nodes[] = {"/dev/tpmrm0", "/dev/tpm0"};
	json *list = json_add_array(details, "devices");
	bool is_found;

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		if (file_find(root_fd, nodes[i] + 1, &is_found, err) < 0)
			return -1;
		if (is_found)
			json_add_text(list, NULL, nodes[i]);
	}
	return 0;
}

static int add_holder(const struct doctor *doctor, json *details, struct err *err)
{
	struct holder holder = {0};

	if (err->code != ERR_TPM_OPEN || !find_holder(doctor->inputs->root_fd, &holder))
		return -1;
	json_add_known_text(details, "heldBy", holder.name);
	return err_wrap(err, "Process %s (%s) has the TPM open", holder.pid, holder.name);
}

int doctor_tpm(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const char *tcti = doctor->inputs->tcti ? doctor->inputs->tcti
			   : doctor->is_enabled ? doctor->service.tcti
						: "";
	struct tpm_identity identity;
	char firmware[32];

	if (list_devices(doctor->inputs->root_fd, finding->details, err) < 0)
		return -1;
	if (precondition_check_vtpm(doctor->inputs->root_fd, tcti, err) < 0)
		return doctor_skip_on_bios(doctor, finding, ERR_NO_VTPM, err);
	if (!tcti[0])
		tcti = tpm_machine_tcti(doctor->inputs->root_fd);
	json_add_known_text(finding->details, "way", tcti);
	if (tpm_open(tcti, &doctor->tpm, err) < 0)
		return add_holder(doctor, finding->details, err);
	if (tpm_read_identity(doctor->tpm, &identity, err) < 0)
		return -1;
	(void)text_format(firmware, sizeof(firmware), "%08X.%08X", identity.firmware[0],
		identity.firmware[1]);
	json_add_known_text(finding->details, "manufacturer", identity.manufacturer);
	json_add_known_text(finding->details, "firmware", firmware);
	doctor_ok(finding, "The TPM answers at %s: manufacturer %s, firmware %s.", tcti,
		identity.manufacturer[0] ? identity.manufacturer : "unnamed", firmware);
	return 0;
}

/* ---- attestation key and certificate ---- */

int doctor_key(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	struct tpm_public public;

	if (tpm_read_ak_public(doctor->tpm, &public, err) < 0 ||
		binding_check_ak(&public, &doctor->ak, err) < 0)
		return -1;
	doctor->has_ak = true;
	doctor_ok(finding, "The attestation key at 0x%08X is as the platform makes it.",
		TPM_AK_HANDLE);
	return 0;
}

static int check_dates(const struct crypto_cert_info *cert, int64_t now_s,
	struct doctor_finding *finding, struct err *err)
{
	int64_t days = (cert->not_after_s - now_s) / DAY_S;
	char from[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];

	clock_text(cert->not_before_s, from);
	clock_text(cert->not_after_s, until);
	json_add_known_text(finding->details, "subject", cert->subject);
	json_add_known_text(finding->details, "issuer", cert->issuer);
	json_add_known_text(finding->details, "notAfter", until);
	json_add_int(finding->details, "daysLeft", days);
	if (now_s > cert->not_after_s)
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"The attestation key's certificate expired on %s.", until);
	if (now_s < cert->not_before_s)
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"The attestation key's certificate counts from %s on only: look at the VM's clock.",
			from);
	if (days < SOON_DAYS)
		doctor_warn(finding, ERR_AK_CERT_ENDS,
			"The attestation key's certificate, issued by %s, is valid for %lld more days only.",
			cert->issuer, (long long)days);
	else
		doctor_ok(finding, "Certificate of %s, issued by %s, valid for %lld more days.",
			cert->subject, cert->issuer, (long long)days);
	return 0;
}

/* Without the key, the certificate is only parsed, to show its subject. */
static int read_certificate(const struct doctor *doctor, struct bytes der,
	struct crypto_cert_info *ret, struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;

	if (doctor->has_ak)
		return binding_check_cert(der, &doctor->ak, ret, err);
	if (crypto_cert_parse(der, &cert, err) < 0)
		return err_as(err, ERR_AK_CERT_INVALID);
	crypto_cert_info(cert, ret);
	return 0;
}

int doctor_certificate(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	auto_cleanup(buf) struct buf der = buf_with_max(TPM_MAX_CERT);
	struct crypto_cert_info info;

	if (tpm_read_ak_cert(doctor->tpm, &der, err) < 0 ||
		read_certificate(doctor, buf_bytes(&der), &info, err) < 0)
		return -1;
	json_add_bool(finding->details, "isForKey", doctor->has_ak);
	return check_dates(&info, doctor->inputs->now_s, finding, err);
}

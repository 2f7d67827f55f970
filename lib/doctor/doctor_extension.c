/* Checks of what the guest agent and `enable` left on this machine. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "doctor/doctor_checks.h"
#include "memory/running.h"
#include "net/trust_store.h"
#include "setup/systemd.h"

int doctor_enabled(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct record *service = &doctor->service;
	char since[CLOCK_TEXT_SIZE];

	if (!doctor->is_enabled && doctor->not_enabled.code == ERR_NOT_ENABLED) {
		doctor_warn(finding, ERR_NOT_ENABLED, "%s", doctor->not_enabled.msg);
		return 0;
	}
	if (!doctor->is_enabled) {
		*err = doctor->not_enabled;
		return -1;
	}
	clock_text(service->enabled_at_s, since);
	json_add_known_text(finding->details, "version", service->program_version);
	json_add_known_text(finding->details, "home", service->home);
	json_add_int(finding->details, "sequence", service->environment.sequence);
	json_add_known_text(finding->details, "enabledAt", since);
	doctor_ok(finding, "Version %s is enabled since %s with settings number %u.",
		service->program_version, since, service->environment.sequence);
	return 0;
}

/* ---- settings ---- */

/* Folders that ProtectHome= and PrivateTmp= of the service's unit hide from the service, although
 * root can read them here. */
static bool is_hidden_from_unit(const char *path)
{
	static const char *const folders[] = {"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static int check_ca_file(
	int root_fd, const char *setting, const char *path, json *details, struct err *err)
{
	const struct trust_store trust = {.ca_file = path};
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};
	bool has_systemd;
	char name[32];

	if (!path[0])
		return 0;
	if (systemd_is_here(root_fd, &has_systemd, err) < 0)
		return -1;
	if (has_systemd && is_hidden_from_unit(path))
		return err_set(err, ERR_CA_FILE, 0,
			"'%s' of the setting %s is in a folder that the service does not see.",
			path, setting);
	if (trust_store_load(&trust, &set, err) < 0)
		return err_wrap(err, "Setting %s", setting);
	(void)text_format(name, sizeof(name), "%sCertificates", setting);
	json_add_int(details, name, (int64_t)set.count);
	return 0;
}

/* The text of a setting; NULL if it is no text, or may hold a secret, as the webhook's address may.
 */
static const char *shown_text(const struct settings *settings, enum setting setting)
{
	switch (setting) {
	case SETTING_MAA_ENDPOINT:
		return settings->endpoint;
	case SETTING_REGION_FALLBACK:
		return settings->region_fallback == REGION_FALLBACK_NEAREST ? "nearest" : "fail";
	case SETTING_FALLBACK_ENDPOINT:
		return settings->fallback_endpoint;
	case SETTING_CA_FILE:
		return settings->ca_file;
	case SETTING_EXTRA_CA_FILE:
		return settings->extra_ca_file;
	case SETTING_PROXY:
		return settings->proxy.is_none ? "none" : settings->proxy.url;
	case SETTING_NO_PROXY:
		return settings->proxy.no_proxy;
	case SETTING_SECURE_BOOT_2023:
		return renewal_action_names[settings->renewal];
	case SETTING_SUPPRESS:
		return settings->suppress.reason;
	case SETTING_LATCH:
		return latch_names[settings->latch];
	case SETTING_PROXY_USER:
	case SETTING_PROXY_PASSWORD:
	case SETTING_DISABLE_ALERTS:
	case SETTING_ALERT_WEBHOOK:
	case SETTING_ALERT_SECRET:
	case SETTING_REPORTING_FREQUENCY:
	case SETTING_RULES:
		return NULL;
	}
	return NULL;
}

static void add_settings(const struct settings *settings, json *details)
{
	json *warnings;

	for (enum setting setting = 0; settings_name(setting); setting++) {
		const char *text = shown_text(settings, setting);

		if (text)
			json_add_known_text(details, settings_name(setting), text);
	}
	json_add_bool(details, "disableAlerts", settings->alerts_disabled);
	json_add_bool(details, "hasAlertWebhook", settings->alert_webhook[0] != '\0');
	json_add_int(details, "periodMinutes", settings->period_s / 60);
	warnings = json_add_array(details, "warnings");
	for (size_t i = 0; i < settings->warning_count && i < SETTINGS_MAX_WARNINGS; i++)
		json_add_text(warnings, NULL, settings->warnings[i]);
}

int doctor_settings(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	struct settings *settings = &doctor->settings;
	int root_fd = doctor->inputs->root_fd;

	if (enabled_read_settings(root_fd, &doctor->service.environment, settings, err) < 0)
		return -1;
	doctor->has_settings = true;
	add_settings(settings, finding->details);
	if (check_ca_file(root_fd, "caFile", settings->ca_file, finding->details, err) < 0 ||
		check_ca_file(
			root_fd, "extraCaFile", settings->extra_ca_file, finding->details, err) < 0)
		return -1;
	if (settings->warning_count)
		doctor_warn(finding, ERR_SETTINGS_INVALID, "%s", settings->warnings[0]);
	else
		doctor_ok(finding,
			"Provider %s; an attestation every %u min; certificate authorities %s.",
			settings->endpoint[0] ? settings->endpoint : "of the VM's region",
			settings->period_s / 60,
			settings->ca_file[0] ? settings->ca_file : "of the system");
	return 0;
}

/* ---- the guest agent's folders ---- */

int doctor_package(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	bool is_found;

	if (running_find_home(doctor->inputs->root_fd, &doctor->service, &is_found, err) < 0)
		return -1;
	if (!is_found)
		return err_set(err, ERR_NOT_ENABLED, 0,
			"The package's folder '%s' is gone: the guest agent took the extension away, and the service ends.",
			doctor->service.home);
	doctor_ok(finding, "The package is at %s.", doctor->service.home);
	return 0;
}

static int check_folder(int root_fd, const char *path, struct err *err)
{
	auto_cleanup(fd) int fd = -1;
	struct statvfs info;

	if (environment_open_folder(root_fd, path, &fd, err) < 0) {
		if (err->native == ENOENT || err->native == ENOTDIR)
			err->code = ERR_ENVIRONMENT_INVALID;
		return -1;
	}
	if (fstatvfs(fd, &info) == 0 && info.f_flag & ST_RDONLY)
		return err_set(err, ERR_IO, EROFS,
			"Folder '%s' is on a file system that is mounted read-only.", path);
	if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return err_set(err, ERR_IO, (unsigned long)errno,
			"Folder '%s' cannot be written to: %m.", path);
	return 0;
}

int doctor_agent_folders(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct environment *environment = &doctor->service.environment;
	const struct {
		const char *name, *path;
	} folders[] = {
		{"config", environment->config_folder},
		{"status", environment->status_folder},
		{"log", environment->log_folder},
		{"events", environment->events_folder},
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		json_add_text(finding->details, folders[i].name, folders[i].path);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		/* an agent without the telemetry pipeline has no folder for events */
		if (folders[i].path[0] &&
			check_folder(doctor->inputs->root_fd, folders[i].path, err) < 0)
			return -1;
	doctor_ok(finding, "The folders for configuration, status, log%s are there and writable.",
		environment->events_folder[0] ? " and events" : "");
	return 0;
}

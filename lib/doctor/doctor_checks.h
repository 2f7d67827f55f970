/* doctor_checks.h - the checks of doctor.h, and what a check leaves for later ones. Internal to
 * doctor*.c.
 *
 * A check fills its finding (doctor_ok, doctor_warn, doctor_skip) and returns 0, or returns -1 with
 * the error that becomes its finding. */
#ifndef DOCTOR_DOCTOR_CHECKS_H
#define DOCTOR_DOCTOR_CHECKS_H

#include "agent/precondition.h"
#include "appraise/binding.h"
#include "appraise/verdict.h"
#include "boot/eventlog.h"
#include "doctor/doctor.h"
#include "maa/exchange.h"
#include "maa/imds.h"
#include "memory/enabled.h"
#include "net/probe.h"

struct doctor {
	const struct doctor_inputs *inputs;
	/* the enabled extension */
	bool is_enabled;
	int state_fd; /* -1 unless is_enabled */
	struct record service;
	struct err not_enabled; /* the reason, unless is_enabled */
	bool has_settings;
	struct settings settings;
	bool is_bios; /* firmware other than UEFI started this VM */
	/* this boot */
	enum precondition_flag secure_boot; /* the firmware's variable */
	struct tpm *tpm;
	bool has_ak;
	struct tpmwire_rsa_public ak;
	struct buf log_bytes;
	struct eventlog log; /* refers to log_bytes */
	bool has_measured;
	struct secureboot measured; /* proven by PCR 7 */
	struct evidence evidence; /* the appraised evidence; empty until it is collected */
	struct appraisal *appraisal; /* of a Healthy boot, else NULL */
	/* the provider, and the way to it */
	bool has_imds;
	struct imds imds;
	struct err no_imds; /* the reason, unless has_imds */
	struct way way;
	struct probe probe;
	struct exchange_facts answered; /* from the provider's first answer */
};

typedef int doctor_check(struct doctor *doctor, struct doctor_finding *finding, struct err *err);

void doctor_ok(struct doctor_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_warn(struct doctor_finding *finding, enum err_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Skips what a VM without UEFI lacks for that reason: it is no fault of its own. -1 for every other
 * error than `code`, and with UEFI. */
int doctor_skip_on_bios(const struct doctor *doctor, struct doctor_finding *finding,
	enum err_code code, const struct err *err) err_check;
void doctor_skip(struct doctor_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The checks in the chain's order: X(part, name, function, needs...). A check is skipped if one of
 * the checks that it needs has failed. */
/* clang-format off */
#define DOCTOR_CHECKS(X) \
	X(MACHINE,   "machine",              doctor_machine) \
	X(MACHINE,   "firmware",             doctor_firmware) \
	X(MACHINE,   "secure-boot",          doctor_secure_boot, doctor_firmware) \
	X(MACHINE,   "tpm",                  doctor_tpm) \
	X(MACHINE,   "attestation-key",      doctor_key, doctor_tpm) \
	X(MACHINE,   "ak-certificate",       doctor_certificate, doctor_tpm) \
	X(BOOT,      "event-log",            doctor_event_log) \
	X(BOOT,      "measurements",         doctor_measurements, doctor_tpm, doctor_event_log) \
	X(BOOT,      "measured-secure-boot", doctor_measured_secure_boot, doctor_measurements) \
	X(BOOT,      "secure-boot-2023",     doctor_renewal, doctor_measured_secure_boot) \
	X(BOOT,      "appraisal",            doctor_appraisal, doctor_key, doctor_certificate, doctor_measured_secure_boot) \
	X(EXTENSION, "extension",            doctor_enabled) \
	X(EXTENSION, "settings",             doctor_settings, doctor_enabled) \
	X(EXTENSION, "package",              doctor_package, doctor_enabled) \
	X(EXTENSION, "agent-folders",        doctor_agent_folders, doctor_enabled) \
	X(EXTENSION, "state-folder",         doctor_state_folder) \
	X(EXTENSION, "service",              doctor_service, doctor_enabled) \
	X(EXTENSION, "last-result",          doctor_last_result, doctor_enabled) \
	X(NETWORK,   "metadata",             doctor_metadata) \
	X(NETWORK,   "provider",             doctor_provider) \
	X(NETWORK,   "proxy",                doctor_proxy, doctor_provider) \
	X(NETWORK,   "name",                 doctor_name, doctor_proxy) \
	X(NETWORK,   "connection",           doctor_connection, doctor_name) \
	X(NETWORK,   "tls",                  doctor_tls, doctor_connection) \
	X(NETWORK,   "provider-documents",   doctor_documents, doctor_tls) \
	X(NETWORK,   "clock",                doctor_time)
/* clang-format on */

#define DOCTOR_CHECK(part, word, check, ...) doctor_check check;
DOCTOR_CHECKS(DOCTOR_CHECK)
#undef DOCTOR_CHECK

#endif

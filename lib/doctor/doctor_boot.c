/* Checks of what this boot measured: the log, whether it leads to the TPM's PCRs, and what PCR 7
 * proves. */
#include "appraise/renewal.h"
#include "appraise/replay.h"
#include "appraise/verdict.h"
#include "attest/collect.h"
#include "doctor/doctor_checks.h"

int doctor_event_log(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct collect_sources sources = {.root_fd = doctor->inputs->root_fd};

	if (precondition_check_event_log(doctor->inputs->root_fd, err) < 0)
		return doctor_skip_on_bios(doctor, finding, ERR_NO_EVENT_LOG, err);
	if (collect_read_log(&sources, &doctor->log_bytes, err) < 0)
		return -1;
	json_add_int(finding->details, "bytes", (int64_t)doctor->log_bytes.len);
	if (eventlog_open(buf_bytes(&doctor->log_bytes), &doctor->log, err) < 0)
		return -1;
	json_add_int(finding->details, "events", doctor->log.event_count);
	doctor_ok(finding, "The boot's event log has %u events in %zu bytes.",
		doctor->log.event_count, doctor->log_bytes.len);
	return 0;
}

int doctor_measurements(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	auto_cleanup(findings) struct findings found = {0};
	struct tpm_pcrs pcrs, led_to;

	if (tpm_read_pcrs(doctor->tpm, TPM_BOOT_PCR_MASK, &pcrs, err) < 0 ||
		replay_sha256(&doctor->log, &led_to, err) < 0)
		return -1;
	(void)replay_compare(&doctor->log, &led_to, &pcrs, &found);
	if (findings_check(&found, err) < 0 || replay_check_data(&doctor->log, pcrs.mask, err) < 0)
		return -1;
	doctor_ok(finding,
		"The event log leads to the TPM's PCRs 0 to 7, and its data is what was measured.");
	return 0;
}

int doctor_measured_secure_boot(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	struct secureboot *facts = &doctor->measured;
	bool is_shown_on = doctor->secure_boot == PRECONDITION_FLAG_1;

	if (secureboot_read(&doctor->log, facts, err) < 0)
		return -1;
	doctor->has_measured = true;
	json_add_bool(finding->details, "isEnabled", facts->is_enabled);
	json_add_known_text(finding->details, "vmId", facts->vm_id);
	if (!facts->is_enabled)
		return err_set(err, ERR_SECURE_BOOT_OFF, 0, "This VM booted with Secure Boot off%s.",
			is_shown_on ? ", although the firmware's variable says that it is on" : "");
	doctor_ok(finding,
		"Secure Boot was on when this VM booted, as measured in PCR 7; certificates: PK %zu, KEK %zu, db %zu; hashes in dbx: %zu.",
		facts->keys[UEFI_PK].cert_count, facts->keys[UEFI_KEK].cert_count,
		facts->keys[UEFI_DB].cert_count, facts->keys[UEFI_DBX].hash_count);
	return 0;
}

/* What it means that certificates are missing. Settings that cannot be read are a finding of
 * doctor_settings. */
static int read_action(const struct doctor *doctor, enum renewal_action *ret, struct err *err)
{
	auto_cleanup(free) struct settings *settings = calloc(1, sizeof(*settings));
	struct err ignored;

	*ret = RENEWAL_WARN;
	if (!settings)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the settings.");
	if (doctor->is_enabled && enabled_read_settings(doctor->inputs->root_fd,
					  &doctor->service.environment, settings, &ignored) == 0)
		*ret = settings->renewal;
	settings_done(settings);
	return 0;
}

int doctor_renewal(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	struct renewal_variables now;
	struct renewal renewal;
	enum renewal_action action;
	char text[RENEWAL_TEXT_SIZE];

	if (read_action(doctor, &action, err) < 0)
		return -1;
	renewal_look(doctor->inputs->root_fd, &now);
	renewal = renewal_of(&doctor->measured.renewal, &now);
	renewal_text(&renewal, text);
	json_add_known_text(finding->details, "state", renewal_state_name(renewal.state));
	json_add_bool(finding->details, "isPending", renewal.is_pending);
	json_add_text(finding->details, "secureBoot2023", renewal_action_names[action]);
	if (renewal_check(&renewal, action, err) < 0)
		return -1;
	if (renewal.is_due && action == RENEWAL_WARN)
		doctor_warn(finding, ERR_CERTIFICATES_2011, "%s%s", text,
			renewal.is_pending ? " The firmware's variables hold them since this boot."
					   : "");
	else if (renewal.state == RENEWAL_UNKNOWN)
		doctor_skip(
			finding, "KEK and db tell nothing of Secure Boot's certificates of 2023.");
	else
		doctor_ok(finding, "Secure Boot's certificates of 2023: %s.%s%s",
			renewal_state_text(renewal.state), text[0] ? " " : "", text);
	return 0;
}

/* Appraises the boot as an attestation does, without the provider. Removes the key that it
 * creates. */
static int appraise_boot(struct doctor *doctor, struct appraisal *ret, struct err *err)
{
	const struct collect_sources sources = {.root_fd = doctor->inputs->root_fd};
	struct machine_view observed;

	if (collect_stored(doctor->tpm, &sources, &doctor->evidence, err) < 0 ||
		collect_signed(doctor->tpm, &doctor->evidence, err) < 0 ||
		tpm_flush_key(doctor->tpm, err) < 0)
		return -1;
	appraise_evidence(&doctor->evidence, BINDING_NULL_ONLY, ret);
	if (collect_machine_view(doctor->tpm, &sources, &observed, err) < 0)
		return -1;
	machine_view_compare(&observed, ret);
	return 0;
}

int doctor_appraisal(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	auto_cleanup(appraisal) struct appraisal *appraisal = NULL;
	json *remarks;

	if (appraisal_new(&appraisal, err) < 0 || appraise_boot(doctor, appraisal, err) < 0)
		return -1;
	json_add_known_text(finding->details, "health", health_name(appraisal->verdict.health));
	remarks = json_add_array(finding->details, "remarks");
	for (size_t i = 0; i < appraisal->remark_count; i++)
		json_add_text(remarks, NULL, appraisal->remarks[i].msg);
	if (appraisal->verdict.health != HEALTH_HEALTHY) {
		*err = appraisal->verdict.reason;
		return -1;
	}
	if (appraisal->remark_count)
		doctor_warn(finding, appraisal->remarks[0].code, "%s", appraisal->remarks[0].msg);
	else
		doctor_ok(finding,
			"This VM's own check of its boot: Healthy. The TPM signs and certifies as it should.");
	doctor->appraisal = steal_ptr(appraisal);
	return 0;
}

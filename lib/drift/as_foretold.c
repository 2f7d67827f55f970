#include "drift/as_foretold.h"

#include <string.h>
#include "boot/pcr.h"
#include "disk/foretold_record.h"
#include "disk/packages.h"
#include "drift/explain_file.h"

static bool is_pcr(const struct tpm_pcrs *pcrs, uint32_t pcr, const uint8_t *value)
{
	return memcmp(pcrs->digest[pcr], value, TPM_DIGEST_SIZE) == 0;
}

static void explain_program(const struct foretold_record *record, struct drift_difference *difference)
{
	const struct component *component = &difference->after;
	char date[EXPLAIN_DATE_SIZE];

	if (!drift_has_component(difference) || difference->change == DRIFT_REMOVED ||
		component->pcr != PCR_PROGRAMS || component->folded || drift_is_explained(difference))
		return;
	explain_date_text(record->seen_s, date);
	for (size_t i = 0; i < record->count; i++)
		if (memcmp(record->explained[i].sha256, component->sha256, CRYPTO_SHA256_SIZE) == 0)
			explanation_set(&difference->explanation, EXPLANATION_PACKAGE,
				"%s, as foretold on %s", record->explained[i].text, date);
}

void as_foretold_explain(const struct as_foretold_inputs *inputs, struct drift *drift)
{
	struct foretold_record record;
	uint8_t packages[CRYPTO_SHA256_SIZE];
	bool is_of_this_boot;
	struct err ignored;

	if (inputs->root_fd < 0 || !inputs->pcrs ||
		foretold_record_load(inputs->state_fd, &record, &ignored) != STATE_LOADED)
		return;
	is_of_this_boot = inputs->boot_id[0] && strcmp(record.boot_id, inputs->boot_id) != 0 &&
			  is_pcr(inputs->pcrs, PCR_PROGRAMS, record.programs) &&
			  is_pcr(inputs->pcrs, PCR_SECURE_BOOT, record.secure_boot) &&
			  packages_stamp(inputs->root_fd, packages, &ignored) == 0 &&
			  memcmp(packages, record.packages, sizeof(packages)) == 0;
	if (!is_of_this_boot)
		return;
	for (size_t i = 0; i < drift->count; i++)
		explain_program(&record, &drift->differences[i]);
}

#include "drift/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct components *variant, const struct components *boot)
{
	auto_cleanup(drift) struct drift drift = {0};
	struct rules rules = rules_default();
	struct drift_judgement judgement;
	struct err err;

	if (drift_find(variant, 1, boot, &drift, &err) == 0)
		drift_judge(&rules, boot, &drift, &judgement);
}

/* What was read is compared too: every name and number in it is put to use. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_cleanup(baseline) struct baseline baseline = {0};
	struct components nothing = {.listed = 0xFFFFFF};
	struct components hidden = {.listed = 0xFF, .hidden = 0x4300};
	struct err err;

	if (baseline_parse((struct bytes){data, size}, &baseline, &err) < 0)
		return 0;
	for (size_t i = 0; i < baseline.count; i++) {
		judge(&baseline.variants[i].components, &baseline.variants[0].components);
		judge(&nothing, &baseline.variants[i].components);
		judge(&baseline.variants[i].components, &hidden);
	}
	return 0;
}

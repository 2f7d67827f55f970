/* The disk is in another VM now, and firmware, devices and variables are that VM's. They are judged
 * as one change, that of the VM's identifier. */
#include <string.h>
#include "drift/drift.h"

/* The host's firmware measures the VM's identifier before any program of the disk runs. Malware can
 * measure another identifier later and edit the log's text, but the replay of PCR 6 fails unless
 * the log still has the old identifier's digest. */
static bool is_other_vm(const struct components *boot, const struct drift *drift)
{
	const struct drift_difference *id = NULL;
	size_t ids = 0;

	for (size_t i = 0; i < drift->count; i++) {
		if (drift_shown(&drift->differences[i])->kind != COMPONENT_VM_ID)
			continue;
		if (id)
			return false;
		id = &drift->differences[i];
	}
	if (!id || id->change != DRIFT_CHANGED || !id->before.is_bound || !id->after.is_bound)
		return false;
	for (size_t i = 0; i < boot->count; i++) {
		const struct component *item = &boot->items[i];

		ids += item->kind == COMPONENT_VM_ID;
		if (memcmp(item->sha256, id->before.sha256, sizeof(item->sha256)) == 0 ||
			(item->kind == COMPONENT_FIRMWARE_CONFIG && item->folded))
			return false;
	}
	return ids == 1;
}

/* Firmware, devices and firmware variables belong to the VM; everything else is on its disk. */
static const uint32_t kinds_of_vm =
	1u << COMPONENT_FIRMWARE | 1u << COMPONENT_FIRMWARE_CONFIG | 1u << COMPONENT_DRIVER |
	1u << COMPONENT_BOOT_ORDER | 1u << COMPONENT_BOOT_OPTION | 1u << COMPONENT_PK |
	1u << COMPONENT_KEK | 1u << COMPONENT_DB | 1u << COMPONENT_DBX | 1u << COMPONENT_AUTHORITY |
	1u << COMPONENT_SBAT | 1u << COMPONENT_SECURE_BOOT_SETTING | 1u << COMPONENT_MOK;

void drift_explain_other_vm(const struct components *boot, struct drift *drift)
{
	if (!is_other_vm(boot, drift))
		return;
	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];

		if (drift_has_component(difference) &&
			kinds_of_vm & 1u << drift_shown(difference)->kind)
			drift_explain_as(difference, EXPLANATION_OTHER_VM);
	}
}

#include "foretell/foretell_record.h"

#include <string.h>
#include "base/text.h"
#include "boot/pcr.h"
#include "disk/foretold_record.h"
#include "disk/packages.h"

/* Only what a package explained: all else is looked at anew after the restart. */
static void keep_explained(const struct foretell *foretell, struct foretold_record *record)
{
	for (size_t i = 0; i < foretell->chain.count && record->count < FORETOLD_RECORD_MAX; i++) {
		struct foretold_explained *kept = &record->explained[record->count];

		if (foretell->changes[i].how != FORETELL_BY_PACKAGE)
			continue;
		memcpy(kept->sha256, foretell->chain.items[i].program->sha256, sizeof(kept->sha256));
		(void)text_format(kept->text, sizeof(kept->text), "%s", foretell->changes[i].text);
		record->count++;
	}
}

int foretell_record(const struct next_boot_round *round, const struct foretell *foretell,
	const uint8_t packages[CRYPTO_SHA256_SIZE], struct err *err)
{
	const struct foretold *foretold = &foretell->foretold;
	struct foretold_record record = {.seen_s = round->now_s};

	if (!foretold->programs.is_foretold || !foretold->secure_boot.is_foretold)
		return 0;
	(void)text_format(record.boot_id, sizeof(record.boot_id), "%s", round->boot_id);
	memcpy(record.programs, foretold->programs.next, sizeof(record.programs));
	memcpy(record.secure_boot, foretold->secure_boot.next, sizeof(record.secure_boot));
	keep_explained(foretell, &record);
	if (packages_stamp(round->root_fd, record.packages, err) < 0)
		return -1;
	return memcmp(record.packages, packages, sizeof(record.packages)) == 0
		       ? foretold_record_save(round->state_fd, &record, err)
		       : 0;
}

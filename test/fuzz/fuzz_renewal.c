/* Secure Boot's certificates and revocations beside the published ones: all entries are counted
 * once, a level is one of the table's, a second reading comes to the same, and texts are clean. */
#include <stdlib.h>
#include <string.h>
#include "appraise/renewal_facts.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static size_t count_entries(struct bytes value)
{
	struct uefi_signature_walk walk = uefi_signature_walk(value);
	struct uefi_signature entry;
	size_t count = 0;

	while (uefi_signature_next(&walk, &entry))
		count++;
	return count;
}

static void check_certs(struct bytes value, const struct known_certs *certs)
{
	size_t known = (size_t)__builtin_popcount(certs->found), all = count_entries(value);

	check(certs->found < 1u << KNOWN_CERT_COUNT && certs->others <= all);
	check(certs->others + known <= all && (known > 0 || certs->others == all));
}

static void check_level(const struct dbx_level *level)
{
	char text[RENEWAL_LEVEL_SIZE];

	renewal_dbx_text(level, text);
	check(text_is_utf8(bytes_of_text(text)) && strlen(text) + 1 < sizeof(text));
	if (!level->is_known) {
		check(!level->held && !level->latest && !level->missing && !text[0]);
		return;
	}
	check(level->latest && level->architecture && text[0]);
	/* what lacks entries of the latest list does not hold it */
	check(level->held || level->missing);
	check(!level->held || (strcmp(level->held, level->latest) == 0) == (level->missing == 0));
}

static void check_words(const struct renewal *renewal)
{
	char text[RENEWAL_TEXT_SIZE], remedy[RENEWAL_TEXT_SIZE];

	renewal_text(renewal, text);
	renewal_remedy(renewal, remedy);
	check((text[0] != '\0') == renewal->is_due && (remedy[0] != '\0') == renewal->is_due);
	check(!renewal->is_due || renewal->state != RENEWAL_READY);
	check(renewal->state != RENEWAL_UNKNOWN || !renewal->is_due);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes value = {data, size};
	struct renewal_variables variables = {0}, none = {0}, again = {0};
	struct renewal renewal;

	for (int i = 0; i < UEFI_KEYS; i++) {
		renewal_read((enum uefi_keys)i, value, &variables);
		renewal_read((enum uefi_keys)i, value, &again);
		check_certs(value, &variables.certs[i]);
		check(variables.certs[i].found == again.certs[i].found);
	}
	check_level(&variables.dbx_level);
	renewal = renewal_of(&variables, &none);
	check_words(&renewal);
	renewal = renewal_of(&none, &variables);
	check(!renewal.is_measured && !renewal.is_pending);
	check_words(&renewal);
	return 0;
}

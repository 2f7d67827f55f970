#include "appraise/unquoted.h"

#include <string.h>
#include "appraise/replay.h"
#include "base/text.h"

#define JUDGED_MASK (1u << 8 | 1u << 9 | 1u << 14)
#define UNIFIED_PCR 11
/* compared even if the log has no event of them */
#define EMPTY_MASK (JUDGED_MASK | 1u << UNIFIED_PCR | 1u << 12 | 1u << 13)

/* systemd-pcrphase.service(8): the words in the order in which a boot measures them. An initramfs
 * without systemd skips the first two. */
static const char *const phases[] = {
	"enter-initrd", "leave-initrd", "sysinit", "ready", "shutdown", "final"};

static bool leads_through_phases(
	const uint8_t from[TPM_DIGEST_SIZE], size_t first, const uint8_t to[TPM_DIGEST_SIZE])
{
	uint8_t word[TPM_DIGEST_SIZE], value[TPM_DIGEST_SIZE];
	const struct bytes parts[] = {{value, sizeof(value)}, {word, sizeof(word)}};

	memcpy(value, from, sizeof(value));
	for (size_t i = first; i < sizeof(phases) / sizeof(phases[0]); i++) {
		uint8_t extended[TPM_DIGEST_SIZE];

		crypto_sha256(bytes_of_text(phases[i]), word);
		crypto_digest(CRYPTO_SHA256, parts, 2, extended);
		memcpy(value, extended, sizeof(value));
		if (memcmp(value, to, sizeof(value)) == 0)
			return true;
	}
	return false;
}

static bool is_by_phases(
	uint32_t pcr, const uint8_t led_to[TPM_DIGEST_SIZE], const uint8_t held[TPM_DIGEST_SIZE])
{
	return pcr == UNIFIED_PCR &&
	       (leads_through_phases(led_to, 0, held) || leads_through_phases(led_to, 2, held));
}

/* Sets the error for the first PCR of the mask. */
static int explain_first(const struct eventlog *log, uint32_t mask, const struct tpm_pcrs *led_to,
	const struct tpm_pcrs *read, enum err_code code, struct err *err)
{
	uint32_t pcr = (uint32_t)__builtin_ctz(mask);

	return replay_explain(log, pcr, read->digest[pcr], led_to->digest[pcr], code, err);
}

int unquoted_compare(const struct eventlog *log, const struct tpm_pcrs *led_to,
	const struct tpm_pcrs *read, struct unquoted_pcrs *ret, struct err *err)
{
	struct unquoted_pcrs found = {
		.compared = (led_to->mask | EMPTY_MASK) & read->mask & UNQUOTED_MASK};
	struct replay_stand stand;

	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		uint32_t bit = found.compared & 1u << pcr;
		const uint8_t *held = read->digest[pcr];

		if (!bit)
			continue;
		if (memcmp(led_to->digest[pcr], held, TPM_DIGEST_SIZE) == 0)
			found.as_logged |= bit;
		else if (bit & JUDGED_MASK)
			*(replay_stands_at(log, pcr, held, &stand) ? &found.unmeasured
								   : &found.beyond) |= bit;
		else
			*(is_by_phases(pcr, led_to->digest[pcr], held) ? &found.by_phases
								       : &found.grown) |= bit;
	}
	*ret = found;
	if (found.unmeasured)
		return explain_first(log, found.unmeasured, led_to, read, ERR_LOG_NOT_MEASURED, err);
	return found.beyond ? explain_first(log, found.beyond, led_to, read, ERR_PCR_BEYOND_LOG, err)
			    : 0;
}

void unquoted_text(uint32_t mask, char ret[UNQUOTED_TEXT_SIZE])
{
	ret[0] = '\0';
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (mask & 1u << pcr)
			(void)text_list_add(ret, UNQUOTED_TEXT_SIZE, "%u", pcr);
}

#include "memory/proof.h"

#include <string.h>
#include "base/text.h"
#include "maa/token.h"

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Saturates instead of overflowing, because the times come from the provider or from a damaged
 * file. */
static int64_t difference(int64_t later, int64_t earlier)
{
	int64_t result;

	if (__builtin_sub_overflow(later, earlier, &result))
		return later < earlier ? INT64_MIN : INT64_MAX;
	return result;
}

struct proof proof_of_token(const struct moment *asked, int64_t issued_s, int64_t expires_s)
{
	/* a slow wall clock must not extend the lifetime that the provider gave */
	int64_t life_s =
		smaller(difference(expires_s, issued_s), difference(expires_s, asked->time.wall_s));
	struct proof proof = {.issued_s = issued_s,
		.expires_s = expires_s,
		.asked_boot_s = asked->time.boot_s,
		.life_s = life_s < 0 ? 0 : smaller(life_s, UINT32_MAX)};

	(void)text_format(proof.boot_id, sizeof(proof.boot_id), "%s", asked->boot_id);
	return proof;
}

enum proof_state proof_judge(const struct proof *proof, const struct moment *now, uint32_t *ret_left_s)
{
	int64_t passed_s = difference(now->time.boot_s, proof->asked_boot_s);
	/* CLOCK_BOOTTIME never goes back within a boot. If it seems to, in another time namespace,
	 * the proof does not count. */
	int64_t left_s = smaller(passed_s < 0 ? 0 : difference(proof->life_s, passed_s),
		difference(proof->expires_s, now->time.wall_s));
	enum proof_state state = PROOF_COUNTS;

	if (!proof->boot_id[0])
		state = PROOF_ABSENT;
	else if (strcmp(proof->boot_id, now->boot_id) != 0)
		state = PROOF_OF_OTHER_BOOT;
	else if (difference(proof->issued_s, now->time.wall_s) > TOKEN_CLOCK_SKEW_S)
		state = PROOF_AHEAD;
	else if (left_s <= 0)
		state = PROOF_ENDED;
	if (ret_left_s)
		*ret_left_s = state == PROOF_COUNTS ? (uint32_t)smaller(left_s, UINT32_MAX) : 0;
	return state;
}

void proof_text(const struct proof *proof, enum proof_state state, char ret[PROOF_TEXT_SIZE])
{
	char issued[CLOCK_TEXT_SIZE], expires[CLOCK_TEXT_SIZE];

	clock_text(proof->issued_s, issued);
	clock_text(proof->expires_s, expires);
	ret[0] = '\0';
	if (state == PROOF_OF_OTHER_BOOT)
		(void)text_format(ret, PROOF_TEXT_SIZE,
			"The last proof is of an earlier boot and says nothing about this one.");
	else if (state == PROOF_ENDED)
		(void)text_format(ret, PROOF_TEXT_SIZE,
			"The last proof of this boot ended: its token was valid until %s.", expires);
	else if (state == PROOF_AHEAD)
		(void)text_format(ret, PROOF_TEXT_SIZE,
			"The VM's clock was set back before %s, when the last proof was issued.",
			issued);
}

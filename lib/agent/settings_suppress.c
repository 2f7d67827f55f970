/* The setting suppress: an object with an end and a reason, both required. */
#include "agent/settings_read.h"

#include "base/clock.h"
#include "base/text.h"

#define TAKES "an object like {\"until\": \"2026-01-31T12:00:00Z\", \"reason\": \"maintenance\"}"

int settings_read_suppress(const struct settings_tree *tree, struct suppress *ret, struct err *err)
{
	struct settings_member member = settings_tree_find(tree, SETTING_SUPPRESS);
	const char *until = json_text(json_get_nocase(member.value, "until"));
	const char *reason = json_text(json_get_nocase(member.value, "reason"));

	const char *nothing = json_text(member.value);

	if (!member.value || (nothing && !nothing[0]))
		return 0;
	if (json_count(member.value) != 2 || !until || !clock_parse(until, &ret->until_s) ||
		ret->until_s <= 0 || !reason || !reason[0])
		return settings_refuse(&member, ERR_SETTINGS_INVALID, TAKES, err);
	text_clean(ret->reason, sizeof(ret->reason), bytes_of_text(reason));
	return 0;
}

uint32_t suppress_left_s(const struct suppress *suppress, int64_t now_s)
{
	return now_s < suppress->until_s && suppress->until_s - now_s <= SUPPRESS_MAX_S
		       ? (uint32_t)(suppress->until_s - now_s)
		       : 0;
}

#include "maa/keys_kept.h"

#include "maa/keys.h"

void keys_kept_done(struct keys_kept *kept)
{
	buf_done(&kept->text);
	*kept = (struct keys_kept){0};
}

static bool is_within(int64_t from_s, int64_t now_s, uint32_t fresh_s)
{
	return now_s >= from_s && now_s - from_s < fresh_s;
}

struct bytes keys_kept_for(
	struct keys_kept *kept, const struct http_origin *origin, const struct clock_time *now)
{
	if (!is_within(kept->at.wall_s, now->wall_s, kept->fresh_s) ||
		!is_within(kept->at.boot_s, now->boot_s, kept->fresh_s))
		keys_kept_done(kept);
	return http_same_origin(&kept->origin, origin) ? buf_bytes(&kept->text) : (struct bytes){0};
}

void keys_keep(struct keys_kept *kept, const struct http_origin *origin, struct bytes text,
	const struct clock_time *now, uint32_t fresh_s)
{
	struct buf copy = buf_with_max(KEYS_MAX_BYTES);
	struct err ignored;

	keys_kept_done(kept);
	if (fresh_s && buf_set(&copy, text, &ignored) == 0)
		*kept = (struct keys_kept){*origin, copy, *now, fresh_s};
	else
		buf_done(&copy);
}

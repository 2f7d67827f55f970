/* The result of a probe in words. */
#include "net/probe.h"

#include "base/clock.h"
#include "base/text.h"

#define SHORT_MS 500 /* a shorter time is not worth a mention */

const char *probe_step_name(enum probe_step step)
{
	static const char *const names[PROBE_STEPS] = {"name", "connection", "proxy", "TLS"};

	return step < PROBE_STEPS ? names[step] : "";
}

void probe_step_text(const struct probe *probe, enum probe_step step, char *ret, size_t size)
{
	const struct probe_part *part = &probe->parts[step];

	ret[0] = '\0';
	if (!part->is_tried)
		(void)text_format(ret, size, "not tried");
	else if (part->err.code != ERR_OK)
		(void)text_format(ret, size, "%s", part->err.msg);
	else if (step == PROBE_RESOLVE)
		for (size_t i = 0; i < probe->address_count; i++)
			(void)text_list_add(ret, size, "%s (%s)", probe->addresses[i].text,
				probe->addresses[i].is_private ? "private" : "public");
	else if (step == PROBE_CONNECT)
		(void)text_format(ret, size, "%s, %u ms", probe->addresses[probe->chosen].text,
			part->took_ms);
	else if (step == PROBE_TUNNEL)
		(void)text_format(ret, size, "%u %s, %u ms", probe->tunnel.status,
			probe->tunnel.reason, part->took_ms);
	else
		(void)text_format(ret, size, "%s, certificate of %s issued by %s, %u ms",
			probe->peer.version, probe->peer.subject, probe->peer.issuer, part->took_ms);
}

static void hint_text(const struct probe *probe, enum probe_step step, char ret[128])
{
	char there[CLOCK_TEXT_SIZE];

	ret[0] = '\0';
	if (step == PROBE_TLS && probe->is_name_filtered)
		(void)text_format(ret, 128, "%s",
			", but not without the server's name: something on the way filters by name");
	else if (step == PROBE_TLS && probe->peer.date_s) {
		clock_text(probe->peer.date_s, there);
		(void)text_format(ret, 128, ", and the server's, which is unproven, %s", there);
	}
}

int probe_explain(const struct probe *probe, uint32_t waited_ms, struct err *err)
{
	enum probe_step step = probe_failed_step(probe);
	const struct probe_part *part = &probe->parts[step < PROBE_STEPS ? step : 0];
	uint32_t longest_ms = part->took_ms > waited_ms ? part->took_ms : waited_ms;
	const char *address = probe->address_count ? probe->addresses[probe->chosen].text : "";
	char place[128], hint[128], time[32] = "";

	if (step == PROBE_STEPS)
		return 0;
	way_place_text(&probe->proxy, address, place, sizeof(place));
	hint_text(probe, step, hint);
	if (longest_ms >= SHORT_MS)
		(void)text_format(time, sizeof(time), ", after %.1f s", longest_ms / 1e3);
	return err_set(err, part->err.code, part->err.native, "%.100s:%u%s: %s%s%s.",
		probe->server.host, (unsigned int)probe->server.port, place, part->err.msg, hint,
		time);
}

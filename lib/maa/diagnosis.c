#include "maa/diagnosis.h"

#include <errno.h>
#include "base/clock.h"
#include "base/text.h"

#define LEAST_PROBE_MS 500

static bool is_of_the_way(enum err_code code)
{
	return err_info(code)->place == ERR_PLACE_WAY;
}

static void append_sentence(struct err *err, const char *text)
{
	struct err old = *err;

	err_fill(err, old.code, old.native, "%s %s", old.msg, text);
}

/* With TLS 1.3 a server that refuses the client lets it send the request first. */
static bool is_by_alert(const struct probe *probe, const struct err *err)
{
	return err_info(err->code)->place == ERR_PLACE_NO_ANSWER && probe->peer.alert;
}

void diagnosis_merge(const struct probe *probe, uint32_t waited_ms, struct err *err)
{
	struct err found;
	char text[ERR_MSG_SIZE];

	if (probe_explain(probe, waited_ms, &found) == 0) {
		(void)text_format(text, sizeof(text), "Right after, the way was open%s.",
			is_of_the_way(err->code) ? " up to TLS"
						 : ": name, connection and TLS were in order");
		append_sentence(err, text);
	} else if (err_info(found.code)->kind != ERR_KIND_NETWORK) {
		return; /* the probe itself failed, e.g. without memory */
	} else if (is_of_the_way(err->code) || is_by_alert(probe, err)) {
		*err = found;
	} else {
		(void)text_format(text, sizeof(text), "Right after: %s", found.msg);
		append_sentence(err, text);
	}
}

void diagnosis_make(
	const struct exchange *exchange, const struct exchange_facts *facts, struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t left_ms =
		exchange->deadline_ms ? exchange->deadline_ms - now_ms : 2 * DIAGNOSIS_PROBE_MS;
	struct probe_inputs inputs = {.way = &exchange->way,
		.now_s = exchange->now_s + (now_ms - exchange->now_ms) / 1000,
		.timeout_ms = DIAGNOSIS_PROBE_MS};
	struct probe *probe;

	if ((!is_of_the_way(err->code) && err_info(err->code)->place != ERR_PLACE_NO_ANSWER) ||
		left_ms < LEAST_PROBE_MS)
		return;
	if (left_ms / 2 < DIAGNOSIS_PROBE_MS)
		inputs.timeout_ms = (uint32_t)(left_ms / 2);
	/* the exchange waited that long for the name too */
	inputs.name_timeout_ms = (uint32_t)(left_ms - inputs.timeout_ms);
	/* some KiB; without memory the reason just stays less precise */
	probe = malloc(sizeof(*probe));
	if (!probe)
		return;
	probe_run(&inputs, probe);
	diagnosis_merge(probe, facts->took_ms, err);
	free(probe);
}

#include "attest/round_parts.h"

#include <stdlib.h>
#include "base/thread.h"
#include "base/text.h"

const char *round_metadata(const struct round_inputs *inputs)
{
	return inputs->metadata && inputs->metadata[0] ? inputs->metadata : IMDS_ADDRESS;
}

void round_take_metadata(const struct imds *imds, struct round_result *ret)
{
	(void)text_format(ret->vm_id, sizeof(ret->vm_id), "%s", imds->vm_id);
	(void)text_format(ret->security_type, sizeof(ret->security_type), "%s", imds->security_type);
}

/* Finds the provider and the way to it. A given endpoint needs no metadata service. */
static int find_way(struct approach *approach, struct err *err)
{
	const struct round_inputs *inputs = approach->inputs;
	struct round_result *result = approach->result;
	struct way *way = &approach->exchange.way;
	bool has_imds = false;
	struct provider_choice choice;
	struct imds imds;

	if (!provider_is_given(&inputs->provider))
		has_imds = imds_ask(round_metadata(inputs), &imds, err) == 0;
	if (has_imds)
		round_take_metadata(&imds, result);
	if (provider_choose(&inputs->provider, has_imds ? &imds : NULL, &choice, err) < 0)
		return -1;
	http_origin_text(&choice.origin, result->provider);
	(void)text_format(
		result->provider_reason, sizeof(result->provider_reason), "%s", choice.reason);
	if (way_choose(&inputs->way, &choice.origin, way, err) < 0)
		return -1;
	if (way->proxy.address.host[0])
		proxy_text(&way->proxy, result->provider_proxy);
	return 0;
}

static bool take_kept_keys(struct approach *approach)
{
	const struct round_inputs *inputs = approach->inputs;
	struct bytes kept = {0};
	struct err ignored;

	if (inputs->keys)
		kept = keys_kept_for(inputs->keys, &approach->exchange.way.origin, &inputs->now);
	return kept.len && buf_set(&approach->result->keys, kept, &ignored) == 0;
}

static void *run(void *context)
{
	struct approach *approach = context;

	if (find_way(approach, &approach->err) < 0 ||
		http_open(&approach->exchange.http, &approach->err) < 0)
		return NULL;
	approach->err.code = ERR_OK;
	approach->has_kept_keys = take_kept_keys(approach);
	if (approach->has_kept_keys || exchange_key_set(&approach->exchange, &approach->result->keys,
					       &approach->facts, &approach->keys_err) == 0)
		approach->keys_err.code = ERR_OK;
	return NULL;
}

int approach_begin(const struct round_inputs *inputs, struct round_result *result,
	struct approach **ret, struct err *err)
{
	struct approach *approach = calloc(1, sizeof(*approach));

	if (!approach)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the way to the provider.");
	*approach = (struct approach){.inputs = inputs,
		.result = result,
		.exchange = {.connect_timeout_ms = ROUND_CONNECT_MS,
			.total_timeout_ms = ROUND_EXCHANGE_MS,
			.idle_timeout_ms = ROUND_IDLE_MS,
			.deadline_ms = result->started_ms + ROUND_BUDGET_MS,
			.is_single_try = inputs->is_single_try,
			.random = inputs->random,
			.now_s = inputs->now.wall_s,
			.now_ms = result->started_ms}};
	approach->is_running = thread_start(run, approach, &approach->thread) == 0;
	if (!approach->is_running)
		(void)run(approach); /* without a second thread it takes its time here */
	*ret = approach;
	return 0;
}

void approach_end(struct approach *approach)
{
	if (approach->is_running)
		(void)pthread_join(approach->thread, NULL);
	approach->is_running = false;
}

bool approach_is_blocked(const struct approach *approach)
{
	enum err_code code = approach->keys_err.code;
	enum err_place place = err_info(code)->place;

	return code != ERR_OK && (place < ERR_PLACE_STRANGER || place == ERR_PLACE_BUSY);
}

void approach_cleanup(struct approach **pointer)
{
	struct approach *approach = *pointer;

	if (!approach)
		return;
	approach_end(approach);
	http_close(approach->exchange.http);
	exchange_cleanup(&approach->exchange);
	free(approach);
}

#include "appraise/components_event.h"

#include <string.h>
#include "base/text.h"
#include "boot/eventtext.h"

bool components_is_digest_of(struct bytes digest, struct bytes data)
{
	uint8_t computed[CRYPTO_SHA256_SIZE];

	crypto_sha256(data, computed);
	return bytes_equal(digest, (struct bytes){computed, sizeof(computed)});
}

struct component components_of_event(
	const struct eventlog_event *event, struct bytes digest, enum component_kind kind)
{
	struct component ret = {.kind = kind, .pcr = event->pcr};

	memcpy(ret.sha256, digest.data, sizeof(ret.sha256));
	return ret;
}

void components_set_name(struct component *component, struct bytes text)
{
	text_clean(component->name, sizeof(component->name), text);
}

int components_add_event(struct components *components, const struct eventlog_event *event,
	struct bytes digest, enum component_kind kind, struct err *err)
{
	struct component found = components_of_event(event, digest, kind);
	char text[EVENTTEXT_SIZE];

	eventtext(event, text);
	components_set_name(&found, bytes_of_text(text));
	found.is_bound = components_is_digest_of(digest, event->data);
	return components_add(components, &found, err);
}

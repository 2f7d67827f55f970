#include "bundle/bundle.h"

#include <string.h>
#include "base/clock.h"
#include "base/text.h"

void bundle_cleanup(struct bundle *bundle)
{
	json_free(bundle->provider.claims);
	json_free(bundle->provider.token);
	json_free(bundle->facts);
	bundle->provider.claims = bundle->provider.token = bundle->facts = NULL;
	buf_done(&bundle->provider.compact);
	buf_done(&bundle->provider.keys);
	buf_done(&bundle->chain);
	buf_done(&bundle->info);
	request_done(&bundle->request);
}

json *bundle_facts(const struct request *request, const struct appraisal *appraisal)
{
	json *facts = json_new_object();
	char time[CLOCK_TEXT_SIZE];

	json_add_text(facts, "osDistro", request->evidence.os_distro);
	json_add_int(facts, "osVersionMajor", request->evidence.os_major);
	json_add_int(facts, "osVersionMinor", request->evidence.os_minor);
	if (appraisal->has_secureboot) {
		json_add_int(facts, "events", appraisal->event_count);
		json_add_bool(facts, "secureBoot", appraisal->secureboot.is_enabled);
		if (appraisal->secureboot.vm_id[0])
			json_add_text(facts, "vmId", appraisal->secureboot.vm_id);
	}
	if (appraisal->is_bound) {
		const struct crypto_cert_info *cert = &appraisal->binding.cert;

		json_add_text(facts, "attestationKeySubject", cert->subject);
		json_add_text(facts, "attestationKeyIssuer", cert->issuer);
		clock_text(cert->not_after_s, time);
		json_add_text(facts, "attestationKeyNotAfter", time);
	}
	return facts;
}

/* The header only names the key that signed; it gives no access. */
static void take_provider(
	struct round_result *round, const struct bundle_extras *extras, struct bundle *ret)
{
	struct bundle_provider *provider = &ret->provider;

	ret->has_provider = true;
	memcpy(provider->address, round->provider, sizeof(provider->address));
	(void)text_format(
		provider->chosen_as, sizeof(provider->chosen_as), "%s", round->provider_reason);
	provider->verdict = round->remote;
	provider->claims = steal_ptr(round->claims);
	provider->token = steal_ptr(round->token_header);
	if (!extras->with_token || round->stage != ROUND_VERIFIED)
		return;
	buf_done(&provider->compact);
	buf_done(&provider->keys);
	provider->compact = round->token;
	provider->keys = round->keys;
	round->token = round->keys = (struct buf){0};
}

int bundle_of_round(struct round_result *round, const struct bundle_extras *extras,
	struct bundle *ret, struct err *err)
{
	auto_cleanup(bundle) struct bundle bundle = BUNDLE_EMPTY;

	bundle.is_whole = true;
	bundle.made_s = extras->made_s;
	(void)text_format(bundle.program, sizeof(bundle.program), "%s", extras->program);
	bundle.verdict = *extras->verdict;
	bundle.local = round->own;
	bundle.machine = *extras->machine;
	bundle.unquoted = *extras->unquoted;
	if (extras->chain.len && buf_set(&bundle.chain, extras->chain, err) < 0)
		return -1;
	if (round->info.len) {
		if (buf_set(&bundle.info, buf_bytes(&round->info), err) < 0 ||
			request_parse_info(buf_bytes(&round->info), &bundle.request, err) < 0)
			return -1;
		bundle.facts = bundle_facts(&bundle.request, &round->local);
	}
	if (round->stage >= ROUND_COLLECTED && !round->is_alone)
		take_provider(round, extras, &bundle);
	*ret = bundle;
	bundle = BUNDLE_EMPTY;
	return 0;
}

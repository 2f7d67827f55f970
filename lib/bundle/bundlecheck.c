#include "bundle/bundlecheck.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "bundle/claims.h"
#include "bundle/guessable.h"
#include "maa/token.h"
#include "service/verdicts.h"

#define SECURE_BOOT_PCR 7

static void add_note(struct bundlecheck *check, const char *text)
{
	if (check->note_count < BUNDLECHECK_MAX_NOTES)
		(void)text_format(
			check->notes[check->note_count++], BUNDLECHECK_NOTE_SIZE, "%s", text);
}

/* ---- the certificate ---- */

static void read_cert(const struct bundle *bundle, struct bundlecheck *check)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct err ignored; /* the binding's check reports it */

	if (crypto_cert_parse(buf_bytes(&bundle->request.evidence.ak_cert), &cert, &ignored) < 0)
		return;
	check->has_cert = true;
	crypto_cert_info(cert, &check->cert);
}

/* Adds the bundle's intermediate certificates to the reader's. The bundle's roots are ignored:
 * anybody could have put them there. */
static int join_intermediates(const struct anchors *anchors, const struct buf *chain,
	struct anchors *ret, struct err *err)
{
	if (anchors->roots.len && anchors_add(ret, buf_bytes(&anchors->roots), err) < 0)
		return -1;
	if (anchors->intermediates.len &&
		anchors_add(ret, buf_bytes(&anchors->intermediates), err) < 0)
		return -1;
	if (chain->len) {
		auto_cleanup(anchors) struct anchors links = anchors_empty();

		if (anchors_add(&links, buf_bytes(chain), err) < 0)
			/* the chain may be complete without them */
			return err->code == ERR_NO_MEMORY ? -1 : 0;
		if (links.intermediates.len)
			return anchors_add(ret, buf_bytes(&links.intermediates), err);
	}
	return 0;
}

/* If the reader does not trust the certificate's issuer, that is not the VM's fault, so the code's
 * remedy differs from that on the VM itself. */
static void add_issuer_findings(const struct findings *found, struct findings *ret)
{
	for (size_t i = 0; i < found->count; i++) {
		struct err err = *findings_at(found, i);

		if (err.code == ERR_AK_CERT_INVALID)
			err.code = ERR_AK_CERT_UNTRUSTED;
		findings_add(ret, &err);
	}
	ret->lacks_memory |= found->lacks_memory;
}

static void note_unchecked_issuer(const struct bundlecheck_inputs *inputs, struct bundlecheck *check)
{
	add_note(check,
		"The certificate's issuer was not checked: all parts fit together, but only --ca shows whose TPM it is.");
	if (check->has_cert && (inputs->now_s < check->cert.not_before_s ||
				       inputs->now_s > check->cert.not_after_s))
		add_note(check,
			"The certificate is not valid at the time for which this was checked.");
}

static void check_issuer(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *check)
{
	auto_cleanup(anchors) struct anchors all = anchors_empty();
	auto_cleanup(findings) struct findings found = {0};
	struct err err;
	bool is_asked = inputs->anchors && anchors_have_root(inputs->anchors);

	check->is_issuer_checked = check->has_cert && is_asked;
	/* the binding's check could parse it, so memory ran out here */
	if (is_asked && !check->has_cert && check->appraisal.is_bound)
		finding(&check->findings, ERR_NO_MEMORY,
			"No memory to check the certificate's issuer.");
	if (!is_asked) {
		note_unchecked_issuer(inputs, check);
		return;
	}
	if (!check->has_cert)
		return;
	if (join_intermediates(inputs->anchors, &bundle->chain, &all, &err) < 0)
		findings_add(&found, &err);
	else
		anchors_judge_ak_cert(
			&all, buf_bytes(&bundle->request.evidence.ak_cert), inputs->now_s, &found);
	add_issuer_findings(&found, &check->findings);
}

/* ---- the token itself ---- */

static int check_token(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	const struct bundlecheck *check, struct err *err)
{
	auto_cleanup(token) struct token token = {0};
	/* 20 KiB: on the heap */
	auto_cleanup(free) struct keys *keys = calloc(1, sizeof(*keys));
	auto_cleanup(buf) struct buf nonce = buf_with_max(REQUEST_MAX_PAYLOAD_BYTES);
	struct http_origin origin;
	struct token_expectation expected = {.provider = &origin,
		.now_s = inputs->is_now_given ? inputs->now_s : bundle->made_s,
		.key = &check->appraisal.binding.key.key};
	const char *kid;

	if (!keys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the provider's keys.");
	if (claims_sent_nonce(bundle, &nonce, err) < 0)
		return -1;
	expected.nonce = nonce.len ? (const char *)nonce.data : "";
	if (http_parse_url(bundle->provider.address, &origin, NULL, err) < 0 ||
		token_parse(buf_bytes(&bundle->provider.compact), &token, err) < 0 ||
		token_check_header(&token, &origin, &kid, err) < 0 ||
		keys_parse(inputs->keys.len ? inputs->keys : buf_bytes(&bundle->provider.keys),
			keys, err) < 0 ||
		token_check_signature(&token, kid, keys, err) < 0 ||
		token_check_claims(&token, &expected, err) < 0)
		return -1;
	if (!json_equal(token.claims, bundle->provider.claims))
		return err_set(err, ERR_TOKEN_CONTRADICTS, 0,
			"The bundle's claims are not those of the token in it.");
	if (bundle->provider.token && !json_equal(token.header, bundle->provider.token))
		return err_set(err, ERR_TOKEN_CONTRADICTS, 0,
			"The bundle's 'tokenHeader' is not that of the token in it.");
	return 0;
}

static void check_provider(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *check)
{
	struct err err;

	if (bundle->provider.claims)
		claims_check(bundle, &check->appraisal, &check->findings);
	if (bundle->provider.compact.len == 0) {
		if (bundle->provider.claims)
			add_note(check,
				"The claims stand here without their token: nothing proves that the provider made them.");
		return;
	}
	if (check_token(bundle, inputs, check, &err) < 0) {
		findings_add(&check->findings, &err);
		return;
	}
	check->is_token_checked = true;
	if (!inputs->keys.len)
		add_note(check,
			"The token's signature fits the keys in the bundle; compare them with the provider's own /certs (--keys).");
}

/* ---- the bundle's statements against its evidence ---- */

/* People read one of the two, programs the other, so both must agree. */
static void check_time(const struct bundle *bundle, struct bundlecheck *check)
{
	char made[CLOCK_TEXT_SIZE];

	clock_text(bundle->made_s, made);
	if (bundle->made_text[0] && strcmp(bundle->made_text, made) != 0)
		finding(&check->findings, ERR_BUNDLE_CONTRADICTS,
			"The bundle was made at %s, as 'made' says, or at %s, as 'madeUnix' says.",
			bundle->made_text, made);
}

static void check_facts(const struct bundle *bundle, struct bundlecheck *check)
{
	auto_cleanup(json) json *proved = bundle_facts(&bundle->request, &check->appraisal);
	struct err err;

	if (json_check(proved, &err) < 0) {
		findings_add(&check->findings, &err);
		return;
	}
	json_each (fact, bundle->facts) {
		const char *name = json_name(fact);
		bool is_vm_id = strcmp(name, "vmId") == 0 && bundle->is_redacted && json_text(fact);
		const json *found = json_get(proved, name);

		if (is_vm_id ? claims_are_of_vm(bundle, &check->appraisal, json_text(fact))
			     : json_equal(fact, found))
			continue;
		if (found || (is_vm_id && check->appraisal.has_secureboot))
			finding(&check->findings, ERR_BUNDLE_CONTRADICTS,
				"The bundle's fact '%.60s' is not what its evidence proves.", name);
		/* otherwise a finding already explains why there are no facts */
		else if (check->appraisal.has_secureboot)
			finding(&check->findings, ERR_BUNDLE_CONTRADICTS,
				"The bundle states the fact '%.60s', which its evidence does not prove.",
				name);
	}
}

/* Only a verdict that is too good deceives. If the VM found more against itself than its evidence
 * shows, that is no contradiction. */
static void check_verdict(const char *whose, const struct verdict *said,
	const struct verdict *found, struct bundlecheck *check)
{
	if (said->health == found->health)
		return;
	if (said->health == HEALTH_HEALTHY || found->health == HEALTH_UNHEALTHY)
		finding(&check->findings, ERR_BUNDLE_CONTRADICTS,
			"The bundle says '%s' of %s, but what is in it says '%s'.",
			health_name(said->health), whose, health_name(found->health));
	else
		add_note(check,
			"The bundle says worse of the VM than its evidence shows; it does not hold what or who found that.");
}

/* The provider's verdict by the claims. Without claims a stated Healthy does not count. */
static struct verdict remote_of(const struct bundle *bundle)
{
	const struct verdict *said = &bundle->provider.verdict;

	if (bundle->provider.claims)
		return verdict_of_claims(bundle->provider.claims);
	return said->health == HEALTH_HEALTHY ? (struct verdict){.health = HEALTH_UNKNOWN} : *said;
}

static void check_statements(const struct bundle *bundle, struct bundlecheck *check)
{
	const struct verdict *local = &check->appraisal.verdict;
	struct verdict remote = remote_of(bundle);
	struct verdict both = verdicts_combine(local, bundle->has_provider ? &remote : NULL, NULL);

	check_time(bundle, check);
	check_facts(bundle, check);
	check_verdict("the VM's own check", &bundle->local, local, check);
	if (bundle->has_provider)
		check_verdict("the provider's verdict", &bundle->provider.verdict, &remote, check);
	/* otherwise it would only follow from that contradiction */
	if (!findings_hold(&check->findings, ERR_BUNDLE_CONTRADICTS))
		check_verdict("the VM", &bundle->verdict, &both, check);
}

/* ---- what is missing or not signed ---- */

/* Readers of the log must not conclude that the quote covers all of it. */
static void note_unmeasured(const struct appraisal *appraisal, struct bundlecheck *check)
{
	char text[BUNDLECHECK_NOTE_SIZE];

	if (!appraisal->unmeasured_count)
		return;
	(void)text_format(text, sizeof(text),
		"Of the log's %u events %u were not measured in the bank that the TPM quoted: nothing is read from them.",
		appraisal->event_count, appraisal->unmeasured_count);
	add_note(check, text);
}

static void note_redaction(const struct evidence *evidence, struct bundlecheck *check)
{
	const struct eventlog *log = &check->appraisal.log;
	struct eventlog_walk walk = eventlog_walk(log);
	char text[BUNDLECHECK_NOTE_SIZE];
	struct event event;
	uint32_t count = 0;

	while (check->appraisal.has_log && event_next_any(log, &walk, &event))
		count += event.pcr != SECURE_BOOT_PCR && /* which is checked anyway (replay.h) */
			 evidence_is_redacted(evidence, event.number);
	(void)text_format(text, sizeof(text),
		"The bundle is redacted: of %u events only the digests are checked, since the bundle says that their data was taken out. It holds nothing that the TPM did not sign.",
		count);
	add_note(check, text);
	guessable_sentence(evidence, text);
	if (text[0])
		add_note(check, text);
}

static void check_unquoted(const struct bundle *bundle, struct bundlecheck *check)
{
	const struct eventlog *log = &check->appraisal.log;
	struct tpm_pcrs led_to;
	struct err ignored;

	if (!bundle->unquoted.mask)
		return;
	add_note(check, "The PCRs beyond the quote are as the VM read them; they are not signed.");
	if (check->appraisal.has_log && replay_sha256(log, &led_to, &ignored) == 0)
		check->unquoted_explained = bundle->unquoted.mask &
					    ~replay_compare(log, &led_to, &bundle->unquoted, NULL);
}

/* Names what was ignored, so that nobody relies on it. */
static void note_ignored(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *check)
{
	char text[BUNDLECHECK_NOTE_SIZE];

	if (inputs->keys.len && !bundle->provider.compact.len)
		add_note(check, "No token is in it that the key set given could check.");
	if (!bundle->unread[0])
		return;
	(void)text_format(text, sizeof(text), "What else stands in it was not looked at: %s.",
		bundle->unread);
	add_note(check, text);
}

static void note_time(const struct bundlecheck_inputs *inputs, struct bundlecheck *check)
{
	char now[CLOCK_TEXT_SIZE], text[BUNDLECHECK_NOTE_SIZE];

	if (!inputs->is_now_of_bundle)
		return;
	clock_text(inputs->now_s, now);
	(void)text_format(text, sizeof(text),
		"Certificates were judged for %s, when the bundle says that it was made; --now judges them for another time.",
		now);
	add_note(check, text);
}

/* ---- the two answers ---- */

const char *bundlecheck_origin_name(enum bundlecheck_origin origin)
{
	static const char *const names[] = {
		[BUNDLECHECK_REFUSED] = "Refused",
		[BUNDLECHECK_UNANCHORED] = "Unanchored",
		[BUNDLECHECK_GENUINE] = "Genuine",
	};

	return names[origin];
}

const char *bundlecheck_word(const struct bundlecheck *check)
{
	return check->origin != BUNDLECHECK_REFUSED && check->boot.health != HEALTH_UNKNOWN
		       ? health_name(check->boot.health)
		       : bundlecheck_origin_name(check->origin);
}

static void answer_origin(struct bundlecheck *check)
{
	for (size_t i = 0; i < check->findings.count && !check->refusal.code; i++) {
		const struct err *found = findings_at(&check->findings, i);
		/* Once Secure Boot could be read, the appraisal's findings are facts of a boot that
		 * is proved. An event that the log does not tell may have been hidden in it, so it
		 * proves nothing. */
		bool is_of_boot = check->appraisal.has_secureboot &&
				  i < check->appraisal.findings.count &&
				  found->code != ERR_SECURE_BOOT_LOG;

		if (!is_of_boot)
			check->refusal = *found;
	}
	if (check->findings.lacks_memory && !check->refusal.code)
		err_fill(&check->refusal, ERR_NO_MEMORY, 0, "No memory for all findings.");
	check->origin = check->refusal.code        ? BUNDLECHECK_REFUSED
			: check->is_issuer_checked ? BUNDLECHECK_GENUINE
						   : BUNDLECHECK_UNANCHORED;
}

static void answer_boot(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *check)
{
	const struct verdict *said = &bundle->verdict;

	if (check->refusal.code)
		return;
	if (check->findings.count)
		check->boot = verdict_of_findings(&check->findings);
	else if (bundle->is_whole && said->health != HEALTH_HEALTHY)
		check->boot = *said;
	else if (bundle->is_whole && check->is_token_checked && inputs->keys.len)
		check->boot = verdict_of_claims(bundle->provider.claims);
	if (check->boot.health == HEALTH_HEALTHY)
		add_note(check,
			"Healthy is the provider's verdict, which its token proves. Whether the boot changed, which no provider compares, the bundle says unsigned.");
}

int bundlecheck_new(struct bundlecheck **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory to check evidence.");
}

void bundlecheck_done(struct bundlecheck *check)
{
	appraisal_done(&check->appraisal);
	findings_done(&check->findings);
	memset(check, 0, sizeof(*check));
}

void bundlecheck_cleanup(struct bundlecheck **check)
{
	if (*check)
		bundlecheck_done(*check);
	free(*check);
}

void bundlecheck_run(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *ret)
{
	bundlecheck_done(ret);
	read_cert(bundle, ret);
	appraise_evidence(&bundle->request.evidence, BINDING_NULL_OR_OWNER, &ret->appraisal);
	findings_add_all(&ret->findings, &ret->appraisal.findings);
	check_issuer(bundle, inputs, ret);
	if (bundle->has_provider)
		check_provider(bundle, inputs, ret);
	if (bundle->is_whole)
		check_statements(bundle, ret);
	if (bundle->is_redacted)
		note_redaction(&bundle->request.evidence, ret);
	note_unmeasured(&ret->appraisal, ret);
	check_unquoted(bundle, ret);
	note_ignored(bundle, inputs, ret);
	note_time(inputs, ret);
	answer_origin(ret);
	answer_boot(bundle, inputs, ret);
}

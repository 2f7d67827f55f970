#include "monitor/bundlecheck.h"

#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "maa/token.h"
#include "monitor/redact.h"

static void note(struct bundlecheck *check, const char *text)
{
	if (check->note_count < BUNDLECHECK_MAX_NOTES)
		(void)text_format(check->notes[check->note_count++], BUNDLECHECK_NOTE_SIZE, "%s", text);
}

#define find(check, ...)                                                                                     \
	do {                                                                                                 \
		struct err finding_;                                                                         \
		err_fill(&finding_, __VA_ARGS__);                                                            \
		findings_add(&(check)->findings, &finding_);                                                 \
	} while (0)

/* ---- the certificate ---- */

static void read_cert(const struct bundle *bundle, struct bundlecheck *check)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct err ignored; /* the binding's check says it */

	if (crypto_cert_parse(buf_bytes(&bundle->request.evidence.ak_cert), &cert, &ignored) < 0)
		return;
	check->has_cert = true;
	crypto_cert_info(cert, &check->cert);
}

/* Links of the bundle join those of the reader; its roots, which anybody could have put there, do not. */
static int join_links(
	const struct anchors *anchors, const struct buf *chain, struct anchors *ret, struct err *err)
{
	struct err ignored;

	if (anchors->roots.len && anchors_add(ret, buf_bytes(&anchors->roots), err) < 0)
		return -1;
	if (anchors->intermediates.len && anchors_add(ret, buf_bytes(&anchors->intermediates), err) < 0)
		return -1;
	if (chain->len) {
		auto_cleanup(anchors) struct anchors links = anchors_empty();

		if (anchors_add(&links, buf_bytes(chain), &ignored) == 0 && links.intermediates.len)
			return anchors_add(ret, buf_bytes(&links.intermediates), err);
	}
	return 0;
}

/* The VM cannot help that its certificate is not from those whom the reader trusts: another remedy than on the VM itself. */
static void check_issuer(
	const struct bundle *bundle, const struct bundlecheck_inputs *inputs, struct bundlecheck *check)
{
	auto_cleanup(anchors) struct anchors all = anchors_empty();
	struct err err;

	check->is_issuer_checked = check->has_cert && inputs->anchors && anchors_have_root(inputs->anchors);
	if (!check->is_issuer_checked) {
		note(check, "The certificate's issuer was not checked: all parts fit together, but only --ca "
			    "tells "
			    "whose TPM it is.");
		return;
	}
	if (join_links(inputs->anchors, &bundle->chain, &all, &err) == 0 &&
		anchors_check_ak_cert(
			&all, buf_bytes(&bundle->request.evidence.ak_cert), inputs->now_s, &err) == 0)
		return;
	if (err.code == ERR_AK_CERT_INVALID)
		err.code = ERR_AK_CERT_UNTRUSTED;
	findings_add(&check->findings, &err);
}

/* ---- claims against the evidence ---- */

static void check_pcr_claim(const json *claims, uint32_t quoted, struct bundlecheck *check)
{
	const json *claim = json_get(claims, "x-ms-azurevm-attested-pcrs");
	uint32_t mask = 0;
	int64_t pcr;
	struct err ignored;

	if (!claim)
		return;
	json_each (item, claim)
		if (json_int(item, &pcr, &ignored) == 0 && pcr >= 0 && pcr < TPM_PCR_COUNT)
			mask |= 1u << pcr;
	if (mask != quoted)
		find(check, ERR_CLAIMS_CONTRADICT, 0,
			"The claims attest the PCRs 0x%06X, but the quote covers 0x%06X.", mask, quoted);
}

static void check_secureboot_claim(const json *claims, struct bundlecheck *check)
{
	const json *claim = json_get(claims, "secureboot");

	if (claim && check->appraisal.has_secureboot &&
		json_true(claim) != check->appraisal.secureboot.is_enabled)
		find(check, ERR_CLAIMS_CONTRADICT, 0,
			"The claim 'secureboot' is %s, but the evidence proves Secure Boot %s.",
			json_true(claim) ? "true" : "false",
			check->appraisal.secureboot.is_enabled ? "on" : "off");
}

/* By the id, or, if that was taken out, by its digest. */
static bool is_vm_id_of(const struct bundle *bundle, const struct bundlecheck *check, const char *id)
{
	struct eventlog log;
	struct err ignored;

	if (strncmp(id, REDACT_HASH_PREFIX, sizeof(REDACT_HASH_PREFIX) - 1) != 0)
		return text_equal_nocase(id, check->appraisal.secureboot.vm_id);
	return eventlog_open(buf_bytes(&bundle->request.evidence.event_log), &log, &ignored) == 0 &&
	       redact_is_of_log(id, &log);
}

static void check_vm_id_claim(const struct bundle *bundle, struct bundlecheck *check)
{
	const char *claim = json_text(json_get(bundle->provider.claims, "x-ms-azurevm-vmid"));

	if (!claim || !check->appraisal.has_secureboot ||
		(!check->appraisal.secureboot.vm_id[0] && !bundle->is_redacted))
		return; /* not every firmware measures one */
	if (!is_vm_id_of(bundle, check, claim))
		find(check, ERR_CLAIMS_CONTRADICT, 0,
			"The claims are about the VM '%.80s', but the firmware measured another id.", claim);
}

static void check_text_claim(
	const json *claims, const char *name, const char *sent, struct bundlecheck *check)
{
	const char *claim = json_text(json_get(claims, name));

	if (claim && strcmp(claim, sent) != 0)
		find(check, ERR_CLAIMS_CONTRADICT, 0, "The claim '%s' is '%.60s', but '%.60s' was sent.",
			name, claim, sent);
}

/* The nonce that was sent, as the text that it stands for; empty if none was. */
static void read_nonce(const struct bundle *bundle, struct buf *ret)
{
	const char *sent = json_text(json_get(bundle->request.client_payload, REQUEST_NONCE));
	struct err ignored;

	if (sent)
		(void)!base64_decode(bytes_of_text(sent), BASE64_STANDARD, ret, &ignored);
}

/* The token's own words, but here it is the claims that are wrong, not what answered. */
static void find_contradiction(struct bundlecheck *check, const struct err *what)
{
	struct err err = *what;

	if (err.code != ERR_NO_MEMORY)
		err.code = ERR_CLAIMS_CONTRADICT;
	findings_add(&check->findings, &err);
}

static void check_bound_claims(const struct bundle *bundle, struct bundlecheck *check)
{
	const json *claims = bundle->provider.claims;
	auto_cleanup(buf) struct buf nonce = buf_with_max(REQUEST_MAX_PAYLOAD_BYTES);
	struct err err;

	read_nonce(bundle, &nonce);
	if (nonce.len && token_check_nonce(claims, (const char *)nonce.data, &err) < 0)
		find_contradiction(check, &err);
	if (check->appraisal.is_bound && token_check_key(claims, &check->appraisal.binding.key.key, &err) < 0)
		find_contradiction(check, &err);
}

static void check_time_claims(const struct bundle *bundle, struct bundlecheck *check)
{
	int64_t not_before, expires;
	struct err ignored;

	if (json_get_int(bundle->provider.claims, "nbf", &not_before, &ignored) < 0 ||
		json_get_int(bundle->provider.claims, "exp", &expires, &ignored) < 0)
		find(check, ERR_CLAIMS_CONTRADICT, 0,
			"The claims do not say from when until when they hold.");
	else if (bundle->made_s < not_before - TOKEN_CLOCK_SKEW_S ||
		 bundle->made_s >= expires + TOKEN_CLOCK_SKEW_S)
		find(check, ERR_CLAIMS_CONTRADICT, 0,
			"The claims did not hold at the time at which the bundle is said to be made.");
}

static bool is_origin(const char *url, const char *address)
{
	struct http_origin a, b;
	struct err ignored;

	if (strcmp(url, address) == 0) /* redacted on both sides, too */
		return true;
	return http_parse_url(url, &a, NULL, &ignored) == 0 &&
	       http_parse_url(address, &b, NULL, &ignored) == 0 && http_same_origin(&a, &b);
}

static void check_claims(const struct bundle *bundle, struct bundlecheck *check)
{
	const json *claims = bundle->provider.claims;
	const char *issuer = json_text(json_get(claims, "iss"));

	if (!issuer || !is_origin(issuer, bundle->provider.address))
		find(check, ERR_CLAIMS_CONTRADICT, 0,
			"The claims are said to be of '%.100s', but their issuer is '%.100s'.",
			bundle->provider.address, issuer ? issuer : "(nobody)");
	check_pcr_claim(claims, bundle->request.evidence.pcrs.mask, check);
	check_secureboot_claim(claims, check);
	check_vm_id_claim(bundle, check);
	check_text_claim(claims, "x-ms-attestation-type", "azurevm", check);
	check_text_claim(claims, "x-ms-azurevm-attestation-protocol-ver", bundle->request.protocol, check);
	check_text_claim(claims, "x-ms-azurevm-ostype", bundle->request.os_type, check);
	check_text_claim(claims, "x-ms-azurevm-osdistro", bundle->request.evidence.os_distro, check);
	check_time_claims(bundle, check);
	check_bound_claims(bundle, check);
}

/* ---- the token itself ---- */

static int check_token(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	const struct bundlecheck *check, struct err *err)
{
	auto_cleanup(token) struct token token = {0};
	auto_cleanup(free) struct keys *keys = calloc(1, sizeof(*keys)); /* 20 KiB: not on the stack */
	auto_cleanup(buf) struct buf nonce = buf_with_max(REQUEST_MAX_PAYLOAD_BYTES);
	struct http_origin origin;
	struct token_expectation expected = {.provider = &origin,
		.now_s = inputs->is_now_given ? inputs->now_s : bundle->made_s,
		.key = &check->appraisal.binding.key.key};
	const char *kid;

	if (!keys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the provider's keys.");
	read_nonce(bundle, &nonce);
	expected.nonce = nonce.len ? (const char *)nonce.data : "";
	if (http_parse_url(bundle->provider.address, &origin, NULL, err) < 0 ||
		token_parse(buf_bytes(&bundle->provider.compact), &token, err) < 0 ||
		token_check_header(&token, &origin, &kid, err) < 0 ||
		keys_parse(inputs->keys.len ? inputs->keys : buf_bytes(&bundle->provider.keys), keys, err) <
			0 ||
		token_check_signature(&token, kid, keys, err) < 0 ||
		token_check_claims(&token, &expected, err) < 0)
		return -1;
	if (!json_equal(token.claims, bundle->provider.claims))
		return err_set(err, ERR_TOKEN_CONTRADICTS, 0,
			"The bundle's claims are not those of the token in it.");
	return 0;
}

static void check_provider(
	const struct bundle *bundle, const struct bundlecheck_inputs *inputs, struct bundlecheck *check)
{
	struct err err;

	if (bundle->provider.claims)
		check_claims(bundle, check);
	if (bundle->provider.compact.len == 0) {
		if (bundle->provider.claims)
			note(check,
				"The claims stand here without their token: that the provider made them is "
				"only said.");
		return;
	}
	if (check_token(bundle, inputs, check, &err) < 0) {
		findings_add(&check->findings, &err);
		return;
	}
	check->is_token_checked = true;
	if (!inputs->keys.len)
		note(check, "The token's signature fits the keys in the bundle; whether they are the "
			    "provider's, its "
			    "own /certs tells (--keys).");
}

/* ---- what the bundle says, against what was found ---- */

static void check_facts(const struct bundle *bundle, struct bundlecheck *check)
{
	auto_cleanup(json) json *proved = bundle_facts(&bundle->request, &check->appraisal);

	json_each (fact, bundle->facts) {
		const char *name = json_name(fact);
		bool is_vm_id = strcmp(name, "vmId") == 0 && bundle->is_redacted && json_text(fact);
		const json *found = json_get(proved, name);

		if (is_vm_id ? is_vm_id_of(bundle, check, json_text(fact)) : json_equal(fact, found))
			continue;
		if (found || (is_vm_id && check->appraisal.has_secureboot))
			find(check, ERR_BUNDLE_CONTRADICTS, 0,
				"The bundle's fact '%.60s' is not what its evidence proves.", name);
		else if (check->appraisal.has_secureboot) /* else it follows from why there are no facts */
			find(check, ERR_BUNDLE_CONTRADICTS, 0,
				"The bundle states the fact '%.60s', which its evidence does not prove.",
				name);
	}
}

/* Only what is said too well deceives. That a VM found more against itself than its evidence shows is no contradiction. */
static void check_verdict(
	const char *whose, const struct verdict *said, const struct verdict *found, struct bundlecheck *check)
{
	if (said->health == found->health)
		return;
	if (said->health == HEALTH_HEALTHY || found->health == HEALTH_UNHEALTHY)
		find(check, ERR_BUNDLE_CONTRADICTS, 0,
			"The bundle says '%s' of %s, but what is in it says '%s'.", health_name(said->health),
			whose, health_name(found->health));
	else
		note(check, "The bundle says worse of the VM than its evidence shows; by whom or by what "
			    "else it was "
			    "found is not in it.");
}

/* Without claims a provider's word can be anything but good. */
static struct verdict remote_of(const struct bundle *bundle)
{
	const struct verdict *said = &bundle->provider.verdict;

	if (bundle->provider.claims)
		return verdict_of_claims(bundle->provider.claims);
	return said->health == HEALTH_HEALTHY ? (struct verdict){.health = HEALTH_UNKNOWN} : *said;
}

static void check_words(const struct bundle *bundle, struct bundlecheck *check)
{
	const struct verdict *local = &check->appraisal.verdict;
	struct verdict remote = remote_of(bundle);
	struct verdict both = bundle->has_provider ? verdict_combine(local, &remote) : *local;

	check_facts(bundle, check);
	check_verdict("the VM's own check", &bundle->local, local, check);
	if (bundle->has_provider)
		check_verdict("the provider's verdict", &bundle->provider.verdict, &remote, check);
	if (!findings_hold(&check->findings, ERR_BUNDLE_CONTRADICTS)) /* else it follows from that */
		check_verdict("the VM", &bundle->verdict, &both, check);
}

/* ---- what is not there, or not signed ---- */

static void note_redaction(const struct evidence *evidence, struct bundlecheck *check)
{
	char text[BUNDLECHECK_NOTE_SIZE];
	uint32_t count = 0;

	for (uint32_t event = 0; event < 8 * evidence->redacted.len; event++)
		count += evidence_is_redacted(evidence, event);
	(void)text_format(text, sizeof(text),
		"The bundle is redacted: of %u events only the digests are checked, since their data was "
		"taken "
		"out. VM id, disks and the machine's names are not in it.",
		count);
	note(check, text);
}

static void check_later(const struct bundle *bundle, struct bundlecheck *check)
{
	struct err mismatches[TPM_PCR_COUNT];
	struct eventlog log;
	struct err ignored;

	if (!bundle->later.mask)
		return;
	note(check, "The PCRs beyond the quote are as the VM read them; nobody signed them.");
	if (eventlog_open(buf_bytes(&bundle->request.evidence.event_log), &log, &ignored) == 0 &&
		eventlog_bank_index(&log, EVENTLOG_SHA256) >= 0)
		check->later_explained =
			bundle->later.mask & ~replay_compare_each(&log, &bundle->later, mismatches);
}

void bundlecheck_run(
	const struct bundle *bundle, const struct bundlecheck_inputs *inputs, struct bundlecheck *ret)
{
	memset(ret, 0, sizeof(*ret));
	read_cert(bundle, ret);
	findings_of_evidence(
		&bundle->request.evidence, BINDING_NULL_OR_OWNER, &ret->appraisal, &ret->findings);
	check_issuer(bundle, inputs, ret);
	if (bundle->has_provider)
		check_provider(bundle, inputs, ret);
	if (bundle->is_whole)
		check_words(bundle, ret);
	if (bundle->is_redacted)
		note_redaction(&bundle->request.evidence, ret);
	check_later(bundle, ret);
}

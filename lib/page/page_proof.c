/* page_proof.c - the proof: PCRs, the attestation key's certificate, what was not checked, and how
 * to check it again. */
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "page/page_parts.h"

#define DAY_S 86400

static void put_pcr(
	struct html *html, uint32_t pcr, const uint8_t digest[TPM_DIGEST_SIZE], const char *tag)
{
	char hex[2 * TPM_DIGEST_SIZE + 1];

	hex_encode((struct bytes){digest, TPM_DIGEST_SIZE}, hex);
	html_put(html, "<tr><th scope=\"row\">");
	html_format(html, "PCR %u", pcr);
	html_put(html, "</th><td class=\"hex\">");
	html_text(html, hex);
	html_put(html, "</td><td>");
	html_put(html, tag);
	html_put(html, "</td></tr>\n");
}

static void put_pcrs(struct html *html, const struct page_inputs *inputs)
{
	const struct tpm_pcrs *quoted = &inputs->bundle->request.evidence.pcrs;
	const struct tpm_pcrs *later = &inputs->bundle->unquoted;

	html_put(html,
		"<div class=\"card\"><details><summary>PCR values</summary><table class=\"wide\"><caption>SHA-256 values of the platform configuration registers</caption><thead><tr><th scope=\"col\">PCR</th><th scope=\"col\">Value</th><th scope=\"col\">Standing</th></tr></thead><tbody>\n");
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (quoted->mask & 1u << pcr)
			put_pcr(html, pcr, quoted->digest[pcr],
				inputs->check->appraisal.is_bound
					? "<span class=\"tag good\">signed by the TPM</span>"
					: "<span class=\"tag bad\">not proved</span>");
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		if (later->mask & 1u << pcr)
			put_pcr(html, pcr, later->digest[pcr],
				inputs->check->unquoted_explained & 1u << pcr
					? "<span class=\"tag info\">unsigned, as the log says</span>"
					: "<span class=\"tag\">unsigned</span>");
	html_put(html, "</tbody></table></details></div>\n");
}

static void put_cert_times(struct html *html, const struct page_inputs *inputs)
{
	const struct crypto_cert_info *cert = &inputs->check->cert;
	int64_t left = (cert->not_after_s - inputs->now_s) / DAY_S;
	int64_t checked_s = inputs->checked_s;

	html_put(html, "<tr><th scope=\"row\">Valid</th><td>");
	page_time(html, cert->not_before_s);
	html_put(html, " to ");
	page_time(html, cert->not_after_s);
	if (checked_s > cert->not_after_s)
		html_put(html, " <span class=\"tag bad\">expired</span>");
	else if (checked_s < cert->not_before_s)
		html_put(html, " <span class=\"tag bad\">not yet valid</span>");
	else if (inputs->now_s > cert->not_after_s)
		html_put(html, " <span class=\"tag info\">expired since</span>");
	else {
		html_put(html,
			left < 30 ? " <span class=\"tag open\">" : " <span class=\"tag good\">");
		html_format(html, "%lld day%s left", (long long)left, left == 1 ? "" : "s");
		html_put(html, "</span>");
	}
	html_put(html, "</td></tr>\n");
}

static void put_cert(struct html *html, const struct page_inputs *inputs)
{
	const struct bundlecheck *check = inputs->check;

	if (!check->has_cert)
		return;
	html_put(html,
		"<h2>Attestation key</h2><div class=\"card\"><table class=\"wide\"><caption>The key that signed for the TPM, and its certificate</caption><tbody>\n");
	page_row(html, "Subject", check->cert.subject);
	page_row(html, "Issuer", check->cert.issuer);
	put_cert_times(html, inputs);
	html_put(html, "<tr><th scope=\"row\">Vouched for</th><td>");
	if (!check->is_issuer_checked)
		html_put(html, "<span class=\"tag open\">issuer not checked here</span>");
	else
		html_put(html, findings_hold(&check->findings, ERR_AK_CERT_UNTRUSTED)
				       ? "<span class=\"tag bad\">by nobody who is trusted</span>"
				       : "<span class=\"tag good\">by a trusted authority</span>");
	html_put(html, "</td></tr></tbody></table></div>\n");
}

static void put_notes(struct html *html, const struct page_inputs *inputs)
{
	html_put(html, "<h3>What this page does not prove</h3><ul>\n");
	for (size_t i = 0; i < inputs->check->note_count; i++) {
		html_put(html, "<li>");
		html_text(html, inputs->check->notes[i]);
		html_put(html, "</li>\n");
	}
	html_put(html, "<li>Nothing in evidence proves when it was made.</li>\n"
		       "<li>What happened after the boot is not part of it.</li></ul>\n");
}

void page_proof(struct html *html, const struct page_inputs *inputs)
{
	if (!inputs->check) {
		html_put(html,
			"<section><h2>Check it yourself</h2><p class=\"lead\">There is no evidence, so there is nothing to check. Remedy the reason above, then make this page again.</p></section>\n");
		return;
	}
	html_put(html, "<section>");
	put_cert(html, inputs);
	html_put(html,
		"</section>\n<section><h2>Check it yourself</h2><p class=\"lead\">A page can say anything. The evidence bundle proves itself, on any machine, without network:</p>\n"
		"<pre>guest-attest evidence --attest --out bundle.json   # on the VM\n"
		"guest-attest verify bundle.json --ca cas.pem     # anywhere\n"
		"guest-attest report --html page.html --from bundle.json --ca cas.pem</pre>\n");
	put_pcrs(html, inputs);
	put_notes(html, inputs);
	html_put(html, "</section>\n");
}

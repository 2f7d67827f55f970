#include "check.h"
#include "../support/first_fault.h"
#include <stdio.h>
#include "../support/vtpm.h"
#include "appraise/binding.h"
#include "base/codec.h"

static struct vtpm ours, other;
static struct evidence good, foreign;

/* Everything that the client collects, from a real TPM. */
static void collect(const struct vtpm *vtpm, struct evidence *ret)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	uint8_t policy[TPM_DIGEST_SIZE];
	struct err err;

	*ret = EVIDENCE_EMPTY;
	check_ok(tpm_open(vtpm->tcti, &tpm, &err), &err);
	check_ok(tpm_read_ak_public(tpm, &ret->ak_public, &err), &err);
	check_ok(tpm_read_ak_cert(tpm, &ret->ak_cert, &err), &err);
	check_ok(tpm_read_pcrs(tpm, TPM_BOOT_PCR_MASK, &ret->pcrs, &err), &err);
	check_ok(tpm_quote(tpm, TPM_BOOT_PCR_MASK, &ret->quote, &err), &err);
	binding_pcr_policy(&ret->pcrs, policy);
	check_ok(tpm_create_key(tpm, policy, &ret->key_public, &err), &err);
	check_ok(tpm_certify_key(tpm, &ret->key_certify, &err), &err);
}

static void check_refused(const struct evidence *evidence, enum err_code code, const char *message)
{
	struct binding binding;
	struct err err = {.code = ERR_OK};

	if (first_of_binding(evidence, BINDING_NULL_ONLY, &binding, &err) == 0)
		fail_msg("accepted, expected: %s", message);
	if (err.code != code || !strstr(err.msg, message))
		fail_msg("%s: %s, expected: %s", err_info(err.code)->name, err.msg, message);
}

static void true_evidence_is_accepted(void **state)
{
	struct binding binding;
	struct err err;

	(void)state;
	check_ok(first_of_binding(&good, BINDING_NULL_ONLY, &binding, &err), &err);
	assert_int_equal(binding.quote.pcr_mask, TPM_BOOT_PCR_MASK);
	assert_int_equal(binding.key.attributes, 0x00020432);
	assert_int_equal(binding.certify.reset_count, binding.quote.reset_count);
	assert_string_equal(binding.cert.subject, "CN=1a2b3c4d5e6f.TrustedVM.Azure.windows.net");
	check_ok(first_of_binding(&foreign, BINDING_NULL_ONLY, &binding, &err), &err);
}

static void a_host_provisioned_key_has_a_policy_and_is_accepted(void **state)
{
	auto_cleanup(evidence) struct evidence evidence = EVIDENCE_EMPTY;
	struct binding binding;
	struct err err;

	(void)state;
	vtpm_provision(&other, "--host-policy", NULL);
	collect(&other, &evidence);
	assert_int_equal(evidence.ak_public.len, 314);
	check_ok(first_of_binding(&evidence, BINDING_NULL_ONLY, &binding, &err), &err);
	evidence.ak_public.data[12] ^= 1;
	check_refused(&evidence, ERR_AK_INVALID, "a policy that is not the platform's");
}

#ifdef __SANITIZE_ADDRESS__
static void lack_of_memory_is_not_tampering(void **state)
{
	(void)state;
	print_message("SKIPPED: the sanitizer's own allocator cannot be made to fail\n");
	skip();
}
#else
static unsigned long allocations, failing_allocation;

/* In place of the C library's: mbedtls allocates by it alone. */
void *calloc(size_t count, size_t size)
{
	extern void *__libc_calloc(size_t count, size_t size);

	return ++allocations == failing_allocation ? NULL : __libc_calloc(count, size);
}

static void lack_of_memory_is_not_tampering(void **state)
{
	unsigned failures = 0;

	(void)state;
	do {
		struct binding binding;
		struct err err = {.code = ERR_OK};

		allocations = 0;
		failing_allocation++;
		if (first_of_binding(&good, BINDING_NULL_ONLY, &binding, &err) < 0)
			failures++;
		if (err_info(err.code)->kind == ERR_KIND_INTEGRITY)
			fail_msg("allocation %lu failed: %s", failing_allocation, err.msg);
	} while (allocations >= failing_allocation);
	failing_allocation = 0;
	assert_true(failures > 10);
}
#endif

enum field { AK, QUOTE, QUOTE_SIGNATURE, KEY, CERTIFY, CERTIFY_SIGNATURE, PCR };

static uint8_t *bytes_of(struct evidence *evidence, enum field field)
{
	uint8_t *const all[] = {evidence->ak_public.data, evidence->quote.attest,
		evidence->quote.signature, evidence->key_public.data, evidence->key_certify.attest,
		evidence->key_certify.signature, evidence->pcrs.digest[0]};

	return all[field];
}

static void a_flipped_bit_is_refused(void **state)
{
	static const struct {
		enum field field;
		size_t at;
		uint8_t bit;
		enum err_code code;
		const char *message;
	} rows[] = {
		{AK, 1, 0x01, ERR_AK_INVALID, "TPM2B_PUBLIC"},
		{AK, 3, 0x22, ERR_AK_INVALID, "Attestation key"},
		{AK, 5, 0x01, ERR_AK_INVALID, "Attestation key"},
		{AK, 7, 0x01, ERR_AK_INVALID, "attributes 0x00040472"}, /* not restricted */
		{AK, 9, 0x02, ERR_AK_INVALID, "attributes 0x00050470"}, /* not fixedTPM   */
		{AK, 15, 0x02, ERR_AK_INVALID, "scheme 0x0016"},
		{AK, 17, 0x07, ERR_AK_INVALID, "hash 0x000C"},
		{AK, 23, 0x03, ERR_AK_INVALID, "exponent 3"},
		{AK, 26, 0x80, ERR_AK_INVALID, "modulus"},
		{AK, 200, 0x01, ERR_AK_CERT_INVALID, "for another key"},
		{QUOTE, 0, 0x01, ERR_QUOTE_INVALID, "Not made by a TPM"},
		{QUOTE, 5, 0x0F, ERR_QUOTE_INVALID, "Quote"},
		{QUOTE, 20, 0x01, ERR_QUOTE_INVALID, "Quote is not signed"},
		{QUOTE, 47, 0x01, ERR_QUOTE_INVALID, "Quote is not signed"}, /* clock */
		{QUOTE, 55, 0x01, ERR_QUOTE_INVALID, "Quote is not signed"}, /* reset count */
		{QUOTE, 112, 0x80, ERR_QUOTE_INVALID, "Quote is not signed"},
		{QUOTE_SIGNATURE, 0, 0x01, ERR_QUOTE_INVALID, "Quote is not signed"},
		{QUOTE_SIGNATURE, 255, 0x01, ERR_QUOTE_INVALID, "Quote is not signed"},
		{PCR, 0, 0x01, ERR_QUOTE_INVALID, "other PCR values"},
		{PCR, 7 * TPM_DIGEST_SIZE + 31, 0x01, ERR_QUOTE_INVALID, "other PCR values"},
		{KEY, 0, 0x01, ERR_KEY_INVALID, "TPM2B_PUBLIC"},
		{KEY, 7, 0x01, ERR_KEY_INVALID, "attributes 0x00030432"}, /* restricted   */
		{KEY, 7, 0x04, ERR_KEY_INVALID, "attributes 0x00060432"}, /* signs        */
		{KEY, 9, 0x40, ERR_KEY_INVALID, "attributes 0x00020472"}, /* userWithAuth */
		{KEY, 9, 0x80, ERR_KEY_INVALID, "attributes 0x000204B2"}, /* adminWithPolicy */
		{KEY, 9, 0x02, ERR_KEY_INVALID, "attributes 0x00020430"},
		{KEY, 12, 0x01, ERR_KEY_INVALID, "policy"},
		{KEY, 300, 0x01, ERR_KEY_INVALID, "for another key"},
		{CERTIFY, 3, 0x01, ERR_KEY_INVALID, "Not made by a TPM"},
		{CERTIFY, 60, 0x01, ERR_KEY_INVALID, "Key certification is not signed"},
		{CERTIFY, 140, 0x01, ERR_KEY_INVALID, "Key certification is not signed"},
		{CERTIFY_SIGNATURE, 100, 0x10, ERR_KEY_INVALID, "Key certification is not signed"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct evidence changed = good;

		bytes_of(&changed, rows[i].field)[rows[i].at] ^= rows[i].bit;
		check_refused(&changed, rows[i].code, rows[i].message);
	}
}

static void cut_and_empty_parts_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < 7; i++) {
		struct evidence changed = good;
		struct binding binding;
		struct err err;
		size_t *const lengths[] = {&changed.ak_cert.len, &changed.ak_public.len,
			&changed.quote.attest_len, &changed.quote.signature_len,
			&changed.key_public.len, &changed.key_certify.attest_len,
			&changed.key_certify.signature_len};

		(*lengths[i])--;
		assert_int_equal(first_of_binding(&changed, BINDING_NULL_ONLY, &binding, &err), -1);
		assert_int_not_equal(err_info(err.code)->kind, ERR_KIND_INTERNAL);
		*lengths[i] = 0;
		assert_int_equal(first_of_binding(&changed, BINDING_NULL_ONLY, &binding, &err), -1);
		assert_int_not_equal(err_info(err.code)->kind, ERR_KIND_INTERNAL);
	}
}

static void parts_of_another_tpm_are_refused(void **state)
{
	struct evidence changed = good;

	(void)state;
	changed.ak_cert = foreign.ak_cert;
	check_refused(&changed, ERR_AK_CERT_INVALID, "for another key");
	changed = good;
	changed.quote = foreign.quote;
	check_refused(&changed, ERR_QUOTE_INVALID, "Quote is not signed");
	changed = good;
	changed.key_certify = foreign.key_certify;
	check_refused(&changed, ERR_KEY_INVALID, "Key certification is not signed");
	changed = good;
	changed.key_public = foreign.key_public;
	check_refused(&changed, ERR_KEY_INVALID, "for another key");
	changed = good;
	changed.quote = good.key_certify;
	check_refused(&changed, ERR_QUOTE_INVALID, "Quote has the type 0x8017");
	changed = good;
	changed.key_certify = good.quote;
	check_refused(&changed, ERR_KEY_INVALID, "Key certification has the type 0x8018");
}

static void read_attest(struct tpm_attest *ret)
{
	ret->attest_len = folder_read(ours.folder, "odd.attest", ret->attest, sizeof(ret->attest));
	ret->signature_len =
		folder_read(ours.folder, "odd.signature", ret->signature, sizeof(ret->signature));
}

/* Truly signed by the attestation key, so that only the check in question can refuse them. */
static void a_true_quote_of_something_else_is_refused(void **state)
{
	static const char *const rows[][3] = {
		{"--banks", "0004", "PCR bank 0x0004"},
		{"--banks", "000b,0004", "2 banks"},
		{"--mask", "7f", "PCRs 0x00007F"},
		{"--mask", "1ff", "PCRs 0x0001FF"},
		{"--qualifying", "nonce", "5 bytes of qualifying data"},
	};
	char out[FOLDER_SIZE + 8];
	struct evidence changed = good;

	(void)state;
	(void)snprintf(out, sizeof(out), "%s/odd", ours.folder);
	for (size_t i = 0; i < COUNT(rows); i++) {
		vtpm_platform(&ours, "odd-quote", out, rows[i][0], rows[i][1], NULL);
		read_attest(&changed.quote);
		check_refused(&changed, ERR_QUOTE_INVALID, rows[i][2]);
	}
	changed = good;
	vtpm_platform(&ours, "odd-quote", out, "--mask", "0f", NULL);
	read_attest(&changed.quote);
	changed.pcrs.mask = 0x0F;
	check_refused(&changed, ERR_QUOTE_INVALID, "does not cover all of PCR 0 to 7");
}

static void make_odd_key(struct evidence *changed, const char *option, const char *value)
{
	uint8_t policy[TPM_DIGEST_SIZE];
	char policy_hex[2 * TPM_DIGEST_SIZE + 1], out[FOLDER_SIZE + 8];

	binding_pcr_policy(&good.pcrs, policy);
	hex_encode((struct bytes){policy, sizeof(policy)}, policy_hex);
	(void)snprintf(out, sizeof(out), "%s/odd", ours.folder);
	vtpm_platform(&ours, "odd-key", out, "--policy", policy_hex, option, value, NULL);
	changed->key_public.len =
		folder_read(ours.folder, "odd.public", changed->key_public.data, TPM_MAX_WIRE);
	read_attest(&changed->key_certify);
}

static void a_truly_certified_key_of_another_kind_is_refused(void **state)
{
	static const char no_policy[] = "";
	static const char *const rows[][3] = {
		/* usable without the policy */
		{"--attributes", "00020472", "attributes 0x00020472"},
		{"--attributes", "00060432", "attributes 0x00060432"}, /* signs too */
		{"--policy", no_policy, "policy"},
		{"--policy", "9dffcbf36c383ae699fb9868dc6dcb89d7153884be2803922c124158bfad22ae",
			"policy"},
		{"--hierarchy", "4000000b", "hierarchy NULL"},
		{"--hierarchy", "40000001", "hierarchy NULL"},
		{"--bits", "1024", "not RSA-2048"},
		{"--qualifying", "x", "1 bytes of qualifying data"},
	};
	struct evidence changed = good;
	struct binding binding;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make_odd_key(&changed, rows[i][0], rows[i][1]);
		check_refused(&changed, ERR_KEY_INVALID, rows[i][2]);
	}
	make_odd_key(&changed, "--hierarchy", "40000001");
	check_ok(first_of_binding(&changed, BINDING_NULL_OR_OWNER, &binding, &err), &err);
	make_odd_key(&changed, "--hierarchy", "4000000b");
	check_err(first_of_binding(&changed, BINDING_NULL_OR_OWNER, &binding, &err), &err,
		ERR_KEY_INVALID);
}

static void a_key_certified_before_the_quote_is_refused(void **state)
{
	struct evidence changed = good;
	char out[FOLDER_SIZE + 8];

	(void)state;
	(void)snprintf(out, sizeof(out), "%s/odd", ours.folder);
	vtpm_platform(&ours, "odd-quote", out, NULL);
	read_attest(&changed.quote);
	check_refused(&changed, ERR_KEY_INVALID, "not certified right after the quote");
}

static void parts_of_two_boots_are_refused(void **state)
{
	auto_cleanup(evidence) struct evidence later = EVIDENCE_EMPTY;
	struct evidence changed = good;

	(void)state;
	vtpm_platform(&ours, "reset", NULL);
	collect(&ours, &later);
	changed.key_public = later.key_public;
	changed.key_certify = later.key_certify;
	check_refused(&changed, ERR_KEY_INVALID, "another boot");
	changed = later;
	changed.key_public = good.key_public;
	check_refused(&changed, ERR_KEY_INVALID, "for another key");
}

static void an_imposters_attestation_key_is_refused(void **state)
{
	static const struct {
		const char *option, *value;
		enum err_code code;
		const char *message;
	} rows[] = {
		/* not restricted */
		{"--ak-attributes", "00040472", ERR_AK_INVALID, "attributes 0x00040472"},
		{"--ak-attributes", "000504f2", ERR_AK_INVALID, "attributes 0x000504F2"},
		{"--ak-hierarchy", "40000001", ERR_QUOTE_INVALID, "outside the endorsement hierarchy"},
		{"--wrong-key", NULL, ERR_AK_CERT_INVALID, "for another key"},
		{"--no-signing", NULL, ERR_AK_CERT_INVALID, "does not allow signing"},
		{"--as-ca", NULL, ERR_AK_CERT_INVALID, "certificate authority"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(evidence) struct evidence evidence = EVIDENCE_EMPTY;

		vtpm_provision(&other, rows[i].option, rows[i].value, NULL);
		collect(&other, &evidence);
		check_refused(&evidence, rows[i].code, rows[i].message);
	}
}

static void the_policy_is_what_the_tpm_demands(void **state)
{
	/* Each of PCR 0 to 7 zero: computed apart from this library. */
	struct tpm_pcrs zero = {.mask = TPM_BOOT_PCR_MASK};
	uint8_t digest[TPM_DIGEST_SIZE];
	char hex[2 * TPM_DIGEST_SIZE + 1];

	(void)state;
	binding_pcr_digest(&zero, digest);
	hex_encode((struct bytes){digest, sizeof(digest)}, hex);
	assert_string_equal(hex, "5341e6b2646979a70e57653007a1f310169421ec9bdd9f1a5648f75ade005af1");
	binding_pcr_policy(&zero, digest);
	hex_encode((struct bytes){digest, sizeof(digest)}, hex);
	assert_string_equal(hex, "9a72c2e06a93c453a86efb47532e9c7a91dcab018e675919910c58d6a1a5aa78");
}

static int start(void **state)
{
	(void)state;
	vtpm_start(&ours);
	vtpm_start(&other);
	vtpm_provision(&ours, NULL);
	vtpm_provision(&other, NULL);
	collect(&ours, &good);
	collect(&other, &foreign);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	evidence_done(&good);
	evidence_done(&foreign);
	vtpm_stop(&ours);
	vtpm_stop(&other);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(true_evidence_is_accepted),
		cmocka_unit_test(lack_of_memory_is_not_tampering),
		cmocka_unit_test(a_flipped_bit_is_refused),
		cmocka_unit_test(cut_and_empty_parts_are_refused),
		cmocka_unit_test(parts_of_another_tpm_are_refused),
		cmocka_unit_test(a_true_quote_of_something_else_is_refused),
		cmocka_unit_test(a_truly_certified_key_of_another_kind_is_refused),
		cmocka_unit_test(a_key_certified_before_the_quote_is_refused),
		cmocka_unit_test(a_host_provisioned_key_has_a_policy_and_is_accepted),
		cmocka_unit_test(an_imposters_attestation_key_is_refused),
		cmocka_unit_test(parts_of_two_boots_are_refused),
		cmocka_unit_test(the_policy_is_what_the_tpm_demands),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

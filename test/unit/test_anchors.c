#include "check.h"
#include "../support/kinds.h"
#include "../support/folder.h"
#include "appraise/anchors.h"
#include "base/pem.h"

/* Certificates that openssl made; test/support/make_chain tells their dates. */
static char folder[FOLDER_SIZE];

#define IN_2021 1625000000 /* the leaf is valid from 2021 to 2022 */

/* Certificates that are not ours: Azure's own, and a case out of a report. */
#define GENUINE        "quote/azure-tl-cmcp-2026-07-27/akcert_0x01C101D0.der"
#define CA             "cert/azure-vtpm-ca/"
#define CA_ROOT        CA "azure-virtual-tpm-root-2023.pem"
#define CASE           "../cases/akcert/"
#define IN_AUGUST_2026 1786000000
#define IN_2027        1800000000

static void add(struct anchors *anchors, const char *name)
{
	uint8_t pem[16384];
	struct bytes text = {pem, folder_read(folder, name, pem, sizeof(pem))};
	struct err err;

	check_ok(anchors_add(anchors, text, &err), &err);
}

/* All reasons in one text. */
static void judge_der(const struct anchors *anchors, struct bytes der, int64_t now_s, char ret[2048])
{
	auto_cleanup(findings) struct findings found = {0};

	anchors_judge_ak_cert(anchors, der, now_s, &found);
	ret[0] = '\0';
	for (size_t i = 0; i < found.count; i++) {
		assert_int_equal(findings_at(&found, i)->code, ERR_AK_CERT_INVALID);
		(void)snprintf(ret + strlen(ret), 2048 - strlen(ret), "%s%s", i ? " " : "",
			findings_at(&found, i)->msg);
	}
}

static void judge(const struct anchors *anchors, const char *leaf, int64_t now_s, char ret[2048])
{
	uint8_t der[4096];

	judge_der(anchors, (struct bytes){der, folder_read(folder, leaf, der, sizeof(der))}, now_s,
		ret);
}

#define UNKNOWN(subject, issuer)                                                                   \
	"Certificate 'CN=" subject "' is from an unknown CA, 'CN=" issuer "'"
#define NO_KEY_FITS(subject, issuer)                                                               \
	"Certificate '" subject "' has a bad signature: no key of '" issuer                        \
	"' that may sign certificates fits."
#define BAD_SIGNATURE NO_KEY_FITS("CN=Intermediate", "C=US, O=Throwaway, CN=Root")
#define FROM_UNKNOWN_ROOT(subject)                                                                 \
	"Certificate 'CN=" subject "' is from an unknown CA, 'C=US, O=Throwaway, CN=Root'."
#define EXPIRED_IN_2024(subject) "Certificate 'CN=" subject "' expired at 2024-01-01T00:00:00Z."
#define EXPIRED(subject)         "Certificate 'CN=" subject "' expired at 2022-01-01T00:00:00Z."
#define NOT_FOR_SIGNING(subject) "Certificate 'CN=" subject "' is not for signing by an end entity."
#define NO_AK(subject)                                                                             \
	"Certificate 'CN=" subject "' is not for an attestation key (usage 2.23.133.8.3)"
#define EARLY                                                                                      \
	NO_AK("Early")                                                                             \
	": its usage is 1.3.6.1.4.1.311.10.3.12, which the platform's certificates of 2021 to 2023 share with others of their authorities."

static void the_chain_and_the_usage_decide(void **state)
{
	static const struct {
		const char *anchors[3];
		const char *leaf;
		int64_t now_s;
		const char *reasons; /* "": accepted */
	} rows[] = {
		{{"root.pem", "inter.pem"}, "leaf.der", IN_2021, ""},
		{{"inter.pem", "stranger.pem", "root.pem"}, "leaf.der", IN_2021, ""},
		{{"root.pem", "upper.pem", "lower.pem"}, "deep.der", IN_2021, ""},
		{{"lower.pem", "root.pem", "upper.pem"}, "deep.der", IN_2021, ""},
		{{"root.pem", "lower.pem"}, "deep.der", IN_2021, UNKNOWN("Lower", "Upper") "."},
		{{"root.pem", "upper.pem"}, "deep.der", IN_2021,
			UNKNOWN("Deep",
				"Lower") "; it names http://a.example/lower.crt as the place of that CA's certificate."},
		{{"root.pem", "inter.pem"}, "leaf.der", 1700000000, EXPIRED("Leaf")},
		{{"root.pem", "inter.pem"}, "leaf.der", 1600000000,
			"Certificate 'CN=Leaf' is not yet valid, only from 2021-01-01T00:00:00Z."},
		{{"root.pem"}, "leaf.der", IN_2021, UNKNOWN("Leaf", "Intermediate") "."},
		{{"root.pem"}, "leaf.der", 1700000000,
			UNKNOWN("Leaf", "Intermediate") ". " EXPIRED("Leaf")},
		{{"impostor.pem", "inter.pem"}, "leaf.der", IN_2021, BAD_SIGNATURE},
		{{"root.pem", "inter.pem"}, "early.der", IN_2021, EARLY},
		{{"root.pem"}, "early.der", IN_2021, UNKNOWN("Early", "Intermediate") ". " EARLY},
		{{"root.pem"}, "early.der", 1700000000,
			UNKNOWN("Early", "Intermediate") ". " EXPIRED("Early") " " EARLY},
		{{"root.pem", "inter.pem"}, "weak.der", IN_2021,
			"Certificate 'CN=Weak' uses a key or signature that is too weak (mbedtls flags 0x10000)."},
		{{"root.pem", "inter.pem"}, "nousage.der", IN_2021, NO_AK("No usage") "."},
		{{"root.pem", "inter.pem"}, "ec.der", IN_2021,
			NOT_FOR_SIGNING("EC") " " NO_AK("EC") "."},
		{{"root.pem"}, "inter.der", IN_2021,
			NOT_FOR_SIGNING("Intermediate") " " NO_AK("Intermediate") "."},
		/* what looks like the platform's chain */
		{{"root.pem", "twin.pem"}, "leaf.der", IN_2021,
			NO_KEY_FITS("CN=Leaf", "CN=Intermediate")},
		{{"impostor.pem", "twin.pem"}, "leaf.der", IN_2021,
			NO_KEY_FITS("CN=Leaf", "CN=Intermediate")},
		{{"impostor.pem"}, "leaf.der", IN_2021, UNKNOWN("Leaf", "Intermediate") "."},
		{{"stranger.pem"}, "leaf.der", IN_2021, UNKNOWN("Leaf", "Intermediate") "."},
		{{"stranger.pem", "inter.pem"}, "leaf.der", IN_2021,
			FROM_UNKNOWN_ROOT("Intermediate")},
		{{"impostor.pem", "upper.pem", "lower.pem"}, "deep.der", IN_2021,
			NO_KEY_FITS("CN=Upper", "C=US, O=Throwaway, CN=Root")},
		{{"stranger.pem", "upper.pem", "lower.pem"}, "deep.der", IN_2021,
			FROM_UNKNOWN_ROOT("Upper")},
		{{"root.pem", "upper.pem", "lower.pem"}, "deep.der", 1710000000,
			EXPIRED_IN_2024("Upper")},
		{{"root.pem", "inter.pem"}, "sha1.der", IN_2021,
			"Certificate 'CN=Old digest' uses a key or signature that is too weak (mbedtls flags 0x4000)."},
		{{"root.pem", "inter.pem"}, "grandchild.der", IN_2021,
			UNKNOWN("Grandchild", "Leaf") "."},
		{{"root.pem", "inter.pem", "leaf.pem"}, "grandchild.der", IN_2021,
			NO_KEY_FITS("CN=Grandchild", "CN=Leaf")},
		{{"root.pem", "inter.pem", "sub.pem"}, "subleaf.der", IN_2021,
			NO_KEY_FITS("CN=Sub", "CN=Intermediate")},
		{{"root.pem", "inter.pem"}, "subleaf.der", IN_2021, UNKNOWN("Subleaf", "Sub") "."},
		{{"root.pem", "limited.pem"}, "unnamed.der", IN_2021, ""},
		{{"root.pem", "limited.pem"}, "misnamed.der", IN_2021,
			"Certificate 'CN=Below': its certificate is not one that the authority 'CN=Limited' may issue: 'a.test' is not among what its name constraints permit. " NO_AK(
				"Below") "."},
	};

	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(anchors) struct anchors anchors = anchors_empty();
		char reasons[2048];

		for (size_t a = 0; a < COUNT(rows[i].anchors) && rows[i].anchors[a]; a++)
			add(&anchors, rows[i].anchors[a]);
		assert_true(anchors_have_root(&anchors));
		judge(&anchors, rows[i].leaf, rows[i].now_s, reasons);
		if (strcmp(reasons, rows[i].reasons) != 0)
			fail_msg("row %zu: %s", i, reasons);
		judged_add(&judged, !reasons[0]);
	}
	judged_print(10, judged);
}

/* Reads a file of a VM that is not ours; its length is 0 if there is none. */
static struct bytes others_file(const char *name, uint8_t *ret, size_t size)
{
	const char *vectors = getenv("VECTORS");
	struct bytes bytes = {
		ret, folder_read(vectors ? vectors : "../shared/vectors", name, ret, size)};

	return bytes;
}

/* A chain of three that Azure issued, and one of four of its form; without a link the message names
 * where the certificate says that it is. */
static void chains_of_each_generation_verify(void **state)
{
	static const struct {
		const char *leaf;
		int64_t now_s;
		const char *anchors[3];
		const char *reasons;
	} rows[] = {
		{GENUINE, IN_AUGUST_2026, {CA "vtpm_ca_bundle_0.pem", CA_ROOT}, ""},
		{GENUINE, IN_AUGUST_2026, {CA_ROOT, CA "intermediate_ca.crt"},
			UNKNOWN("f859864a6a31.TrustedVM.Azure.windows.net",
				"Global Virtual TPM CA - 03") "."},
		{CASE "leaf.der", IN_2027, {CASE "low.pem", CASE "mid.pem", CASE "root.pem"}, ""},
		{CASE "leaf.der", IN_2027, {CASE "root.pem", CASE "mid.pem"},
			UNKNOWN("1a2b3c4d5e6f.TrustedVM.Azure.windows.net",
				"Azure Cloud Virtual TPM CA - 11") "; it names http://pki1.example/vtpm/cloud-virtual-tpm-ca-11.crt as the place of that CA's certificate."},
	};
	static uint8_t leaf[4096], pem[8192];
	struct judged judged = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(anchors) struct anchors anchors = anchors_empty();
		struct bytes der = others_file(rows[i].leaf, leaf, sizeof(leaf));
		char reasons[2048];
		struct err err;

		if (!der.len) {
			print_message("SKIPPED: no '%s' (set VECTORS)\n", rows[i].leaf);
			continue;
		}
		for (size_t a = 0; a < COUNT(rows[i].anchors) && rows[i].anchors[a]; a++)
			check_ok(anchors_add(&anchors,
					 others_file(rows[i].anchors[a], pem, sizeof(pem)), &err),
				&err);
		der.len = crypto_der_length(der);
		judge_der(&anchors, der, rows[i].now_s, reasons);
		assert_string_equal(reasons, rows[i].reasons);
		judged_add(&judged, !reasons[0]);
	}
	judged_print(10, judged);
}

/* The same authorities as files of DER, of DER values behind each other, and of text. */
static void a_file_is_text_or_der(void **state)
{
	static const char *const names[] = {"root.der", "upper.der", "lower.der"};
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(buf) struct buf all = buf_with_max(16384), pem = buf_with_max(16384);
	auto_cleanup(buf) struct buf again = buf_with_max(16384);
	char reasons[2048];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		uint8_t der[4096];
		size_t len = folder_read(folder, names[i], der, sizeof(der));

		check_ok(buf_append(&all, der, len, &err), &err);
	}
	check_ok(pem_of_file(buf_bytes(&all), &pem, &err), &err);
	check_ok(anchors_add(&anchors, buf_bytes(&pem), &err), &err);
	judge(&anchors, "deep.der", IN_2021, reasons);
	assert_string_equal(reasons, "");
	check_ok(pem_of_file(buf_bytes(&pem), &again, &err), &err);
	assert_true(bytes_equal(buf_bytes(&pem), buf_bytes(&again)));
	for (size_t cut = 1; cut < 5; cut++)
		check_err(pem_of_file((struct bytes){all.data, all.len - cut}, &again, &err), &err,
			ERR_FORMAT);
	check_ok(buf_append(&all, "\n", 1, &err), &err);
	check_err(pem_of_file(buf_bytes(&all), &again, &err), &err, ERR_FORMAT);
}

static void only_a_self_signed_certificate_is_a_root(void **state)
{
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();

	(void)state;
	add(&anchors, "inter.pem");
	assert_false(anchors_have_root(&anchors));
	add(&anchors, "root.pem");
	assert_true(anchors_have_root(&anchors));
}

static void what_is_no_certificate_is_refused(void **state)
{
	static const char *const texts[] = {"", "no certificate", "-----BEGIN CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"};
	auto_cleanup(anchors) struct anchors anchors = anchors_empty();
	auto_cleanup(findings) struct findings found = {0};
	static const uint8_t large[ANCHORS_MAX_BYTES + 1];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		check_err(anchors_add(&anchors, TEXT(texts[i]), &err), &err, ERR_CA_FILE);
	check_err(anchors_add(&anchors, (struct bytes){large, sizeof(large)}, &err), &err,
		ERR_CA_FILE);
	anchors_judge_ak_cert(&anchors, TEXT("no certificate"), IN_2021, &found);
	check_err(findings_check(&found, &err), &err, ERR_FORMAT);
}

static int make_chain(void **state)
{
	const char *argv[] = {"test/support/make_chain", folder, NULL};

	(void)state;
	folder_make(folder);
	argv[1] = folder;
	folder_run(argv);
	return 0;
}

static int remove_chain(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chain_and_the_usage_decide),
		cmocka_unit_test(chains_of_each_generation_verify),
		cmocka_unit_test(a_file_is_text_or_der),
		cmocka_unit_test(only_a_self_signed_certificate_is_a_root),
		cmocka_unit_test(what_is_no_certificate_is_refused),
	};

	return cmocka_run_group_tests(tests, make_chain, remove_chain);
}

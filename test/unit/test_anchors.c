#include "check.h"
#include "../support/folder.h"
#include "appraise/anchors.h"

/* Certificates that openssl made; test/support/make_chain tells their dates. */
static char folder[FOLDER_SIZE];

#define IN_2021 1625000000 /* the leaf is valid from 2021 to 2022 */

static void add(struct anchors *anchors, const char *name)
{
	uint8_t pem[16384];
	struct bytes text = {pem, folder_read(folder, name, pem, sizeof(pem))};
	struct err err;

	check_ok(anchors_add(anchors, text, &err), &err);
}

static void the_chain_and_the_usage_decide(void **state)
{
	static const struct {
		const char *anchors[3];
		const char *leaf;
		int64_t now_s;
		const char *message; /* NULL: accepted */
	} rows[] = {
		{{"root.pem", "inter.pem"}, "leaf.der", IN_2021, NULL},
		{{"inter.pem", "stranger.pem", "root.pem"}, "leaf.der", IN_2021, NULL},
		{{"root.pem", "inter.pem"}, "leaf.der", 1700000000, "expired"},
		{{"root.pem", "inter.pem"}, "leaf.der", 1600000000, "not yet valid"},
		{{"root.pem"}, "leaf.der", IN_2021, "unknown CA"},
		{{"stranger.pem", "inter.pem"}, "leaf.der", IN_2021, "unknown CA"},
		{{"impostor.pem", "inter.pem"}, "leaf.der", IN_2021, "bad signature"},
		{{"root.pem", "inter.pem"}, "weak.der", IN_2021, "too weak"},
		{{"root.pem", "inter.pem"}, "nousage.der", IN_2021, "not for an attestation key"},
		{{"root.pem", "inter.pem"}, "ec.der", IN_2021, "not for signing"},
		{{"root.pem", "inter.pem"}, "inter.der", IN_2021, "not for signing"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(anchors) struct anchors anchors = anchors_empty();
		uint8_t der[4096];
		struct bytes leaf = {der, folder_read(folder, rows[i].leaf, der, sizeof(der))};
		struct err err = {.code = ERR_OK};

		for (size_t a = 0; a < COUNT(rows[i].anchors) && rows[i].anchors[a]; a++)
			add(&anchors, rows[i].anchors[a]);
		assert_true(anchors_have_root(&anchors));
		if (!rows[i].message)
			check_ok(anchors_check_ak_cert(&anchors, leaf, rows[i].now_s, &err), &err);
		else if (anchors_check_ak_cert(&anchors, leaf, rows[i].now_s, &err) == 0)
			fail_msg("row %zu was accepted, expected: %s", i, rows[i].message);
		else if (err.code != ERR_AK_CERT_INVALID || !strstr(err.msg, rows[i].message))
			fail_msg("row %zu: %s, expected: %s", i, err.msg, rows[i].message);
	}
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
	static const uint8_t large[ANCHORS_MAX_BYTES + 1];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		check_err(anchors_add(&anchors, TEXT(texts[i]), &err), &err, ERR_CA_FILE);
	check_err(anchors_add(&anchors, (struct bytes){large, sizeof(large)}, &err), &err,
		ERR_CA_FILE);
	check_err(anchors_check_ak_cert(&anchors, TEXT("no certificate"), IN_2021, &err), &err,
		ERR_FORMAT);
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
		cmocka_unit_test(only_a_self_signed_certificate_is_a_root),
		cmocka_unit_test(what_is_no_certificate_is_refused),
	};

	return cmocka_run_group_tests(tests, make_chain, remove_chain);
}

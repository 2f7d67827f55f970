/* The renewal of Secure Boot's certificates is a change of its own, and hides no other. */
#include "check.h"
#include <stdio.h>
#include "appraise/known_cert.h"
#include "base/codec.h"
#include "base/text.h"
#include "drift/drift.h"

#define BIT(cert)    KNOWN_CERT_BIT(KNOWN_CERT_##cert)
#define KEK_OLD      BIT(KEK_2011)
#define KEK_NEW      BIT(KEK_2023)
#define UEFI_OLD     BIT(UEFI_2011)
#define UEFI_NEW     BIT(UEFI_2023)
#define OTHERS       (BIT(OPTION_ROM_2023) | BIT(WINDOWS_2023))
#define KMOD         BIT(AZURE_KMOD)
#define REST         "; kernel, shim unchanged"
#define RENEWED_BOTH "Secure Boot certificates renewed in KEK, db"

/* Fingerprints by their place in the table. */
static const char *const digests[KNOWN_CERT_COUNT] = {
#define DIGEST_ROW(cert, sha256, name) [cert] = sha256,
	KNOWN_CERTS(DIGEST_ROW)
#undef DIGEST_ROW
};

/* A boot's keys; a foreign one has a digest of this byte, and the name of Microsoft's new one. */
struct keys {
	known_cert_mask kek, db;
	uint8_t foreign_kek, foreign_db;
	uint8_t revoked; /* number of entries of dbx */
	enum known_cert signer;
	enum { AZURE, OWN, TWO, NONE } pk;
};

static void add(struct components *boot, struct component component)
{
	struct err err;

	component.is_bound = true;
	check_ok(components_add(boot, &component, &err), &err);
}

static struct component of_cert(enum component_kind kind, enum known_cert cert)
{
	struct component ret = {.kind = kind, .pcr = 7};
	struct err err;

	check_ok(hex_decode(TEXT(digests[cert]), ret.sha256, sizeof(ret.sha256), &err), &err);
	(void)text_format(ret.name, sizeof(ret.name), "CN=%s", known_cert_name(cert));
	(void)text_format(ret.label, sizeof(ret.label), "%s", known_cert_name(cert));
	return ret;
}

static void add_list(
	struct components *boot, enum component_kind kind, known_cert_mask mask, uint8_t foreign)
{
	struct component stranger = of_cert(kind, KNOWN_CERT_UEFI_2023);

	for (int cert = 0; cert < KNOWN_CERT_COUNT; cert++)
		if (mask & KNOWN_CERT_BIT(cert))
			add(boot, of_cert(kind, (enum known_cert)cert));
	memset(stranger.sha256, foreign, sizeof(stranger.sha256));
	if (foreign)
		add(boot, stranger);
}

static void add_revoked(struct components *boot, uint8_t count)
{
	struct component dbx = {.kind = COMPONENT_DBX, .pcr = 7};
	uint8_t entry[COMPONENTS_REVOCATION_LEN];
	struct err err;

	for (uint8_t i = 0; i < count; i++) {
		memset(entry, i, sizeof(entry));
		check_ok(buf_append(&boot->revoked, entry, sizeof(entry), &err), &err);
	}
	crypto_sha256(buf_bytes(&boot->revoked), dbx.sha256);
	add(boot, dbx);
}

static struct components boot_with(const struct keys *keys)
{
	struct components boot = components_empty();
	struct component pk = of_cert(COMPONENT_PK, KNOWN_CERT_PK_AZURE);

	boot.listed = 1u << 7 | 1u << 4;
	if (keys->pk == AZURE || keys->pk == TWO)
		add(&boot, pk);
	pk.sha256[0] ^= 1;
	if (keys->pk == OWN || keys->pk == TWO)
		add(&boot, pk);
	add_list(&boot, COMPONENT_KEK, keys->kek, keys->foreign_kek);
	add_list(&boot, COMPONENT_DB, keys->db, keys->foreign_db);
	add_revoked(&boot, keys->revoked);
	add(&boot, of_cert(COMPONENT_AUTHORITY, keys->signer));
	add(&boot, (struct component){.kind = COMPONENT_APPLICATION,
			   .pcr = 4,
			   .name = "\\EFI\\BOOT\\shimx64.efi",
			   .sha256 = {1}});
	add(&boot, (struct component){
			   .kind = COMPONENT_KERNEL, .pcr = 4, .name = "/vmlinuz", .sha256 = {2}});
	return boot;
}

#define SIGNED_OLD .signer = KNOWN_CERT_UEFI_2011
#define SIGNED_NEW .signer = KNOWN_CERT_UEFI_2023

static const struct row {
	const char *shown;
	struct keys had, has;
	enum err_code code;
	const char *text;
} rows[] = {
	{"db and KEK gain what the signed updates add", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW | OTHERS, SIGNED_OLD}, ERR_OK,
		RENEWED_BOTH REST},
	{"the whole migration: dbx gains, and the dual-signed shim's other signature counts",
		{KEK_OLD, UEFI_OLD, .revoked = 3, SIGNED_OLD},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, .revoked = 5, SIGNED_NEW}, ERR_OK,
		RENEWED_BOTH "; dbx: 2 entries added, none removed" REST},
	{"db first, as is right", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD, UEFI_OLD | UEFI_NEW, SIGNED_OLD}, ERR_OK,
		"Secure Boot certificates renewed in db" REST},
	{"later, those of 2011 leave", {KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, SIGNED_OLD},
		{KEK_NEW, UEFI_NEW, SIGNED_NEW}, ERR_OK,
		"Secure Boot certificates renewed in KEK, db, as the platform enrols them" REST},
	{"the same with own keys beside them",
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, 7, 8, SIGNED_OLD},
		{KEK_NEW, UEFI_NEW, 7, 8, SIGNED_NEW}, ERR_OK, RENEWED_BOTH REST},
	{"the platform enrols its present template", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW | KMOD, SIGNED_OLD}, ERR_OK,
		RENEWED_BOTH ", as the platform enrols them" REST},
	{"the platform replaces all", {KEK_OLD, UEFI_OLD, SIGNED_OLD}, {KEK_NEW, UEFI_NEW, SIGNED_NEW},
		ERR_OK, RENEWED_BOTH ", as the platform enrols them" REST},
	/* what only looks like it */
	{"a key of the same name", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD, UEFI_OLD, .foreign_db = 9, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft UEFI CA 2023 added to db, unexplained" REST},
	{"the same in KEK", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD, UEFI_OLD, .foreign_kek = 9, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft UEFI CA 2023 added to KEK, unexplained" REST},
	{"a third certificate beside the two", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, .foreign_db = 9, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft UEFI CA 2023 added to db, unexplained; " RENEWED_BOTH REST},
	{"and the shim by that one", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD, UEFI_OLD, .foreign_db = 9, .signer = KNOWN_CERT_AZURE_KMOD}, ERR_DRIFT_KEYS,
		"Microsoft UEFI CA 2023 added to db, unexplained; signer changed: Azure Services Linux Kmod PCA (was Microsoft Corporation UEFI CA 2011), unexplained" REST},
	{"another KEK in the old one's place", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{0, UEFI_OLD | UEFI_NEW, .foreign_kek = 9, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft UEFI CA 2023 added to KEK, unexplained; Microsoft Corporation KEK CA 2011 removed from KEK, unexplained; Secure Boot certificates renewed in db" REST},
	{"KEK is replaced, and no template", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_NEW, UEFI_OLD | UEFI_NEW, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft Corporation KEK 2K CA 2023 added to KEK, unexplained; Microsoft Corporation KEK CA 2011 removed from KEK, unexplained; Secure Boot certificates renewed in db" REST},
	{"the old KEK goes and none comes", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{0, UEFI_OLD, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft Corporation KEK CA 2011 removed from KEK, unexplained" REST},
	{"the new one goes again", {KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, SIGNED_OLD},
		{KEK_OLD, UEFI_OLD | UEFI_NEW, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft Corporation KEK 2K CA 2023 removed from KEK, unexplained" REST},
	{"dbx shrinks at the same time", {KEK_OLD, UEFI_OLD, .revoked = 5, SIGNED_OLD},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, .revoked = 4, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"dbx: 1 entry removed, 0 added, unexplained; " RENEWED_BOTH REST},
	{"in the wrong list", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD | UEFI_NEW, UEFI_OLD | KEK_NEW, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft UEFI CA 2023 added to KEK, unexplained; Microsoft Corporation KEK 2K CA 2023 added to db, unexplained" REST},
	{"a key for kernel modules alone", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD, UEFI_OLD | KMOD, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Azure Services Linux Kmod PCA added to db, unexplained" REST},
	{"the platform's template under another PK", {KEK_OLD, UEFI_OLD, .pk = OWN, SIGNED_OLD},
		{KEK_NEW, UEFI_NEW, .pk = OWN, SIGNED_OLD}, ERR_DRIFT_KEYS, NULL},
	{"and under two", {KEK_OLD, UEFI_OLD, .pk = TWO, SIGNED_OLD},
		{KEK_NEW, UEFI_NEW, .pk = TWO, SIGNED_OLD}, ERR_DRIFT_KEYS, NULL},
	{"the template, beside a KEK of somebody's", {KEK_OLD, UEFI_OLD, .foreign_kek = 7, SIGNED_OLD},
		{KEK_NEW, UEFI_NEW, .foreign_kek = 7, SIGNED_OLD}, ERR_DRIFT_KEYS, NULL},
	{"and beside a certificate of somebody's in db",
		{KEK_OLD, UEFI_OLD, .foreign_db = 7, SIGNED_OLD},
		{KEK_NEW, UEFI_NEW, .foreign_db = 7, SIGNED_OLD}, ERR_DRIFT_KEYS, NULL},
	{"and under none", {KEK_OLD, UEFI_OLD, .pk = NONE, SIGNED_OLD},
		{KEK_NEW, UEFI_NEW, .pk = NONE, SIGNED_OLD}, ERR_DRIFT_KEYS, NULL},
	{"the platform's template, and an own key went", {KEK_OLD, UEFI_OLD, 0, 8, SIGNED_OLD},
		{KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW | KMOD, SIGNED_OLD}, ERR_DRIFT_KEYS,
		"Microsoft UEFI CA 2023 removed from db, unexplained; " RENEWED_BOTH
		", as the platform enrols them" REST},
	{"back to the template of old", {KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW | KMOD, SIGNED_OLD},
		{KEK_OLD, UEFI_OLD, SIGNED_OLD}, ERR_DRIFT_KEYS, NULL},
	{"a signer that db does not hold", {KEK_OLD, UEFI_OLD, SIGNED_OLD},
		{KEK_OLD | KEK_NEW, UEFI_OLD, SIGNED_NEW}, ERR_DRIFT_APPLICATION, NULL},
};

static void judge(const struct keys *had, const struct keys *has, const struct rules *rules,
	struct drift_judgement *ret)
{
	auto_cleanup(components) struct components before = boot_with(had), boot = boot_with(has);
	auto_cleanup(drift) struct drift drift = {0};
	struct err err;

	check_ok(drift_find(&before, 1, &boot, &drift, &err), &err);
	drift_judge(rules, &boot, &drift, ret);
}

static void it_is_known_by_its_certificates_and_hides_nothing(void **state)
{
	const struct rules rules = rules_default();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct drift_judgement judgement;

		judge(&rows[i].had, &rows[i].has, &rules, &judgement);
		if (judgement.verdict.reason.code != rows[i].code ||
			(rows[i].text && strcmp(judgement.text, rows[i].text) != 0))
			fail_msg("%s: %s: '%s'", rows[i].shown,
				err_info(judgement.verdict.reason.code)->name, judgement.text);
		assert_int_equal(judgement.is_acceptable, rows[i].code == ERR_OK);
		assert_false(judgement.is_explained); /* noted, not explained */
	}
}

static void its_rule_decides_and_the_signer_follows_it(void **state)
{
	static const struct keys had = {KEK_OLD, UEFI_OLD, SIGNED_OLD};
	static const struct keys has = {KEK_OLD | KEK_NEW, UEFI_OLD | UEFI_NEW, SIGNED_NEW};
	struct rules rules = rules_default();
	struct drift_judgement judgement;

	(void)state;
	rules.action[RULES_CERTIFICATES_RENEWED] = RULES_UNHEALTHY;
	judge(&had, &has, &rules, &judgement);
	assert_int_equal(judgement.verdict.health, HEALTH_UNHEALTHY);
	assert_int_equal(judgement.verdict.reason.code, ERR_DRIFT_CERTIFICATES);
	assert_string_equal(judgement.text, RENEWED_BOTH ", unexplained" REST);
	rules.action[RULES_CERTIFICATES_RENEWED] = RULES_IGNORE;
	judge(&had, &has, &rules, &judgement);
	assert_int_equal(judgement.verdict.health, HEALTH_HEALTHY);
	assert_string_equal(judgement.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_known_by_its_certificates_and_hides_nothing),
		cmocka_unit_test(its_rule_decides_and_the_signer_follows_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "foretell/gate.h"

#include <string.h>
#include "base/ber.h"
#include "base/text.h"

/* EFI_CERT_X509_SHA256_GUID, 3BD2A492-96C0-4079-B420-FCF98EF103ED: the digest of a certificate's
 * signed part, then a time (UEFI 2.10 section 32.4.1) */
static const uint8_t cert_digest_guid[UEFI_GUID_SIZE] = {0x92, 0xa4, 0xd2, 0x3b, 0xc0, 0x96, 0x79,
	0x40, 0xb4, 0x20, 0xfc, 0xf9, 0x8e, 0xf1, 0x03, 0xed};

/* One list of keys or revocations. */
struct list {
	const char *variable;
	const uint8_t *guid;
	struct bytes data;
	bool has_bare_hash; /* shim measures a hash without its owner */
};

/* As it is measured, with its owner. */
static struct bytes whole_of(const struct uefi_signature *entry)
{
	return (struct bytes){entry->owner, UEFI_GUID_SIZE + entry->data.len};
}

static void set_name(struct bytes certificate, struct gate *ret)
{
	struct crypto_cert_info info;
	bool is_one = false;
	struct err ignored;

	ret->name[0] = '\0';
	if (crypto_cert_read(certificate, &info, &is_one, &ignored) == 0 && is_one)
		(void)text_format(ret->name, sizeof(ret->name), "%s",
			info.common_name[0] ? info.common_name : info.subject);
}

static void answer(
	enum gate_answer answer, const struct list *list, struct bytes entry, struct gate *ret)
{
	*ret = (struct gate){
		.answer = answer, .variable = list->variable, .guid = list->guid, .entry = entry};
}

/* ---- by digest ---- */

static bool find_hash(const struct list *list, const uint8_t sha256[CRYPTO_SHA256_SIZE],
	enum gate_answer how, struct gate *ret)
{
	struct uefi_signature_walk walk = uefi_signature_walk(list->data);
	struct uefi_signature entry;

	while (uefi_signature_next(&walk, &entry)) {
		if (memcmp(entry.type, uefi_cert_sha256_guid, UEFI_GUID_SIZE) != 0 ||
			!bytes_equal(entry.data, (struct bytes){sha256, CRYPTO_SHA256_SIZE}))
			continue;
		answer(how, list, list->has_bare_hash ? entry.data : whole_of(&entry), ret);
		return true;
	}
	return false;
}

/* ---- by certificate ---- */

static int find_cert(const struct list *list, const struct signer *signer, enum gate_answer how,
	bool *ret_found, struct gate *ret, struct err *err)
{
	struct uefi_signature_walk walk = uefi_signature_walk(list->data);
	struct uefi_signature entry;

	*ret_found = false;
	while (!*ret_found && uefi_signature_next(&walk, &entry)) {
		if (memcmp(entry.type, uefi_cert_x509_guid, UEFI_GUID_SIZE) != 0)
			continue;
		if (signers_are_vouched(signer, entry.data, ret_found, err) < 0)
			return -1;
		if (!*ret_found)
			continue;
		answer(how, list, whole_of(&entry), ret);
		set_name(entry.data, ret);
	}
	return 0;
}

static bool find_cert_digest(const struct list *list, struct bytes certificate, struct gate *ret)
{
	struct uefi_signature_walk walk = uefi_signature_walk(list->data);
	struct uefi_signature entry;
	struct cursor cursor = cursor_of(certificate);
	struct cursor inside = ber_take_inside(&cursor, BER_SEQUENCE);
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(ber_next(&inside).whole, digest); /* the part that its issuer signed */
	while (uefi_signature_next(&walk, &entry)) {
		if (memcmp(entry.type, cert_digest_guid, UEFI_GUID_SIZE) != 0 ||
			entry.data.len < sizeof(digest) ||
			memcmp(entry.data.data, digest, sizeof(digest)) != 0)
			continue;
		answer(GATE_REVOKED, list, whole_of(&entry), ret);
		set_name(certificate, ret);
		return true;
	}
	return false;
}

/* ---- the firmware ---- */

static struct list firmware_list(enum uefi_keys which, const struct held *held)
{
	return (struct list){.variable = uefi_keys[which].name,
		.guid = uefi_keys[which].guid,
		.data = buf_bytes(&held->keys[which])};
}

/* The common name of who issued the signer's certificate, if that certificate came along. */
static void find_issuer(const struct signer *signer, struct gate *ret)
{
	struct authenticode_names leaf, other;

	(void)text_format(ret->name, sizeof(ret->name), "%s", signer->issuer);
	if (!authenticode_names(signer->parts.certs[signer->parts.signer], &leaf))
		return;
	for (size_t i = 0; i < signer->parts.cert_count; i++)
		if (authenticode_names(signer->parts.certs[i], &other) &&
			bytes_equal(other.subject, leaf.issuer))
			set_name(signer->parts.certs[i], ret);
}

static void list_issuers(const struct signers *signers, struct gate *ret)
{
	for (size_t i = 0; i < signers->count; i++) {
		size_t len = strlen(ret->name);
		struct gate one;

		if (!signers->items[i].is_intact)
			continue;
		find_issuer(&signers->items[i], &one);
		(void)text_format(ret->name + len, sizeof(ret->name) - len, "%s%s",
			len ? " and " : "", one.name);
	}
}

/* Why nothing vouches for it. */
static void refuse(const struct program *program, struct gate *ret)
{
	const struct signers *signers = program->signers;
	bool is_unclear = signers->is_cut;

	for (size_t i = 0; i < signers->count; i++)
		is_unclear |= signers->items[i].is_foreign;
	*ret = (struct gate){.answer = GATE_UNSIGNED};
	list_issuers(signers, ret);
	if (is_unclear)
		ret->answer = GATE_UNCLEAR;
	else if (signers->count)
		ret->answer = ret->name[0] ? GATE_UNTRUSTED : GATE_ALTERED;
}

/* A certificate of db whose digest dbx holds vouches for nothing. */
static int find_in_db(const struct signer *signer, const struct held *held, bool *ret_found,
	struct gate *ret, struct err *err)
{
	const struct list db = firmware_list(UEFI_DB, held), dbx = firmware_list(UEFI_DBX, held);
	struct gate revoked;

	if (find_cert(&db, signer, GATE_STARTS, ret_found, ret, err) < 0)
		return -1;
	if (*ret_found && find_cert_digest(&dbx, bytes_behind(ret->entry, UEFI_GUID_SIZE), &revoked)) {
		*ret = revoked;
		*ret_found = false;
	}
	return 0;
}

static int judge_signatures(
	const struct program *program, const struct held *held, struct gate *ret, struct err *err)
{
	const struct list dbx = firmware_list(UEFI_DBX, held);
	bool is_found, starts = false;

	for (size_t i = 0; i < program->signers->count; i++) {
		const struct signer *signer = &program->signers->items[i];
		struct gate one = {.answer = GATE_UNTRUSTED};

		if (find_cert(&dbx, signer, GATE_REVOKED, &is_found, &one, err) < 0)
			return -1;
		for (size_t k = 0; k < signer->parts.cert_count && !is_found; k++)
			is_found = find_cert_digest(&dbx, signer->parts.certs[k], &one);
		if (is_found) {
			*ret = one;
			return 0;
		}
		if (starts)
			continue;
		if (find_in_db(signer, held, &starts, &one, err) < 0)
			return -1;
		if (starts || one.answer == GATE_REVOKED)
			*ret = one;
	}
	return 0;
}

int gate_of_firmware(
	const struct program *program, const struct held *held, struct gate *ret, struct err *err)
{
	const struct list db = firmware_list(UEFI_DB, held), dbx = firmware_list(UEFI_DBX, held);

	*ret = (struct gate){.answer = GATE_STARTS};
	if (!held->is_secure_boot || find_hash(&dbx, program->sha256, GATE_REVOKED, ret))
		return 0;
	refuse(program, ret);
	if (judge_signatures(program, held, ret, err) < 0)
		return -1;
	if (ret->answer != GATE_STARTS && ret->answer != GATE_REVOKED)
		(void)find_hash(&db, program->sha256, GATE_STARTS, ret);
	return 0;
}

/* ---- shim ---- */

#define SHIM_LISTS 3

static struct list shim_list(const char *variable, const struct buf *data)
{
	return (struct list){.variable = variable, .guid = uefi_shim_guid, .data = buf_bytes(data)};
}

static bool find_hash_in(const struct list lists[SHIM_LISTS], const struct program *program,
	enum gate_answer how, struct gate *ret)
{
	for (size_t i = 0; i < SHIM_LISTS; i++)
		if (find_hash(&lists[i], program->sha256, how, ret))
			return true;
	return false;
}

static int find_cert_in(const struct list lists[SHIM_LISTS], const struct signer *signer,
	enum gate_answer how, bool *ret_found, struct gate *ret, struct err *err)
{
	*ret_found = false;
	for (size_t i = 0; i < SHIM_LISTS && !*ret_found; i++)
		if (find_cert(&lists[i], signer, how, ret_found, ret, err) < 0)
			return -1;
	return 0;
}

/* Another signature may vouch for what one that is revoked does not. */
static int judge_keys(const struct program *program, const struct program *shim,
	const struct held *held, struct gate *ret, struct err *err)
{
	struct list allowing[SHIM_LISTS] = {
		held->is_db_ignored ? (struct list){0} : firmware_list(UEFI_DB, held),
		shim_list("MokListRT", &held->mok), shim_list("MokListRT", &shim->vendor_keys)};
	const struct list revoking[SHIM_LISTS] = {shim_list("shim", &shim->vendor_revoked),
		firmware_list(UEFI_DBX, held), shim_list("MokListXRT", &held->mok_revoked)};
	bool is_found;

	for (size_t i = 0; i < SHIM_LISTS; i++)
		allowing[i].has_bare_hash = true;
	if (find_hash_in(revoking, program, GATE_REVOKED, ret) ||
		find_hash_in(allowing, program, GATE_STARTS, ret))
		return 0;
	refuse(program, ret);
	for (size_t i = 0; i < program->signers->count; i++) {
		const struct signer *signer = &program->signers->items[i];

		if (find_cert_in(revoking, signer, GATE_REVOKED, &is_found, ret, err) < 0)
			return -1;
		if (is_found)
			continue;
		if (find_cert_in(allowing, signer, GATE_STARTS, &is_found, ret, err) < 0)
			return -1;
		if (is_found)
			return 0;
	}
	return 0;
}

static void judge_level(const struct program *program, const struct sbat *level, struct gate *ret)
{
	struct sbat_component refused = {0};
	enum sbat_start start = sbat_judge(level, &program->sbat, &refused);

	if (start == SBAT_STARTS)
		return;
	*ret = (struct gate){.answer = start == SBAT_REVOKED ? GATE_BELOW_LEVEL : GATE_UNCLEAR};
	if (start == SBAT_REVOKED)
		(void)text_format(
			ret->name, sizeof(ret->name), "%s %u", refused.name, refused.generation);
}

int gate_of_shim(const struct program *program, const struct program *shim, const struct held *held,
	const struct sbat *level, struct gate *ret, struct err *err)
{
	*ret = (struct gate){.answer = GATE_STARTS};
	if (!held->is_secure_boot || held->is_shim_lenient)
		return 0;
	if (judge_keys(program, shim, held, ret, err) < 0)
		return -1;
	if (ret->answer == GATE_UNTRUSTED && !held->has_mok)
		ret->answer = GATE_UNCLEAR;
	if (ret->answer != GATE_STARTS)
		return 0;
	if (program->has_sbat)
		judge_level(program, level, ret);
	else if (program->kind != PROGRAM_KERNEL)
		*ret = (struct gate){.answer = GATE_NO_SBAT};
	return 0;
}

void gate_of_level(const struct program *shim, const struct sbat *level, struct gate *ret)
{
	*ret = (struct gate){.answer = GATE_STARTS};
	if (shim->has_sbat)
		judge_level(shim, level, ret);
}

struct bytes gate_level(const struct program *shim, const struct held *held)
{
	struct sbat now, brought;

	sbat_read(buf_bytes(&held->level), &now);
	sbat_read(buf_bytes(&shim->level), &brought);
	return strcmp(brought.date, now.date) > 0 ? buf_bytes(&shim->level) : buf_bytes(&held->level);
}

#include "disk/signers.h"

#include <stdlib.h>
#include <string.h>
#include "base/pem.h"
#include "disk/filedigest.h"

#define BER_SET_TAG 0x31

int signers_new(struct signers **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for a program's signatures.");
}

void signers_free(struct signers *signers)
{
	if (signers)
		buf_done(&signers->table);
	free(signers);
}

/* What the signer's key signed: the attributes as a SET, or the content. */
static int take_signed(const struct authenticode *parts, struct buf *ret, struct err *err)
{
	static const uint8_t set = BER_SET_TAG;
	const struct bytes *attributes = &parts->attributes;

	*ret = buf_with_max(AUTHENTICODE_MAX_TABLE);
	if (!attributes->len)
		return buf_append(ret, parts->content.data, parts->content.len, err);
	if (buf_append(ret, &set, 1, err) < 0)
		return -1;
	return buf_append(ret, attributes->data + 1, attributes->len - 1, err);
}

/* The signature names this program, and its own content. */
static bool names_program(const struct authenticode *parts, const uint8_t program[CRYPTO_SHA256_SIZE])
{
	const struct bytes digest = {program, CRYPTO_SHA256_SIZE};
	uint8_t content[CRYPTO_SHA256_SIZE];

	crypto_sha256(parts->content, content);
	return bytes_equal(parts->digest, digest) &&
	       (!parts->attributes.len ||
		       bytes_equal(parts->message_digest, (struct bytes){content, sizeof(content)}));
}

static int judge_key(const struct crypto_rsa_public *key, struct signer *signer, struct err *err)
{
	auto_cleanup(buf) struct buf content = {0};

	if (take_signed(&signer->parts, &content, err) < 0)
		return -1;
	if (crypto_rsa_verify_sha256(key, buf_bytes(&content), signer->parts.signature, err) == 0)
		signer->is_intact = true;
	else if (err->code != ERR_FORMAT)
		return -1;
	return 0;
}

static int judge(const uint8_t program[CRYPTO_SHA256_SIZE], struct signer *signer, struct err *err)
{
	auto_cleanup(free) struct crypto_cert_info *info = calloc(1, sizeof(*info));
	const struct authenticode *parts = &signer->parts;
	bool is_one = false;

	if (!info)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a certificate.");
	if (parts->signer < parts->cert_count &&
		crypto_cert_read(parts->certs[parts->signer], info, &is_one, err) < 0)
		return -1;
	if (!is_one)
		return 0;
	memcpy(signer->name, info->subject, sizeof(signer->name));
	memcpy(signer->issuer, info->issuer, sizeof(signer->issuer));
	signer->is_foreign = !info->has_rsa_key || !parts->digest.len;
	if (signer->is_foreign || !names_program(parts, program))
		return 0;
	return judge_key(&info->key, signer, err);
}

int signers_judge(struct bytes table, const uint8_t program[CRYPTO_SHA256_SIZE],
	struct signers *ret, struct err *err)
{
	struct bytes message;

	ret->count = 0;
	ret->is_cut = false;
	while (authenticode_next(&table, &message)) {
		struct signer *signer = &ret->items[ret->count];

		if (ret->count == SIGNERS_MAX) {
			ret->is_cut = true;
			return 0;
		}
		*signer = (struct signer){0};
		if (authenticode_parse(message, &signer->parts, err) < 0) {
			ret->is_cut = true;
			continue;
		}
		if (judge(program, signer, err) < 0)
			return -1;
		ret->count++;
	}
	return 0;
}

int signers_read(
	int fd, const uint8_t program[CRYPTO_SHA256_SIZE], struct signers *ret, struct err *err)
{
	auto_cleanup(free) struct peimage *image = NULL;

	ret->count = 0;
	ret->is_cut = false;
	if (filedigest_program(fd, &image, err) < 0)
		return -1;
	if (!image)
		return 0;
	if (image->certificates.len > AUTHENTICODE_MAX_TABLE) {
		ret->is_cut = true;
		return 0;
	}
	buf_done(&ret->table);
	ret->table = buf_with_max(AUTHENTICODE_MAX_TABLE);
	if (filedigest_read_range(fd, &image->certificates, &ret->table, err) < 0)
		return -1;
	return signers_judge(buf_bytes(&ret->table), program, ret, err);
}

/* A set of those that can be used; *ret is NULL if there are none. */
static int make_set(
	const struct bytes *ders, size_t count, struct crypto_cert_set **ret, struct err *err)
{
	auto_cleanup(buf) struct buf pem = buf_with_max(2 * AUTHENTICODE_MAX_TABLE);

	*ret = NULL;
	for (size_t i = 0; i < count; i++) {
		auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;

		if (crypto_cert_parse(ders[i], &cert, err) == 0) {
			if (pem_encode(ders[i], &pem, err) < 0)
				return -1;
		} else if (err->code == ERR_NO_MEMORY) {
			return -1;
		}
	}
	return pem.len ? crypto_cert_set_parse_pem(buf_bytes(&pem), ret, err) : 0;
}

/* From the signer's certificate through those that came with it to the one of db. */
static int verify_chain(const struct authenticode *parts, struct bytes certificate, struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *leaf = NULL;
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *trusted = NULL;
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *others = NULL;

	if (crypto_cert_parse(parts->certs[parts->signer], &leaf, err) < 0 ||
		make_set(&certificate, 1, &trusted, err) < 0 ||
		make_set(parts->certs, parts->cert_count, &others, err) < 0)
		return -1;
	if (!trusted)
		return err_set(err, ERR_FORMAT, 0, "The certificate of db cannot be read.");
	return crypto_cert_verify(leaf, others, trusted, CRYPTO_ANY_TIME, NULL, err);
}

int signers_are_vouched(
	const struct signer *signer, struct bytes certificate, bool *ret, struct err *err)
{
	const struct authenticode *parts = &signer->parts;

	*ret = signer->is_intact && bytes_equal(parts->certs[parts->signer], certificate);
	if (!signer->is_intact || *ret)
		return 0;
	if (verify_chain(parts, certificate, err) == 0)
		*ret = true;
	else if (err->code == ERR_NO_MEMORY)
		return -1;
	return 0;
}

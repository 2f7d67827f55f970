/* Decrypts CMS EnvelopedData (RFC 5652 section 6) with a certificate's private key. */
#include "edge/certext.h"
#include "edge/cms.h"
#include "edge/crypto.h"

#include <string.h>
#include "edge/crypto_mbedtls.h"

#define MAX_KEY_SIZE   32
#define MAX_BLOCK_SIZE 16

static const struct {
	mbedtls_cipher_type_t type;
	size_t key_size;
} ciphers[] = {
	[CMS_DES_EDE3_CBC] = {MBEDTLS_CIPHER_DES_EDE3_CBC, 24},
	[CMS_AES_128_CBC] = {MBEDTLS_CIPHER_AES_128_CBC, 16},
	[CMS_AES_192_CBC] = {MBEDTLS_CIPHER_AES_192_CBC, 24},
	[CMS_AES_256_CBC] = {MBEDTLS_CIPHER_AES_256_CBC, 32},
};

static int random_bytes(void *context, unsigned char *ret, size_t len)
{
	struct err ignored;

	(void)context;
	return crypto_random(ret, len, &ignored) == 0 ? 0 : MBEDTLS_ERR_RSA_RNG_FAILED;
}

/* ---- certificate and key ---- */

struct holder {
	mbedtls_x509_crt crt;
	mbedtls_pk_context key;
};

static void holder_cleanup(struct holder *holder)
{
	mbedtls_x509_crt_free(&holder->crt);
	mbedtls_pk_free(&holder->key);
}

/* mbedtls reads to the first 0 byte and requires one at the end, counted in the length. */
static int copy_pem(struct bytes pem, const char *what, struct buf *ret, struct err *err)
{
	if (pem.len == 0 || memchr(pem.data, 0, pem.len))
		return err_set(err, ERR_FORMAT, 0, "The %s is not in PEM form.", what);
	return buf_append(ret, pem.data, pem.len, err);
}

static int load_certificate(struct bytes pem, struct holder *holder, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(pem.len);
	int status;

	if (copy_pem(pem, "certificate", &text, err) < 0)
		return -1;
	status = mbedtls_x509_crt_parse(&holder->crt, text.data, text.len + 1);
	if (status < 0)
		return err_set(err, ERR_FORMAT, (unsigned long)-status,
			"The certificate cannot be read (mbedtls -0x%04lX).", (unsigned long)-status);
	return 0;
}

static int load_key(struct bytes pem, struct holder *holder, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(pem.len);
	int status;

	if (copy_pem(pem, "private key", &text, err) < 0)
		return -1;
	status = mbedtls_pk_parse_key(
		&holder->key, text.data, text.len + 1, NULL, 0, random_bytes, NULL);
	if (status != 0)
		return err_set(err, ERR_FORMAT, (unsigned long)-status,
			"The private key cannot be read (mbedtls -0x%04lX).", (unsigned long)-status);
	if (mbedtls_pk_get_type(&holder->key) != MBEDTLS_PK_RSA)
		return err_set(err, ERR_FORMAT, 0, "The private key is not an RSA key.");
	if (mbedtls_pk_check_pair(&holder->crt.pk, &holder->key, random_bytes, NULL) != 0)
		return err_set(err, ERR_FORMAT, 0, "The private key is not the certificate's.");
	return 0;
}

/* ---- decryption ---- */

static const struct {
	int version;
	mbedtls_md_type_t hash;
} paddings[] = {
	[CMS_PKCS1] = {MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE},
	[CMS_OAEP_SHA1] = {MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA1},
	[CMS_OAEP_SHA256] = {MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256},
};

/* RSAES-PKCS1-v1_5 and RSAES-OAEP (RFC 8017 sections 7.2.2 and 7.1.2). Wrong padding gives a random
 * key instead of an error (RFC 3218 section 2.3.2), so that the content fails to decrypt in the
 * same way for every damage. */
static int unwrap_key(const struct cms *cms, struct holder *holder, size_t key_size, uint8_t *ret,
	struct err *err)
{
	mbedtls_rsa_context *rsa = mbedtls_pk_rsa(holder->key);
	uint8_t plain[CRYPTO_RSA_MAX_BYTES] = {0};
	size_t len = 0;
	int status;

	if (crypto_random(ret, key_size, err) < 0)
		return -1;
	if (mbedtls_rsa_get_len(rsa) > CRYPTO_RSA_MAX_BYTES)
		return err_set(err, ERR_FORMAT, 0, "The private key is longer than 4096 bits.");
	if (mbedtls_rsa_get_len(rsa) != cms->encrypted_key.len)
		return 0;
	status = mbedtls_rsa_set_padding(
		rsa, paddings[cms->padding].version, paddings[cms->padding].hash);
	if (status != 0)
		return err_set(err, ERR_FORMAT, (unsigned long)-status,
			"The key's padding is not known to mbedtls (-0x%04lX).",
			(unsigned long)-status);
	status = mbedtls_rsa_pkcs1_decrypt(
		rsa, random_bytes, NULL, &len, cms->encrypted_key.data, plain, sizeof(plain));
	if (status == 0 && len == key_size)
		memcpy(ret, plain, key_size);
	explicit_bzero(plain, sizeof(plain));
	return 0;
}

/* ret_plain: room for the encrypted bytes and one more block. */
static int run_cipher(const struct cms *cms, const uint8_t *key, struct bytes encrypted,
	uint8_t *ret_plain, size_t *ret_len)
{
	mbedtls_cipher_context_t context;
	int status;

	mbedtls_cipher_init(&context);
	status = mbedtls_cipher_setup(
		&context, mbedtls_cipher_info_from_type(ciphers[cms->cipher].type));
	if (status == 0)
		status = mbedtls_cipher_setkey(
			&context, key, (int)ciphers[cms->cipher].key_size * 8, MBEDTLS_DECRYPT);
	if (status == 0)
		status = mbedtls_cipher_set_padding_mode(&context, MBEDTLS_PADDING_PKCS7);
	if (status == 0)
		status = mbedtls_cipher_crypt(&context, cms->iv.data, cms->iv.len, encrypted.data,
			encrypted.len, ret_plain, ret_len);
	mbedtls_cipher_free(&context);
	return status;
}

static int decrypt_content(const struct cms *cms, const uint8_t *key, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf encrypted = buf_with_max(CMS_MAX_BYTES);
	uint8_t *plain;
	size_t room, len = 0;
	int status;

	if (cms_join_content(cms, &encrypted, err) < 0)
		return -1;
	room = encrypted.len + MAX_BLOCK_SIZE;
	plain = malloc(room);
	if (!plain)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for %zu bytes.", room);
	status = encrypted.len ? run_cipher(cms, key, buf_bytes(&encrypted), plain, &len) : -1;
	if (status != 0)
		err_fill(err, ERR_FORMAT, 0,
			"The CMS message is damaged, or encrypted with another key.");
	else
		status = buf_append(ret, plain, len, err);
	explicit_bzero(plain, room);
	free(plain);
	return status == 0 ? 0 : -1;
}

int crypto_cms_decrypt(
	struct bytes message, const struct crypto_key_pair *pair, struct buf *ret, struct err *err)
{
	auto_cleanup(holder) struct holder holder = {0};
	struct cms_recipient recipient;
	const mbedtls_x509_crt *crt = &holder.crt;
	uint8_t key[MAX_KEY_SIZE];
	struct cms cms;
	int status;

	mbedtls_x509_crt_init(&holder.crt);
	mbedtls_pk_init(&holder.key);
	if (load_certificate(pair->certificate_pem, &holder, err) < 0)
		return -1;
	recipient = (struct cms_recipient){
		.issuer = {crt->issuer_raw.p, crt->issuer_raw.len},
		.serial = {crt->serial.p, crt->serial.len},
		.key_id = certext_key_id((struct bytes){crt->v3_ext.p, crt->v3_ext.len}),
	};
	if (cms_parse(message, &recipient, &cms, err) < 0 || load_key(pair->key_pem, &holder, err) < 0)
		return -1;
	status = unwrap_key(&cms, &holder, ciphers[cms.cipher].key_size, key, err);
	if (status == 0)
		status = decrypt_content(&cms, key, ret, err);
	explicit_bzero(key, sizeof(key));
	return status;
}

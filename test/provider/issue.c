#include "issue.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>
#include "base/codec.h"
#include "maa/envelope.h"

#define URL_SIZE       512
#define MAX_CERT_DER   ((size_t)8192)
#define MAX_PART       ((size_t)64 << 10)
#define KEY_SIZE       32 /* AES-256: some clients extend shorter keys with zeros */
#define IV_SIZE        12
#define TAG_SIZE       16
#define CERT_LIFE_S    ((time_t)10 * 365 * 86400)
#define CLOCK_MARGIN_S 3600

struct issuer {
	char url[URL_SIZE];
	char kid[ISSUE_KID_SIZE];
	gnutls_privkey_t key;
	struct buf cert; /* DER */
};

static int fail(struct err *err, const char *what, int status)
{
	return err_set(err, ERR_INTERNAL, (unsigned long)-status, "%s: %s.", what,
		gnutls_strerror(status));
}

static gnutls_datum_t datum(struct bytes bytes)
{
	/* GnuTLS takes inputs as non-const */
	union {
		const uint8_t *in;
		unsigned char *out;
	} data = {.in = bytes.data};

	return (gnutls_datum_t){.data = data.out, .size = (unsigned int)bytes.len};
}

static void pubkey_cleanup(gnutls_pubkey_t *key)
{
	if (*key)
		gnutls_pubkey_deinit(*key);
}

static void x509_cleanup(gnutls_x509_crt_t *cert)
{
	if (*cert)
		gnutls_x509_crt_deinit(*cert);
}

static void datum_cleanup(gnutls_datum_t *data)
{
	gnutls_free(data->data);
}

static int load_key(gnutls_privkey_t key, struct bytes pem, struct err *err)
{
	gnutls_datum_t data = datum(pem);
	int status;

	if (pem.len == 0)
		status = gnutls_privkey_generate(key, GNUTLS_PK_RSA, 2048, 0);
	else
		status = gnutls_privkey_import_x509_raw(key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (status < 0)
		return fail(err, "The signing key cannot be used", status);
	if (gnutls_privkey_get_pk_algorithm(key, NULL) != GNUTLS_PK_RSA)
		return err_set(err, ERR_USAGE, 0, "The signing key is no RSA key.");
	return 0;
}

/* Returns GnuTLS's status. */
static int fill_certificate(gnutls_x509_crt_t cert, const struct issuer *issuer, gnutls_pubkey_t key)
{
	uint8_t serial[16];
	time_t now = time(NULL);
	int status = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] = (uint8_t)((serial[0] & 0x7F) | 0x40); /* positive, and of constant length */
	status = status < 0 ? status : gnutls_x509_crt_set_version(cert, 3);
	status = status < 0 ? status : gnutls_x509_crt_set_serial(cert, serial, sizeof(serial));
	status = status < 0 ? status
			    : gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0,
				      issuer->url, (unsigned int)strlen(issuer->url));
	status = status < 0 ? status
			    : gnutls_x509_crt_set_activation_time(cert, now - CLOCK_MARGIN_S);
	status = status < 0 ? status : gnutls_x509_crt_set_expiration_time(cert, now + CERT_LIFE_S);
	status = status < 0 ? status
			    : gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
	status = status < 0 ? status : gnutls_x509_crt_set_pubkey(cert, key);
	return status < 0
		       ? status
		       : gnutls_x509_crt_privkey_sign(cert, cert, issuer->key, GNUTLS_DIG_SHA256, 0);
}

static bool is_cert_of(gnutls_x509_crt_t cert, gnutls_pubkey_t key)
{
	uint8_t of_cert[64], of_key[64];
	size_t cert_len = sizeof(of_cert), key_len = sizeof(of_key);

	return gnutls_x509_crt_get_key_id(cert, GNUTLS_KEYID_USE_SHA256, of_cert, &cert_len) >= 0 &&
	       gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key, &key_len) >= 0 &&
	       cert_len == key_len && memcmp(of_cert, of_key, key_len) == 0;
}

static int load_cert(struct issuer *issuer, struct bytes pem, struct err *err)
{
	auto_cleanup(x509) gnutls_x509_crt_t cert = NULL;
	auto_cleanup(pubkey) gnutls_pubkey_t key = NULL;
	auto_cleanup(datum) gnutls_datum_t der = {0};
	gnutls_datum_t data = datum(pem);
	int status = gnutls_x509_crt_init(&cert);

	status = status < 0 ? status : gnutls_pubkey_init(&key);
	status = status < 0 ? status : gnutls_pubkey_import_privkey(key, issuer->key, 0, 0);
	if (status >= 0 && pem.len)
		status = gnutls_x509_crt_import(cert, &data, GNUTLS_X509_FMT_PEM);
	else if (status >= 0)
		status = fill_certificate(cert, issuer, key);
	status = status < 0 ? status : gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der);
	if (status < 0)
		return fail(err, "The signing certificate cannot be used", status);
	if (!is_cert_of(cert, key))
		return err_set(
			err, ERR_USAGE, 0, "The signing certificate is not of the signing key.");
	issuer->cert = buf_with_max(MAX_CERT_DER);
	return buf_append(&issuer->cert, der.data, der.size, err);
}

static int set_kid(struct issuer *issuer, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(ISSUE_KID_SIZE - 1);
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(buf_bytes(&issuer->cert), digest);
	if (base64_encode((struct bytes){digest, sizeof(digest)}, BASE64_STANDARD, &text, err) < 0)
		return -1;
	memcpy(issuer->kid, text.data, text.len + 1);
	return 0;
}

int issuer_open(const char *url, struct bytes key_pem, struct bytes cert_pem, struct issuer **ret,
	struct err *err)
{
	auto_cleanup(issuer) struct issuer *issuer = calloc(1, sizeof(*issuer));
	int status;

	if (!issuer)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the signing key.");
	if (strlen(url) >= URL_SIZE)
		return err_set(err, ERR_USAGE, 0, "The issuer's URL is too long.");
	memcpy(issuer->url, url, strlen(url) + 1);
	status = gnutls_privkey_init(&issuer->key);
	if (status < 0)
		return fail(err, "No signing key", status);
	if (load_key(issuer->key, key_pem, err) < 0 || load_cert(issuer, cert_pem, err) < 0 ||
		set_kid(issuer, err) < 0)
		return -1;
	*ret = steal_ptr(issuer);
	return 0;
}

void issuer_close(struct issuer *issuer)
{
	if (!issuer)
		return;
	if (issuer->key)
		gnutls_privkey_deinit(issuer->key);
	buf_done(&issuer->cert);
	free(issuer);
}

const char *issuer_url(const struct issuer *issuer)
{
	return issuer->url;
}

const char *issuer_kid(const struct issuer *issuer)
{
	return issuer->kid;
}

/* n and e are left out, as readers take the key from the certificate anyway. */
int issuer_keys(const struct issuer *issuer, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *set = json_new_object();
	auto_cleanup(buf) struct buf der = buf_with_max(2 * MAX_CERT_DER);
	json *key = json_add_object(json_add_array(set, "keys"), NULL);

	if (base64_encode(buf_bytes(&issuer->cert), BASE64_STANDARD, &der, err) < 0)
		return -1;
	json_add_bytes_text(json_add_array(key, "x5c"), NULL, buf_bytes(&der));
	json_add_text(key, "kid", issuer->kid);
	json_add_text(key, "kty", "RSA");
	return json_print(set, JSON_COMPACT, ret, err);
}

int issuer_sign(const struct issuer *issuer, struct bytes data, struct buf *ret, struct err *err)
{
	auto_cleanup(datum) gnutls_datum_t signature = {0};
	gnutls_datum_t in = datum(data);
	int status =
		gnutls_privkey_sign_data2(issuer->key, GNUTLS_SIGN_RSA_SHA256, 0, &in, &signature);

	if (status < 0)
		return fail(err, "The token cannot be signed", status);
	return buf_append(ret, signature.data, signature.size, err);
}

static int append_part(const json *part, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(MAX_PART);

	if (json_print(part, JSON_COMPACT, &text, err) < 0)
		return -1;
	return base64_encode(buf_bytes(&text), BASE64_URL, ret, err);
}

json *issuer_header(const struct issuer *issuer)
{
	json *header = json_new_object();
	char jku[URL_SIZE + 8];

	(void)snprintf(jku, sizeof(jku), "%s/certs", issuer->url);
	json_add_text(header, "alg", "RS256");
	json_add_text(header, "jku", jku);
	json_add_text(header, "kid", issuer->kid);
	json_add_text(header, "typ", "JWT");
	return header;
}

int issuer_token(const struct issuer *issuer, const json *header, const json *claims,
	struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf token = buf_with_max(2 * MAX_PART);
	auto_cleanup(buf) struct buf signature = buf_with_max(1024);

	if (append_part(header, &token, err) < 0 || buf_append_text(&token, ".", err) < 0 ||
		append_part(claims, &token, err) < 0 ||
		issuer_sign(issuer, buf_bytes(&token), &signature, err) < 0 ||
		buf_append_text(&token, ".", err) < 0 ||
		base64_encode(buf_bytes(&signature), BASE64_URL, &token, err) < 0)
		return -1;
	return buf_append(ret, token.data, token.len, err);
}

/* RSAES-PKCS1-v1_5, GnuTLS's default for RSA keys. */
static int encrypt_key(
	const struct crypto_rsa_public *to, const uint8_t *secret, struct buf *ret, struct err *err)
{
	auto_cleanup(pubkey) gnutls_pubkey_t key = NULL;
	auto_cleanup(datum) gnutls_datum_t out = {0};
	uint8_t exponent[] = {(uint8_t)(to->exponent >> 24), (uint8_t)(to->exponent >> 16),
		(uint8_t)(to->exponent >> 8), (uint8_t)to->exponent};
	gnutls_datum_t modulus = datum((struct bytes){to->modulus, to->modulus_len});
	gnutls_datum_t e = datum((struct bytes){exponent, sizeof(exponent)});
	gnutls_datum_t plain = datum((struct bytes){secret, KEY_SIZE});
	int status = gnutls_pubkey_init(&key);

	status = status < 0 ? status : gnutls_pubkey_import_rsa_raw(key, &modulus, &e);
	status = status < 0 ? status : gnutls_pubkey_encrypt_data(key, 0, &plain, &out);
	if (status < 0)
		return fail(err, "The answer's key cannot be encrypted", status);
	return buf_append(ret, out.data, out.size, err);
}

/* Appends ciphertext and tag to their buffers. */
static int encrypt_token(gnutls_datum_t *key, const uint8_t *iv, struct bytes token,
	struct sealed *ret, struct err *err)
{
	gnutls_aead_cipher_hd_t cipher = NULL;
	size_t len = token.len + TAG_SIZE;
	auto_cleanup(free) uint8_t *out = malloc(len);
	int status;

	if (!out)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for an answer.");
	status = gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_256_GCM, key);
	if (status < 0)
		return fail(err, "AES-GCM", status);
	status = gnutls_aead_cipher_encrypt(cipher, iv, IV_SIZE, ENVELOPE_ADDITIONAL,
		strlen(ENVELOPE_ADDITIONAL), TAG_SIZE, token.data, token.len, out, &len);
	gnutls_aead_cipher_deinit(cipher);
	if (status < 0)
		return fail(err, "AES-GCM", status);
	if (buf_append(&ret->ciphertext, out, token.len, err) < 0)
		return -1;
	return buf_append(&ret->tag, out + token.len, TAG_SIZE, err);
}

int seal_token(struct bytes token, const struct crypto_rsa_public *key, struct sealed *ret,
	struct err *err)
{
	auto_cleanup(sealed) struct sealed sealed = {
		.inner_key = buf_with_max(CRYPTO_RSA_MAX_BYTES),
		.iv = buf_with_max(IV_SIZE),
		.tag = buf_with_max(TAG_SIZE),
		.ciphertext = buf_with_max(2 * MAX_PART),
	};
	uint8_t secret[KEY_SIZE], iv[IV_SIZE];
	gnutls_datum_t secret_datum = {secret, sizeof(secret)};
	int status = gnutls_rnd(GNUTLS_RND_KEY, secret, sizeof(secret));

	status = status < 0 ? status : gnutls_rnd(GNUTLS_RND_NONCE, iv, sizeof(iv));
	if (status < 0)
		return fail(err, "No random bytes", status);
	status = encrypt_token(&secret_datum, iv, token, &sealed, err);
	status = status < 0 ? status : encrypt_key(key, secret, &sealed.inner_key, err);
	explicit_bzero(secret, sizeof(secret));
	if (status < 0 || buf_append(&sealed.iv, iv, sizeof(iv), err) < 0)
		return -1;
	*ret = sealed;
	memset(&sealed, 0, sizeof(sealed));
	return 0;
}

void sealed_done(struct sealed *sealed)
{
	buf_done(&sealed->inner_key);
	buf_done(&sealed->iv);
	buf_done(&sealed->tag);
	buf_done(&sealed->ciphertext);
}

static int add_base64(json *object, const char *name, const struct buf *bytes, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(4 * MAX_PART);

	if (base64_encode(buf_bytes(bytes), BASE64_STANDARD, &text, err) < 0)
		return -1;
	json_add_bytes_text(object, name, buf_bytes(&text));
	return 0;
}

/* "PKCS7" is what the protocol says; GCM needs no padding and none is applied. */
static int print_envelope(const struct sealed *sealed, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *envelope = json_new_object();
	json *params;

	if (add_base64(envelope, "EncryptedInnerKey", &sealed->inner_key, err) < 0)
		return -1;
	params = json_add_object(envelope, "EncryptionParams");
	json_add_text(params, "Cipher", "AES");
	json_add_text(params, "BlockMode", "ChainingModeGCM");
	json_add_text(params, "BlockPadding", "PKCS7");
	json_add_int(params, "KeySizeInBits", (int64_t)KEY_SIZE * 8);
	if (add_base64(params, "Iv", &sealed->iv, err) < 0 ||
		add_base64(envelope, "AuthenticationData", &sealed->tag, err) < 0 ||
		add_base64(envelope, "Jwt", &sealed->ciphertext, err) < 0)
		return -1;
	return json_print(envelope, JSON_COMPACT, ret, err);
}

int sealed_print(const struct sealed *sealed, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *answer = json_new_object();
	auto_cleanup(buf) struct buf envelope = buf_with_max(8 * MAX_PART);
	auto_cleanup(buf) struct buf text = buf_with_max(16 * MAX_PART);

	if (print_envelope(sealed, &envelope, err) < 0 ||
		base64_encode(buf_bytes(&envelope), BASE64_URL, &text, err) < 0)
		return -1;
	json_add_bytes_text(answer, "token", buf_bytes(&text));
	return json_print(answer, JSON_COMPACT, ret, err);
}

int issue_random_hex(size_t len, char *ret, struct err *err)
{
	uint8_t bytes[32];
	int status = len <= sizeof(bytes) ? gnutls_rnd(GNUTLS_RND_NONCE, bytes, len)
					  : GNUTLS_E_INVALID_REQUEST;

	if (status < 0)
		return fail(err, "No random bytes", status);
	hex_encode((struct bytes){bytes, len}, ret);
	return 0;
}

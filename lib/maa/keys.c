#include "maa/keys.h"

#include <stdlib.h>
#include <string.h>
#include "base/codec.h"
#include "edge/json.h"

/* RS256 requires 2048 bits or more (RFC 7518 section 3.3). */
#define MIN_MODULUS_BYTES 256

/* n and e are the number's bytes, big endian, in base64url (RFC 7518 section 6.3.1). */
static int key_of_numbers(const json *entry, struct crypto_rsa_public *ret, struct err *err)
{
	const char *n = json_text(json_get(entry, "n"));
	const char *e = json_text(json_get(entry, "e"));
	auto_cleanup(buf) struct buf modulus = buf_with_max(sizeof(ret->modulus));
	auto_cleanup(buf) struct buf exponent = buf_with_max(sizeof(ret->exponent));

	if (!n || !e)
		return err_set(err, ERR_FORMAT, 0, "Neither a certificate nor n and e.");
	if (base64_decode(bytes_of_text(n), BASE64_URL, &modulus, err) < 0 ||
		base64_decode(bytes_of_text(e), BASE64_URL, &exponent, err) < 0)
		return -1;
	if (modulus.len == 0 || modulus.data[0] == 0)
		return err_set(err, ERR_FORMAT, 0, "The modulus does not begin with its first bit.");
	memcpy(ret->modulus, modulus.data, modulus.len);
	ret->modulus_len = modulus.len;
	ret->exponent = 0;
	for (size_t i = 0; i < exponent.len; i++)
		ret->exponent = ret->exponent << 8 | exponent.data[i];
	return 0;
}

/* x5c is standard base64 (RFC 7517 section 4.7). */
static int key_of_certificate(const char *x5c, struct crypto_rsa_public *ret, struct err *err)
{
	auto_cleanup(buf) struct buf der = buf_with_max(KEYS_MAX_BYTES);
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct crypto_cert_info info;

	if (base64_decode(bytes_of_text(x5c), BASE64_STANDARD, &der, err) < 0 ||
		crypto_cert_parse(buf_bytes(&der), &cert, err) < 0)
		return -1;
	crypto_cert_info(cert, &info);
	if (!info.has_rsa_key)
		return err_set(err, ERR_FORMAT, 0, "Not a certificate of an RSA key.");
	*ret = info.key;
	return 0;
}

/* Where there is a certificate, n and e beside it are not read: one of them has to count.
 * ERR_FORMAT if the entry cannot be used. */
static int key_of_entry(const json *entry, struct crypto_rsa_public *ret, struct err *err)
{
	const char *kty = json_text(json_get(entry, "kty"));
	const char *use = json_text(json_get(entry, "use"));
	const json *chain = json_get(entry, "x5c");
	const char *x5c = json_text(json_at(chain, 0));

	if (!kty || strcmp(kty, "RSA") != 0 || (chain && !x5c) || (use && strcmp(use, "sig") != 0))
		return err_set(err, ERR_FORMAT, 0, "Not an RSA key for signatures.");
	if ((x5c ? key_of_certificate(x5c, ret, err) : key_of_numbers(entry, ret, err)) < 0)
		return -1;
	return ret->modulus_len >= MIN_MODULUS_BYTES
		       ? 0
		       : err_set(err, ERR_FORMAT, 0, "Not an RSA key of 2048 bits or more.");
}

static int add_key(
	struct keys *keys, const char *kid, const struct crypto_rsa_public *key, struct err *err)
{
	const struct crypto_rsa_public *known;

	for (size_t nth = 0; (known = keys_find(keys, kid, nth)); nth++)
		if (crypto_rsa_equal(known, key))
			return 0;
	if (keys->count == KEYS_MAX)
		return err_set(err, ERR_KEYS_INVALID, 0, "More than %d signing keys.", KEYS_MAX);
	memcpy(keys->entries[keys->count].kid, kid, strlen(kid) + 1);
	keys->entries[keys->count].key = *key;
	keys->count++;
	return 0;
}

static int parse_set(const json *list, struct keys *ret, struct err *err)
{
	struct crypto_rsa_public key;

	json_each (entry, list) {
		const char *kid = json_text(json_get(entry, "kid"));

		if (!kid || strlen(kid) >= KEYS_KID_SIZE)
			continue;
		if (key_of_entry(entry, &key, err) < 0) {
			if (err->code == ERR_NO_MEMORY)
				return -1;
			continue;
		}
		if (add_key(ret, kid, &key, err) < 0)
			return -1;
	}
	return ret->count ? 0
			  : err_set(err, ERR_KEYS_INVALID, 0,
				    "No usable RSA key among the %zu of the set.", json_count(list));
}

int keys_parse(struct bytes text, struct keys *ret, struct err *err)
{
	auto_cleanup(json) json *root = NULL;
	auto_cleanup(free) struct keys *keys = calloc(1, sizeof(*keys));
	const json *list;

	if (!keys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a key set.");
	if (text.len > KEYS_MAX_BYTES)
		return err_set(err, ERR_KEYS_INVALID, 0, "The key set is larger than %u bytes.",
			KEYS_MAX_BYTES);
	if (json_parse(text, &root, err) < 0 || json_get_array(root, "keys", &list, err) < 0) {
		err_recode(err, ERR_KEYS_INVALID);
		return err_wrap(err, "Not a key set");
	}
	if (parse_set(list, keys, err) < 0)
		return -1;
	*ret = *keys;
	return 0;
}

const struct crypto_rsa_public *keys_find(const struct keys *keys, const char *kid, size_t nth)
{
	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->entries[i].kid, kid) == 0 && nth-- == 0)
			return &keys->entries[i].key;
	return NULL;
}

/* X.509 certificates (RFC 5280): DER lengths, one certificate, sets, verification. */
#include "edge/crypto.h"

#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto_mbedtls.h"

/* ---- DER lengths (ITU-T X.690 sections 8.1.3 and 10.1) ---- */

#define DER_SEQUENCE 0x30

size_t crypto_der_announced_length(struct bytes bytes)
{
	uint64_t length = 0;
	size_t count;

	if (bytes.len < 2 || bytes.data[0] != DER_SEQUENCE)
		return 0;
	if (bytes.data[1] < 0x80)
		return 2 + (size_t)bytes.data[1];
	count = bytes.data[1] & 0x7f;
	if (count == 0 || count > 4 || bytes.len < 2 + count)
		return 0;
	for (size_t i = 0; i < count; i++)
		length = length << 8 | bytes.data[2 + i];
	if (length < 0x80 || length >> (8 * (count - 1)) == 0 || length > INT32_MAX)
		return 0; /* not the shortest form, or beyond all that is read here */
	return 2 + count + (size_t)length;
}

size_t crypto_der_length(struct bytes bytes)
{
	size_t length = crypto_der_announced_length(bytes);

	return length <= bytes.len ? length : 0;
}

/* ---- certificates ---- */

/* mbedtls adds the codes of two layers (mbedtls/error.h); either may be out of memory. */
static bool is_out_of_memory(int status)
{
	int high = -status & ~0x7F, low = -status & 0x7F;

	return high == -MBEDTLS_ERR_X509_ALLOC_FAILED || high == -MBEDTLS_ERR_PK_ALLOC_FAILED ||
	       low == -MBEDTLS_ERR_ASN1_ALLOC_FAILED || low == -MBEDTLS_ERR_MPI_ALLOC_FAILED;
}

/* Of a key that it has no memory for, mbedtls says that it is bad (2.28 and 3.6, pkparse.c). So bad is only what is bad twice, with memory
 * at hand for a certificate as large as several of these. */
static int parse_der(mbedtls_x509_crt *crt, struct bytes der)
{
	int status = mbedtls_x509_crt_parse_der(crt, der.data, der.len);
	void *volatile room; /* or a compiler takes it away, with the question */

	if (status == 0 || is_out_of_memory(status))
		return status;
	room = malloc(8 * der.len + 4096);
	if (!room)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	free(room);
	return mbedtls_x509_crt_parse_der(crt, der.data, der.len);
}

struct crypto_cert {
	mbedtls_x509_crt crt;
};

int crypto_cert_parse(struct bytes der, struct crypto_cert **ret, struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	int status;

	if (der.len == 0 || crypto_der_length(der) != der.len)
		return err_set(
			err, ERR_FORMAT, 0, "Not a certificate: %zu bytes are not one DER value.", der.len);
	cert = calloc(1, sizeof(*cert));
	if (!cert)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a certificate.");
	mbedtls_x509_crt_init(&cert->crt);
	status = parse_der(&cert->crt, der);
	if (is_out_of_memory(status))
		return err_set(err, ERR_NO_MEMORY, (unsigned long)-status, "No memory for a certificate.");
	if (status != 0)
		return err_set(err, ERR_FORMAT, (unsigned long)-status,
			"Not a usable X.509 certificate (mbedtls -0x%04lX).", (unsigned long)-status);
	*ret = steal_ptr(cert);
	return 0;
}

void crypto_cert_free(struct crypto_cert *cert)
{
	if (!cert)
		return;
	mbedtls_x509_crt_free(&cert->crt);
	free(cert);
}

void crypto_x509_name(const mbedtls_x509_name *name, char ret[CRYPTO_NAME_SIZE])
{
	char text[4 * CRYPTO_NAME_SIZE] = "";

	/* a longer name is cut where mbedtls stopped writing */
	(void)mbedtls_x509_dn_gets(text, sizeof(text), name);
	text_clean(ret, CRYPTO_NAME_SIZE, bytes_of_text(text));
}

/* Days from 1970-01-01 in the Gregorian calendar, negative before. Years count from March, so that the leap day ends one;
 * 146097 days are 400 years. */
static int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = (month <= 2 ? year - 1 : year) + 400; /* never negative */
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - (719468 + 146097);
}

int64_t crypto_x509_time(const mbedtls_x509_time *time)
{
	return ((days_of_date(time->year, time->mon, time->day) * 24 + time->hour) * 60 + time->min) * 60 +
	       time->sec;
}

/* tcg-kp-AIKCertificate (TCG EK Credential Profile), 2.23.133.8.3 */
static const uint8_t oid_ak[] = {0x67, 0x81, 0x05, 0x08, 0x03};

/* mbedtls's own check also says yes to a missing extension and to anyExtendedKeyUsage. */
static bool names_ak_usage(const mbedtls_x509_crt *crt)
{
	for (const mbedtls_x509_sequence *at = &crt->ext_key_usage; at; at = at->next)
		if (at->buf.len == sizeof(oid_ak) && memcmp(at->buf.p, oid_ak, sizeof(oid_ak)) == 0)
			return true;
	return false;
}

static bool rsa_key_of(const mbedtls_x509_crt *crt, struct crypto_rsa_public *ret)
{
	struct crypto_rsa_public key = {0};
	uint8_t exponent[4];
	const mbedtls_rsa_context *rsa;

	if (mbedtls_pk_get_type(&crt->pk) != MBEDTLS_PK_RSA)
		return false;
	rsa = mbedtls_pk_rsa(crt->pk);
	key.modulus_len = mbedtls_rsa_get_len(rsa);
	if (key.modulus_len > sizeof(key.modulus))
		return false;
	/* fails for exponents of more than 4 bytes */
	if (mbedtls_rsa_export_raw(rsa, key.modulus, key.modulus_len, NULL, 0, NULL, 0, NULL, 0, exponent,
		    sizeof(exponent)) != 0)
		return false;
	for (size_t i = 0; i < sizeof(exponent); i++)
		key.exponent = key.exponent << 8 | exponent[i];
	*ret = key;
	return true;
}

void crypto_cert_info(const struct crypto_cert *cert, struct crypto_cert_info *ret)
{
	const mbedtls_x509_crt *crt = &cert->crt;

	memset(ret, 0, sizeof(*ret));
	crypto_x509_name(&crt->subject, ret->subject);
	crypto_x509_name(&crt->issuer, ret->issuer);
	ret->not_before_s = crypto_x509_time(&crt->valid_from);
	ret->not_after_s = crypto_x509_time(&crt->valid_to);
	ret->is_ca = crt->MBEDTLS_PRIVATE(ca_istrue) != 0;
	ret->may_sign = mbedtls_x509_crt_check_key_usage(crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0;
	ret->is_ak = names_ak_usage(crt);
	ret->has_rsa_key = rsa_key_of(crt, &ret->key);
	crypto_sha256((struct bytes){crt->raw.p, crt->raw.len}, ret->sha256);
}

/* ---- sets ---- */

struct crypto_cert_set {
	mbedtls_x509_crt first; /* of a linked list */
	size_t count;
};

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"

/* mbedtls wants a final 0 byte and reads to the first one. ret_left_out: how many cannot be read. */
static int parse_pem_text(mbedtls_x509_crt *ret, struct bytes pem, int *ret_left_out, struct err *err)
{
	uint8_t *text = malloc(pem.len + 1);
	int status;

	if (!text)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for %zu bytes of certificates.", pem.len);
	memcpy(text, pem.data, pem.len);
	text[pem.len] = 0;
	status = mbedtls_x509_crt_parse(ret, text, pem.len + 1);
	free(text);
	if (status < 0 && is_out_of_memory(status))
		return err_set(err, ERR_NO_MEMORY, (unsigned long)-status, "No memory for certificates.");
	if (status < 0)
		return err_set(err, ERR_FORMAT, (unsigned long)-status,
			"The certificates cannot be read (mbedtls -0x%04lX).", (unsigned long)-status);
	*ret_left_out = status;
	return 0;
}

int crypto_x509_parse_some(struct bytes pem, mbedtls_x509_crt *ret, struct err *err)
{
	int ignored;

	return parse_pem_text(ret, pem, &ignored, err);
}

static int parse_every(mbedtls_x509_crt *ret, struct bytes pem, struct err *err)
{
	int left_out = 0;

	if (parse_pem_text(ret, pem, &left_out, err) < 0)
		return -1;
	if (left_out > 0)
		return err_set(err, ERR_FORMAT, 0, "%d of the certificates cannot be read.", left_out);
	return 0;
}

int crypto_cert_set_parse_pem(struct bytes pem, struct crypto_cert_set **ret, struct err *err)
{
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *set = NULL;

	if (pem.len == 0 || memchr(pem.data, 0, pem.len) ||
		!memmem(pem.data, pem.len, PEM_BEGIN, sizeof(PEM_BEGIN) - 1))
		return err_set(err, ERR_FORMAT, 0, "No certificates in PEM form.");
	set = calloc(1, sizeof(*set));
	if (!set)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for certificates.");
	mbedtls_x509_crt_init(&set->first);
	if (parse_every(&set->first, pem, err) < 0)
		return -1;
	for (const mbedtls_x509_crt *at = &set->first; at; at = at->next)
		set->count++;
	*ret = steal_ptr(set);
	return 0;
}

void crypto_cert_set_free(struct crypto_cert_set *set)
{
	if (!set)
		return;
	mbedtls_x509_crt_free(&set->first);
	free(set);
}

size_t crypto_cert_set_count(const struct crypto_cert_set *set)
{
	return set ? set->count : 0;
}

/* ---- verification (RFC 5280 section 6) ---- */

static const mbedtls_x509_crt_profile profile = {
	.allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
	.allowed_pks = 0xfffffff,
	.allowed_curves = 0xfffffff,
	.rsa_min_bitlen = 2048,
};

#define DATE_FLAGS ((uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE))
#define MAX_LINKS  8

/* What the callback learns about the first certificate, from the root down, that cannot be accepted. */
struct judgement {
	int64_t now_s;
	const mbedtls_x509_crt *crt;
	uint32_t flags;
};

/* mbedtls asks the system's clock; the time that counts here is the caller's. */
static int judge_one(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct judgement *judgement = context;

	(void)depth;
	*flags &= ~DATE_FLAGS;
	if (judgement->now_s > crypto_x509_time(&crt->valid_to))
		*flags |= MBEDTLS_X509_BADCERT_EXPIRED;
	if (judgement->now_s < crypto_x509_time(&crt->valid_from))
		*flags |= MBEDTLS_X509_BADCERT_FUTURE;
	if (*flags && !judgement->flags) {
		judgement->crt = crt;
		judgement->flags = *flags;
	}
	return 0;
}

static bool is_issuer_of(const mbedtls_x509_crt *issuer, const mbedtls_x509_crt *crt)
{
	return issuer->subject_raw.len == crt->issuer_raw.len &&
	       memcmp(issuer->subject_raw.p, crt->issuer_raw.p, crt->issuer_raw.len) == 0;
}

static bool holds_issuer(const struct crypto_cert_set *set, const mbedtls_x509_crt *crt)
{
	for (const mbedtls_x509_crt *at = set ? &set->first : NULL; at; at = at->next)
		if (is_issuer_of(at, crt))
			return true;
	return false;
}

static int refuse(const struct judgement *judgement, bool is_issuer_known, struct err *err)
{
	const mbedtls_x509_crt *crt = judgement->crt;
	uint32_t flags = judgement->flags;
	char subject[CRYPTO_NAME_SIZE], issuer[CRYPTO_NAME_SIZE], time[CLOCK_TEXT_SIZE];

	crypto_x509_name(&crt->subject, subject);
	crypto_x509_name(&crt->issuer, issuer);
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED && is_issuer_known)
		return err_set(err, ERR_AK_CERT_INVALID, flags,
			"Certificate '%.120s' has a bad signature: no key of '%.120s' that may sign "
			"certificates fits.",
			subject, issuer);
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		return err_set(err, ERR_AK_CERT_INVALID, flags,
			"Certificate '%.120s' is from an unknown CA, '%.120s'.", subject, issuer);
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED) {
		clock_text(crypto_x509_time(&crt->valid_to), time);
		return err_set(err, ERR_AK_CERT_INVALID, flags, "Certificate '%.120s' expired at %s.",
			subject, time);
	}
	if (flags & MBEDTLS_X509_BADCERT_FUTURE) {
		clock_text(crypto_x509_time(&crt->valid_from), time);
		return err_set(err, ERR_AK_CERT_INVALID, flags,
			"Certificate '%.120s' is not yet valid, only from %s.", subject, time);
	}
	return err_set(err, ERR_AK_CERT_INVALID, flags,
		"Certificate '%.120s' uses a key or signature that is too weak (mbedtls flags 0x%lX).",
		subject, (unsigned long)flags);
}

/* A chain from the leaf up: shallow copies, linked, since mbedtls wants one list that it may write to. */
struct path {
	mbedtls_x509_crt links[MAX_LINKS];
	size_t count;
};

static int ignore_dates(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	(void)context;
	(void)crt;
	(void)depth;
	*flags &= ~DATE_FLAGS;
	return 0;
}

/* Does the issuer's key fit, and may the issuer sign certificates? */
static bool is_signed_by(const mbedtls_x509_crt *child, const mbedtls_x509_crt *issuer)
{
	mbedtls_x509_crt one = *child;
	mbedtls_x509_crt other = *issuer;
	uint32_t flags = 0;

	one.next = NULL;
	other.next = NULL;
	/* other flags, a weak key for one, do not matter for who signed */
	(void)mbedtls_x509_crt_verify_with_profile(
		&one, &other, NULL, &profile, NULL, &flags, ignore_dates, NULL);
	return !(flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

/* mbedtls takes the first intermediate of the right name, whether its key fits or not. Two with one name do occur: a
 * CA that was renewed with a new key. So the path is looked for here, and mbedtls judges it as a whole. */
static void find_path(
	const mbedtls_x509_crt *leaf, const struct crypto_cert_set *intermediates, struct path *ret)
{
	const mbedtls_x509_crt *at = intermediates ? &intermediates->first : NULL;

	ret->links[0] = *leaf;
	ret->links[0].next = NULL;
	ret->count = 1;
	while (at && ret->count < MAX_LINKS) {
		mbedtls_x509_crt *last = &ret->links[ret->count - 1];

		if (!is_issuer_of(at, last) || !is_signed_by(last, at)) {
			at = at->next;
			continue;
		}
		ret->links[ret->count] = *at;
		ret->links[ret->count].next = NULL;
		last->next = &ret->links[ret->count++];
		at = is_issuer_of(at, at) ? NULL : &intermediates->first;
	}
}

int crypto_cert_verify(const struct crypto_cert *leaf, const struct crypto_cert_set *intermediates,
	const struct crypto_cert_set *roots, int64_t now_s, struct err *err)
{
	mbedtls_x509_crt trusted = roots->first;
	struct judgement judgement = {.now_s = now_s};
	struct path path;
	uint32_t flags = 0;
	int status;

	find_path(&leaf->crt, intermediates, &path);
	status = mbedtls_x509_crt_verify_with_profile(
		&path.links[0], &trusted, NULL, &profile, NULL, &flags, judge_one, &judgement);
	if (status == 0)
		return 0;
	if (judgement.flags)
		return refuse(&judgement,
			holds_issuer(roots, judgement.crt) || holds_issuer(intermediates, judgement.crt),
			err);
	return err_set(err, ERR_AK_CERT_INVALID, (unsigned long)-status,
		"The certificate's chain cannot be checked (mbedtls -0x%04lX).", (unsigned long)-status);
}

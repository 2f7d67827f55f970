/* X.509 certificates (RFC 5280): DER lengths, one certificate, sets, verification. */
#include "edge/crypto.h"

#include <arpa/inet.h>
#include <string.h>
#include "base/clock.h"
#include "base/pem.h"
#include "base/text.h"
#include "edge/certext.h"
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
		return 0; /* not the shortest form, or larger than all that is read here */
	return 2 + count + (size_t)length;
}

size_t crypto_der_length(struct bytes bytes)
{
	size_t length = crypto_der_announced_length(bytes);

	return length <= bytes.len ? length : 0;
}

/* ---- certificates ---- */

/* mbedtls's codes consist of one of a high level and one of a low level. */
static bool is_no_memory(int status)
{
	static const int codes[] = {-MBEDTLS_ERR_X509_ALLOC_FAILED, -MBEDTLS_ERR_PK_ALLOC_FAILED,
		-MBEDTLS_ERR_ECP_ALLOC_FAILED, -MBEDTLS_ERR_ASN1_ALLOC_FAILED,
		-MBEDTLS_ERR_MPI_ALLOC_FAILED};
	int high = -status & 0x7f80, low = -status & 0x7f;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (high == codes[i] || low == codes[i])
			return true;
	return false;
}

static int set_parse_error(int status, struct err *err)
{
	int high = -status & 0x7f80;
	bool is_unknown_kind = high == -MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG ||
			       high == -MBEDTLS_ERR_PK_UNKNOWN_PK_ALG ||
			       high == -MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE;

	if (is_no_memory(status))
		return err_set(
			err, ERR_NO_MEMORY, (unsigned long)-status, "No memory for a certificate.");
	return err_set(err, ERR_FORMAT, (unsigned long)-status, "%s (mbedtls -0x%04lX)",
		is_unknown_kind ? "its key or signature is of a kind that is not known to this program"
				: "it cannot be read",
		(unsigned long)-status);
}

/* mbedtls calls this for extensions that it does not know; certext_check() judges them all. */
static int accept_extension(void *context, const mbedtls_x509_crt *crt, const mbedtls_x509_buf *oid,
	int is_critical, const unsigned char *at, const unsigned char *end)
{
	(void)context;
	(void)crt;
	(void)oid;
	(void)is_critical;
	(void)at;
	(void)end;
	return 0;
}

/* mbedtls reports a key as bad if it has no memory for it (pkparse.c). So a certificate is bad only
 * if parsing fails twice, with enough memory free before the second try. */
static int parse_der(mbedtls_x509_crt *crt, struct bytes der)
{
	int status = mbedtls_x509_crt_parse_der_with_ext_cb(
		crt, der.data, der.len, 1, accept_extension, NULL);
	void *volatile room; /* volatile, or the compiler removes the allocation */

	if (status == 0 || is_no_memory(status))
		return status;
	room = malloc(8 * der.len + 4096);
	if (!room)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	free(room);
	return mbedtls_x509_crt_parse_der_with_ext_cb(
		crt, der.data, der.len, 1, accept_extension, NULL);
}

static void x509_crt_cleanup(mbedtls_x509_crt *crt)
{
	mbedtls_x509_crt_free(crt);
}

int crypto_x509_append(mbedtls_x509_crt *list, struct bytes der, struct err *err)
{
	auto_cleanup(x509_crt) mbedtls_x509_crt one;
	mbedtls_x509_crt *to = list;
	int status;

	mbedtls_x509_crt_init(&one);
	status = parse_der(&one, der);
	if (status != 0)
		return set_parse_error(status, err);
	if (certext_check((struct bytes){one.v3_ext.p, one.v3_ext.len}, err) < 0)
		return -1;
	while (to->next)
		to = to->next;
	if (to->version) {
		to->next = malloc(sizeof(one)); /* mbedtls frees it with free() */
		if (!to->next)
			return err_set(err, ERR_NO_MEMORY, 0, "No memory for a certificate.");
		to = to->next;
	}
	*to = one;
	mbedtls_x509_crt_init(&one);
	return 0;
}

struct crypto_cert {
	mbedtls_x509_crt crt;
};

int crypto_cert_parse(struct bytes der, struct crypto_cert **ret, struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;

	if (der.len == 0 || crypto_der_length(der) != der.len)
		return err_set(err, ERR_FORMAT, 0,
			"Not a certificate: %zu bytes are not one DER value.", der.len);
	cert = calloc(1, sizeof(*cert));
	if (!cert)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a certificate.");
	mbedtls_x509_crt_init(&cert->crt);
	if (crypto_x509_append(&cert->crt, der, err) < 0)
		return err->code == ERR_NO_MEMORY ? -1
						  : err_wrap(err, "Not a usable X.509 certificate");
	*ret = steal_ptr(cert);
	return 0;
}

void crypto_cert_cleanup(struct crypto_cert **pointer)
{
	struct crypto_cert *cert = *pointer;

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

static void append_name(struct bytes name, char ret[CRYPTO_NAME_SIZE])
{
	char clean[CRYPTO_NAME_SIZE];
	char longer[CRYPTO_NAME_SIZE];

	text_clean(clean, sizeof(clean), name);
	if (text_format(longer, sizeof(longer), "%s%s%s", ret, ret[0] ? ", " : "", clean))
		memcpy(ret, longer, sizeof(longer));
}

void crypto_x509_alternative_names(const mbedtls_x509_crt *crt, char ret[CRYPTO_NAME_SIZE])
{
	char text[INET6_ADDRSTRLEN];

	ret[0] = '\0';
	for (const mbedtls_x509_sequence *at = &crt->subject_alt_names; at; at = at->next) {
		int kind = at->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;

		if (kind == MBEDTLS_X509_SAN_DNS_NAME) {
			append_name((struct bytes){at->buf.p, at->buf.len}, ret);
		} else if (kind == MBEDTLS_X509_SAN_IP_ADDRESS &&
			   (at->buf.len == 4 || at->buf.len == 16)) {
			(void)inet_ntop(at->buf.len == 4 ? AF_INET : AF_INET6, at->buf.p, text,
				sizeof(text));
			append_name(bytes_of_text(text), ret);
		}
	}
}

/* Days from 1970-01-01 in the Gregorian calendar, negative before. Years are counted from March, so
 * that the leap day is the last of a year; 146097 days are 400 years. */
static int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = (month <= 2 ? year - 1 : year) + 400; /* never negative */
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year -
	       (719468 + 146097);
}

int64_t crypto_x509_time(const mbedtls_x509_time *time)
{
	return ((days_of_date(time->year, time->mon, time->day) * 24 + time->hour) * 60 + time->min) *
		       60 +
	       time->sec;
}

/* tcg-kp-AIKCertificate (TCG EK Credential Profile), 2.23.133.8.3 */
static const uint8_t oid_ak[] = {0x67, 0x81, 0x05, 0x08, 0x03};
/* szOID_KP_DOCUMENT_SIGNING, 1.3.6.1.4.1.311.10.3.12: the only usage of AK certificates up to 2023
 */
static const uint8_t oid_early_ak[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x0c};

/* mbedtls's own check also accepts a missing extension and anyExtendedKeyUsage. */
static bool names_usage(const mbedtls_x509_crt *crt, struct bytes oid)
{
	for (const mbedtls_x509_sequence *at = &crt->ext_key_usage; at; at = at->next)
		if (bytes_equal((struct bytes){at->buf.p, at->buf.len}, oid))
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
	if (mbedtls_rsa_export_raw(rsa, key.modulus, key.modulus_len, NULL, 0, NULL, 0, NULL, 0,
		    exponent, sizeof(exponent)) != 0)
		return false;
	for (size_t i = 0; i < sizeof(exponent); i++)
		key.exponent = key.exponent << 8 | exponent[i];
	*ret = key;
	return true;
}

static void read_name_parts(const mbedtls_x509_name *name, struct crypto_cert_info *ret)
{
	for (; name; name = name->next) {
		struct bytes value = {name->val.p, name->val.len};

		if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) == 0)
			text_clean(ret->common_name, sizeof(ret->common_name), value);
		if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_ORGANIZATION, &name->oid) == 0)
			text_clean(ret->organization, sizeof(ret->organization), value);
	}
}

void crypto_cert_info(const struct crypto_cert *cert, struct crypto_cert_info *ret)
{
	const mbedtls_x509_crt *crt = &cert->crt;

	memset(ret, 0, sizeof(*ret));
	crypto_x509_name(&crt->subject, ret->subject);
	read_name_parts(&crt->subject, ret);
	crypto_x509_name(&crt->issuer, ret->issuer);
	ret->not_before_s = crypto_x509_time(&crt->valid_from);
	ret->not_after_s = crypto_x509_time(&crt->valid_to);
	ret->is_ca = crt->MBEDTLS_PRIVATE(ca_istrue) != 0;
	ret->may_sign = mbedtls_x509_crt_check_key_usage(crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0;
	ret->is_ak = names_usage(crt, (struct bytes){oid_ak, sizeof(oid_ak)});
	ret->is_early_ak =
		!ret->is_ak && names_usage(crt, (struct bytes){oid_early_ak, sizeof(oid_early_ak)});
	ret->has_rsa_key = rsa_key_of(crt, &ret->key);
	crypto_sha256((struct bytes){crt->raw.p, crt->raw.len}, ret->sha256);
}

int crypto_cert_read(struct bytes der, struct crypto_cert_info *ret, bool *ret_is_one, struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;

	*ret_is_one = false;
	if (crypto_cert_parse(der, &cert, err) < 0)
		return err->code == ERR_NO_MEMORY ? -1 : 0;
	crypto_cert_info(cert, ret);
	*ret_is_one = true;
	return 0;
}

/* ---- sets ---- */

struct crypto_cert_set {
	mbedtls_x509_crt first; /* of a linked list */
	size_t count;
};

static int append_pem(struct crypto_cert_set *set, struct bytes pem, struct err *err)
{
	auto_cleanup(buf) struct buf der = buf_with_max(pem.len);

	if (pem_decode(pem, &der, err) < 0 ||
		crypto_x509_append(&set->first, buf_bytes(&der), err) < 0)
		return -1;
	set->count++;
	return 0;
}

int crypto_cert_set_parse_pem(struct bytes pem, struct crypto_cert_set **ret, struct err *err)
{
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *set = calloc(1, sizeof(*set));
	struct bytes rest = pem, one;

	if (!set)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for certificates.");
	mbedtls_x509_crt_init(&set->first);
	while (pem_next(&rest, &one))
		if (append_pem(set, one, err) < 0)
			return err->code == ERR_NO_MEMORY
				       ? -1
				       : err_wrap(err, "Certificate %zu", set->count + 1);
	if (!set->count || memchr(pem.data, 0, pem.len))
		return err_set(err, ERR_FORMAT, 0, "No certificates in PEM form.");
	*ret = steal_ptr(set);
	return 0;
}

void crypto_cert_set_cleanup(struct crypto_cert_set **pointer)
{
	struct crypto_cert_set *set = *pointer;

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

const mbedtls_x509_crt_profile crypto_x509_profile = {
	.allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
	.allowed_pks = 0xfffffff,
	.allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) |
			  MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
			  MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1),
	.rsa_min_bitlen = 2048,
};

#define DATE_FLAGS ((uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE))

bool crypto_x509_is_strong_key(const mbedtls_x509_crt *crt)
{
	mbedtls_pk_type_t type = mbedtls_pk_get_type(&crt->pk);

	if (type == MBEDTLS_PK_RSA)
		return mbedtls_pk_get_bitlen(&crt->pk) >= crypto_x509_profile.rsa_min_bitlen;
	return type == MBEDTLS_PK_ECKEY &&
	       (crypto_x509_profile.allowed_curves &
		       MBEDTLS_X509_ID_FLAG(mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(crt->pk))));
}

void crypto_x509_judge_dates(const mbedtls_x509_crt *crt, int64_t now_s, uint32_t *flags)
{
	*flags &= ~DATE_FLAGS;
	if (now_s > crypto_x509_time(&crt->valid_to))
		*flags |= MBEDTLS_X509_BADCERT_EXPIRED;
	if (now_s != CRYPTO_ANY_TIME && now_s < crypto_x509_time(&crt->valid_from))
		*flags |= MBEDTLS_X509_BADCERT_FUTURE;
}

bool crypto_x509_is_issued_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer)
{
	return issuer->version && issuer->subject_raw.len == crt->issuer_raw.len &&
	       memcmp(issuer->subject_raw.p, crt->issuer_raw.p, crt->issuer_raw.len) == 0;
}

/* RFC 5280 section 6.1.4 (b) exempts self-issued intermediate certificates. */
static int judge_names(const struct crypto_path *path, size_t depth,
	const struct certname_host *host, struct err *err)
{
	const struct crypto_link *link = &path->links[depth];

	if (depth && link->is_self_issued)
		return 0;
	for (size_t above = depth + 1; above < path->count; above++) {
		const struct crypto_link *authority = &path->links[above];

		if (certname_check_constraints(
			    &authority->cert, &link->cert, depth ? NULL : host, err) == 0)
			continue;
		return err->code == ERR_CERT_CONSTRAINED
			       ? err_wrap(err,
					 "its certificate is not one that the authority '%.100s' may issue",
					 authority->subject)
			       : err_wrap(err, "its certificate cannot be judged: of '%.100s'",
					 authority->subject);
	}
	return 0;
}

int crypto_x509_judge_link(const mbedtls_x509_crt *crt, int depth, const struct certname_host *host,
	struct crypto_path *path, struct err *err)
{
	struct crypto_link *link = &path->links[depth];

	if ((size_t)depth >= path->count)
		path->count = (size_t)depth + 1;
	link->cert.extensions = (struct bytes){crt->v3_ext.p, crt->v3_ext.len};
	link->cert.subject = (struct bytes){crt->subject_raw.p, crt->subject_raw.len};
	link->is_self_issued = crypto_x509_is_issued_by(crt, crt);
	crypto_x509_name(&crt->subject, link->subject);
	if (certext_check(link->cert.extensions, err) < 0) {
		err->code = ERR_CERT_EXTENSION;
		return err_wrap(err, "its certificate cannot be judged: '%.100s'", link->subject);
	}
	return judge_names(path, (size_t)depth, host, err);
}

/* What a chain's certificates are judged by, and what was found. */
struct judgement {
	int64_t now_s;
	const struct crypto_cert_set *intermediates, *roots;
	const struct crypto_fault_taker *taker;
	struct crypto_path path;
	uint32_t found; /* mbedtls's flags for which a fault was added */
	struct err first; /* ERR_OK if there is no fault */
};

static bool holds_issuer(const struct crypto_cert_set *set, const mbedtls_x509_crt *crt)
{
	for (const mbedtls_x509_crt *at = set ? &set->first : NULL; at; at = at->next)
		if (crypto_x509_is_issued_by(crt, at))
			return true;
	return false;
}

/* `native` of a fault is its flag. */
static void add_fault(struct judgement *judgement, const struct err *fault)
{
	if (judgement->found & fault->native)
		return;
	judgement->found |= (uint32_t)fault->native;
	if (judgement->first.code == ERR_OK)
		judgement->first = *fault;
	if (judgement->taker)
		judgement->taker->take(judgement->taker->context, fault);
}

/* The address of an unknown issuer is for people, who fetch it: a signature by a trusted authority,
 * not this address, makes it count. */
static void fill_untrusted(const struct judgement *judgement, const mbedtls_x509_crt *crt,
	const char subject[CRYPTO_NAME_SIZE], struct err *ret)
{
	struct bytes uri = certext_issuer_address((struct bytes){crt->v3_ext.p, crt->v3_ext.len});
	char issuer[CRYPTO_NAME_SIZE], address[121];

	crypto_x509_name(&crt->issuer, issuer);
	text_clean(address, sizeof(address), uri);
	if (holds_issuer(judgement->roots, crt) || holds_issuer(judgement->intermediates, crt))
		err_fill(ret, ERR_AK_CERT_INVALID, MBEDTLS_X509_BADCERT_NOT_TRUSTED,
			"Certificate '%.120s' has a bad signature: no key of '%.120s' that may sign certificates fits.",
			subject, issuer);
	else
		err_fill(ret, ERR_AK_CERT_INVALID, MBEDTLS_X509_BADCERT_NOT_TRUSTED,
			"Certificate '%.90s' is from an unknown CA, '%.90s'%s%s%s.", subject,
			issuer, uri.len ? "; it names " : "", address,
			uri.len ? " as the place of that CA's certificate" : "");
}

/* link: what crypto_x509_judge_link found; ERR_OK if that is nothing. */
static void add_faults(struct judgement *judgement, const mbedtls_x509_crt *crt, uint32_t flags,
	const struct err *link)
{
	const uint32_t other = flags & ~(DATE_FLAGS | MBEDTLS_X509_BADCERT_NOT_TRUSTED |
					       MBEDTLS_X509_BADCERT_OTHER);
	char subject[CRYPTO_NAME_SIZE], from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
	struct err faults[5] = {0};

	crypto_x509_name(&crt->subject, subject);
	clock_text(crypto_x509_time(&crt->valid_from), from);
	clock_text(crypto_x509_time(&crt->valid_to), to);
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		fill_untrusted(judgement, crt, subject, &faults[0]);
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED)
		err_fill(&faults[1], ERR_AK_CERT_INVALID, MBEDTLS_X509_BADCERT_EXPIRED,
			"Certificate '%.120s' expired at %s.", subject, to);
	if (link->code != ERR_OK)
		err_fill(&faults[2], ERR_AK_CERT_INVALID, MBEDTLS_X509_BADCERT_OTHER,
			"Certificate '%.120s': %s.", subject, link->msg);
	if (flags & MBEDTLS_X509_BADCERT_FUTURE)
		err_fill(&faults[3], ERR_AK_CERT_INVALID, MBEDTLS_X509_BADCERT_FUTURE,
			"Certificate '%.120s' is not yet valid, only from %s.", subject, from);
	if (other)
		err_fill(&faults[4], ERR_AK_CERT_INVALID, other,
			"Certificate '%.120s' uses a key or signature that is too weak (mbedtls flags 0x%lX).",
			subject, (unsigned long)flags);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].code)
			add_fault(judgement, &faults[i]);
}

/* Judges one certificate, with the caller's time instead of the system's clock. */
static int judge_certificate(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct judgement *judgement = context;
	struct err err = {0};

	if (depth < 0 || depth >= CRYPTO_CHAIN_MAX)
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	crypto_x509_judge_dates(crt, judgement->now_s, flags);
	if (crypto_x509_judge_link(crt, depth, NULL, &judgement->path, &err) < 0)
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
	add_faults(judgement, crt, *flags, &err);
	return 0;
}

int crypto_cert_verify(const struct crypto_cert *leaf, const struct crypto_cert_set *intermediates,
	const struct crypto_cert_set *roots, int64_t now_s, const struct crypto_fault_taker *taker,
	struct err *err)
{
	mbedtls_x509_crt trusted = roots->first;
	/* shallow copies: mbedtls takes one list that begins with the leaf */
	mbedtls_x509_crt shown = leaf->crt;
	mbedtls_x509_crt rest;
	struct judgement judgement = {
		.now_s = now_s, .intermediates = intermediates, .roots = roots, .taker = taker};
	uint32_t flags = 0;
	int status;

	if (intermediates) {
		rest = intermediates->first;
		shown.next = &rest;
	}
	status = mbedtls_x509_crt_verify_with_profile(&shown, &trusted, NULL, &crypto_x509_profile,
		NULL, &flags, judge_certificate, &judgement);
	if (status == 0)
		return 0;
	if (is_no_memory(status))
		return err_set(err, ERR_NO_MEMORY, (unsigned long)-status,
			"No memory to check a certificate.");
	if (judgement.first.code == ERR_OK)
		return err_set(err, ERR_AK_CERT_INVALID, (unsigned long)-status,
			"The certificate's chain cannot be checked (mbedtls -0x%04lX).",
			(unsigned long)-status);
	*err = judgement.first;
	return -1;
}

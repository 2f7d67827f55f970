#include "edge/crypto_chain.h"

#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto_mbedtls.h"

/* ---- authorities ---- */

struct crypto_authorities {
	mbedtls_x509_crt first; /* of a linked list; its version is 0 while the list is empty */
};

int crypto_authorities_open(struct crypto_authorities **ret, struct err *err)
{
	struct crypto_authorities *authorities = calloc(1, sizeof(*authorities));

	if (!authorities)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for certificates.");
	mbedtls_x509_crt_init(&authorities->first);
	*ret = authorities;
	return 0;
}

int crypto_authorities_add(struct crypto_authorities *authorities, struct bytes der, struct err *err)
{
	return crypto_x509_append(&authorities->first, der, err);
}

void crypto_authorities_free(struct crypto_authorities *authorities)
{
	if (!authorities)
		return;
	mbedtls_x509_crt_free(&authorities->first);
	free(authorities);
}

/* ---- faults ---- */

/* Of several faults the first in this list is reported: without trust the rest of the certificate
 * means nothing. */
static int rank_of(enum err_code code)
{
	static const enum err_code codes[] = {ERR_TLS_UNTRUSTED, ERR_CERT_WEAK, ERR_CERT_EXTENSION,
		ERR_CERT_CONSTRAINED, ERR_CERT_USE, ERR_CERT_EXPIRED, ERR_CERT_NOT_YET,
		ERR_CERT_NAME};
	int rank = 0;

	while (rank < (int)(sizeof(codes) / sizeof(codes[0])) && codes[rank] != code)
		rank++;
	return rank;
}

static void keep_worst_fault(struct crypto_chain *chain, const struct err *err)
{
	if (chain->err.code == ERR_OK || rank_of(err->code) < rank_of(chain->err.code))
		chain->err = *err;
}

#define add_fault(chain, code, ...)                                                                \
	do {                                                                                       \
		struct err err_;                                                                   \
		err_fill(&err_, code, 0, __VA_ARGS__);                                             \
		keep_worst_fault(chain, &err_);                                                    \
	} while (0)

/* ---- one certificate ---- */

static void judge_strength(struct crypto_chain *chain, const struct crypto_link *link,
	const mbedtls_x509_crt *crt, uint32_t flags)
{
	if (flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK))
		add_fault(chain, ERR_CERT_WEAK,
			"its certificate is not safe: '%.100s' is signed with an algorithm that is weaker than SHA-256, or not known here",
			link->subject);
	if (!crypto_x509_is_strong_key(crt) || flags & MBEDTLS_X509_BADCERT_BAD_KEY)
		add_fault(chain, ERR_CERT_WEAK,
			"its certificate is not safe: the key of '%.100s', of %u bits, is too weak",
			link->subject, (unsigned)mbedtls_pk_get_bitlen(&crt->pk));
}

static void judge_dates(struct crypto_chain *chain, const struct crypto_link *link,
	const mbedtls_x509_crt *crt, uint32_t flags)
{
	char date[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE], clock[48] = "";

	clock_text(chain->now_s, now);
	if (chain->now_s)
		(void)text_format(clock, sizeof(clock), "; this VM's clock says %s", now);
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED) {
		clock_text(crypto_x509_time(&crt->valid_to), date);
		add_fault(chain, ERR_CERT_EXPIRED, "its certificate expired at %s%s (%.80s)", date,
			clock, link->subject);
	}
	if (flags & MBEDTLS_X509_BADCERT_FUTURE) {
		clock_text(crypto_x509_time(&crt->valid_from), date);
		add_fault(chain, ERR_CERT_NOT_YET,
			"its certificate is not yet valid: it begins at %s%s (%.80s)", date, clock,
			link->subject);
	}
}

/* ---- the chain ---- */

static const mbedtls_x509_crt *find_issuer(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *list)
{
	for (const mbedtls_x509_crt *at = list; at; at = at->next)
		if (at != crt && crypto_x509_is_issued_by(crt, at))
			return at;
	return NULL;
}

static bool is_within(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *list)
{
	while (list && list != crt)
		list = list->next;
	return list != NULL;
}

/* Why the certificate with the issuer's name cannot be the issuer; "" if its key did not make the
 * signature. */
static const char *defect_of(const struct crypto_chain *chain, const mbedtls_x509_crt *issuer)
{
	size_t longest =
		/* mbedtls stores pathLenConstraint plus 1, or 0 if it is absent */
		(size_t)issuer->MBEDTLS_PRIVATE(max_pathlen);

	if (!issuer->MBEDTLS_PRIVATE(ca_istrue) &&
		(issuer->version == 3 || !is_within(issuer, &chain->authorities->first)))
		return "is no authority (basicConstraints)";
	if (mbedtls_x509_crt_check_key_usage(issuer, MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0)
		return "may not sign certificates (keyUsage)";
	return longest && longest < chain->path.count
		       ? "may have fewer authorities below it (pathLenConstraint)"
		       : "";
}

/* mbedtls found no issuer for the last certificate of the chain. shown: the first one that the
 * server sent. */
static void judge_trust(
	struct crypto_chain *chain, const mbedtls_x509_crt *last, const mbedtls_x509_crt *shown)
{
	const mbedtls_x509_crt *issuer = find_issuer(last, &chain->authorities->first);
	const char *defect;
	char name[CRYPTO_NAME_SIZE];

	if (!issuer && !crypto_x509_is_issued_by(last, last))
		issuer = find_issuer(last, shown);
	crypto_x509_name(&last->issuer, name);
	if (!issuer) {
		add_fault(chain, ERR_TLS_UNTRUSTED,
			"its certificate is not trusted: issued by '%.100s'", name);
		return;
	}
	defect = defect_of(chain, issuer);
	if (defect[0])
		add_fault(chain, ERR_CERT_USE, "its certificate is not trusted: '%.100s' %s", name,
			defect);
	else
		add_fault(chain, ERR_TLS_UNTRUSTED,
			"its certificate is not trusted: no key of '%.100s' made its signature",
			name);
}

static void judge_server(struct crypto_chain *chain, const mbedtls_x509_crt *crt, uint32_t flags)
{
	char names[CRYPTO_NAME_SIZE], issuer[CRYPTO_NAME_SIZE];

	if (certname_is_for(&chain->path.links[0].cert, &chain->host) &&
		!(flags & MBEDTLS_X509_BADCERT_CN_MISMATCH))
		return;
	crypto_x509_alternative_names(crt, names);
	crypto_x509_name(&crt->issuer, issuer);
	add_fault(chain, ERR_CERT_NAME, "its certificate is for %.160s, by '%.60s'",
		names[0] ? names : "no host (it has no subjectAltName)", issuer);
}

/* mbedtls calls this for each certificate of the chain, the trusted one first. */
static int judge_certificate(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct crypto_chain *chain = context;
	const struct crypto_link *link;
	struct err err;

	if (depth < 0 || depth >= CRYPTO_CHAIN_MAX)
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	if (crypto_x509_judge_link(crt, depth, &chain->host, &chain->path, &err) < 0)
		keep_worst_fault(chain, &err);
	link = &chain->path.links[depth];
	if (chain->now_s)
		crypto_x509_judge_dates(crt, chain->now_s, flags);
	judge_strength(chain, link, crt, *flags);
	judge_dates(chain, link, crt, *flags);
	if (mbedtls_x509_crt_check_extended_key_usage(
		    crt, MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0)
		add_fault(chain, ERR_CERT_USE,
			"its certificate is not for TLS servers: '%.100s' (extKeyUsage)",
			link->subject);
	if (*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		chain->untrusted = crt;
	if (depth == 0) {
		if (chain->untrusted)
			judge_trust(chain, chain->untrusted, crt);
		judge_server(chain, crt, *flags);
	}
	if (*flags && chain->err.code == ERR_OK && !chain->untrusted)
		add_fault(chain, ERR_TLS_UNTRUSTED,
			"its certificate is not trusted (mbedtls flags 0x%lX)",
			(unsigned long)*flags);
	if (chain->err.code != ERR_OK && !*flags)
		*flags = MBEDTLS_X509_BADCERT_OTHER;
	return 0;
}

void crypto_chain_configure(void *config, struct crypto_chain *chain)
{
	mbedtls_ssl_config *conf = config;

	chain->path.count = 0;
	chain->untrusted = NULL;
	chain->err = (struct err){0};
	mbedtls_ssl_conf_cert_profile(conf, &crypto_x509_profile);
	mbedtls_ssl_conf_ca_chain(
		conf, (mbedtls_x509_crt *)(uintptr_t)&chain->authorities->first, NULL);
	mbedtls_ssl_conf_verify(conf, judge_certificate, chain);
	mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
}

bool crypto_chain_is_library(const char *name)
{
	char own[32], version[16];

	mbedtls_version_get_string(version);
	(void)text_format(own, sizeof(own), "mbedTLS/%s", version);
	return name && strcmp(name, own) == 0;
}

/* tpmwire.h - reads TPM structures into plain values, through tss2-mu, which only tpmwire.c
 * includes. All input is hostile; bytes after a structure are an error. Errors: ERR_FORMAT. Source:
 * TPM 2.0 Library Part 2, rev 1.59: TPMS_ATTEST 10.12.12, TPMT_PUBLIC 12.2.4, TPMA_OBJECT 8.3. */
#ifndef TPM_TPMWIRE_H
#define TPM_TPMWIRE_H

#include "edge/crypto.h"

#define TPMWIRE_NAME_SIZE 34 /* 2 bytes of algorithm, then a SHA-256 digest */

enum tpmwire_attest_type { TPMWIRE_QUOTE = 0x8018, TPMWIRE_CERTIFY = 0x8017 };

struct tpmwire_name {
	uint8_t data[66];
	size_t len;
};

struct tpmwire_attest {
	uint16_t type; /* enum tpmwire_attest_type; others are refused */
	struct tpmwire_name qualified_signer;
	uint8_t extra_data[64];
	size_t extra_data_len;
	uint64_t clock_ms;
	uint32_t reset_count, restart_count;
	bool safe;
	uint64_t firmware_version;
	/* quote */
	/* TPM_ALG_ID of the one selection: 0x000B is SHA-256; several selections are refused */
	uint16_t pcr_bank;
	uint32_t pcr_mask;
	uint8_t pcr_digest[64];
	size_t pcr_digest_len;
	/* certify */
	struct tpmwire_name name, qualified_name;
};

/* Checks the magic TPM_GENERATED_VALUE: without it a TPM did not make the data. */
int tpmwire_parse_attest(struct bytes bytes, struct tpmwire_attest *ret, struct err *err) err_check;

#define TPMWIRE_ALG_SHA256 0x000Bu
#define TPMWIRE_ALG_RSASSA 0x0014u
#define TPMWIRE_ALG_NULL   0x0010u

struct tpmwire_rsa_public {
	uint16_t name_alg;
	uint32_t attributes; /* TPMA_OBJECT */
	uint8_t policy[64];
	size_t policy_len;
	uint16_t symmetric; /* TPM_ALG_ID */
	uint16_t scheme, scheme_hash; /* scheme_hash 0 for TPM_ALG_NULL */
	uint16_t key_bits;
	struct crypto_rsa_public key; /* exponent 0 on the wire is 65537 here */
	/* nameAlg || H(TPMT_PUBLIC), computed; only SHA-256 names are accepted */
	struct tpmwire_name name;
};

/* TPM2B_PUBLIC including its 2-byte size; RSA only. */
int tpmwire_parse_public(
	struct bytes bytes, struct tpmwire_rsa_public *ret, struct err *err) err_check;

/* Qualified name of a primary object: nameAlg || H(hierarchy handle || name) (Part 1, 16.3). */
void tpmwire_qualified_name(
	uint32_t hierarchy, const struct tpmwire_name *name, struct tpmwire_name *ret);
bool tpmwire_name_equal(const struct tpmwire_name *a, const struct tpmwire_name *b);

#endif

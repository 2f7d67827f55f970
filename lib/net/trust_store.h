/* trust_store.h - which certificate authorities are trusted: the system's, from wherever this
 * distribution keeps them, or those of a file instead; and those of an extra file in addition.
 *
 * An authority that cannot be used, for example because its kind of key is not supported, is left
 * out and listed; the others count. A file without a usable authority is an error. */
#ifndef NET_TRUST_STORE_H
#define NET_TRUST_STORE_H

#include "edge/crypto_chain.h"

/* per file; a distribution's bundle has about 220 KB */
#define TRUST_STORE_MAX_BYTES (4u << 20)

struct trust_store {
	const char *ca_file; /* PEM, instead of the system's; NULL: the system's */
	const char *extra_ca_file; /* PEM, in addition; NULL: none */
};

/* The file that holds all authorities, or NULL if they are in two files. ERR_CA_FILE: not found or
 * not readable. */
int trust_store_find(
	const struct trust_store *trust, const char **ret_file, struct err *err) err_check;

/* The contents of the files. */
struct trust_store_files {
	size_t count;
	struct trust_store_file {
		const char *path; /* as in struct trust_store */
		struct buf pem;
	} files[2];
};
void trust_store_files_done(struct trust_store_files *files);
static inline void trust_store_files_cleanup(struct trust_store_files *files)
{
	trust_store_files_done(files);
}
/* ret: zeroed. ERR_CA_FILE: not readable, or without a certificate in PEM form. */
int trust_store_read(
	const struct trust_store *trust, struct trust_store_files *ret, struct err *err) err_check;

#define TRUST_STORE_LEFT_OUT_MAX  4
#define TRUST_STORE_LEFT_OUT_SIZE 256

struct trust_store_set {
	struct crypto_authorities *authorities;
	size_t count; /* of authorities */
	size_t left_out_count; /* of authorities that cannot be used */
	/* one sentence for each of the first of them */
	char left_out[TRUST_STORE_LEFT_OUT_MAX][TRUST_STORE_LEFT_OUT_SIZE];
	uint8_t digest[CRYPTO_SHA256_SIZE]; /* of the contents of the files */
};
void trust_store_set_done(struct trust_store_set *set);
static inline void trust_store_set_cleanup(struct trust_store_set *set)
{
	trust_store_set_done(set);
}
/* Was the set made from files with exactly these contents? */
bool trust_store_is_same(const struct trust_store_set *set, const struct trust_store_files *files);
/* Makes the set from the files. *ret must be zeroed or hold a set, which is freed. ERR_CA_FILE,
 * ERR_NO_MEMORY. */
int trust_store_take(const struct trust_store_files *files, struct trust_store_set *ret,
	struct err *err) err_check;

#endif

/* trust_store.h - which certificate authorities count: the system's, wherever this distribution
 * keeps them, a file's instead, and those of another file besides.
 *
 * An authority that cannot be taken, as one of a kind of key that is not known here, does not keep
 * the others from counting: it is told. A file in which none can be taken is an error. */
#ifndef NET_TRUST_STORE_H
#define NET_TRUST_STORE_H

#include "edge/crypto_chain.h"

/* of each file; a distribution's bundle has about 220 KB */
#define TRUST_STORE_MAX_BYTES (4u << 20)

struct trust_store {
	const char *ca_file; /* PEM, instead of the system's; NULL: the system's */
	const char *extra_ca_file; /* PEM, besides the others; NULL: none */
};

/* The one file that holds them all, or NULL if there are two. ERR_CA_FILE: not found, not
 * readable. */
int trust_store_find(
	const struct trust_store *trust, const char **ret_file, struct err *err) err_check;

/* The files as they are now. */
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
	size_t count; /* of them */
	size_t left_out_count;
	char left_out[TRUST_STORE_LEFT_OUT_MAX][TRUST_STORE_LEFT_OUT_SIZE]; /* the first of these,
									       one sentence each */
	uint8_t digest[CRYPTO_SHA256_SIZE]; /* of the files' text */
};
void trust_store_set_done(struct trust_store_set *set);
static inline void trust_store_set_cleanup(struct trust_store_set *set)
{
	trust_store_set_done(set);
}
/* Was the set taken from files of this very text? */
bool trust_store_is_same(const struct trust_store_set *set, const struct trust_store_files *files);
/* *ret may hold another set, which is replaced. ERR_CA_FILE, ERR_NO_MEMORY. */
int trust_store_take(const struct trust_store_files *files, struct trust_store_set *ret,
	struct err *err) err_check;

#endif

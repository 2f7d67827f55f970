/* trust_store.h - which certificate authorities are trusted: the system's, from wherever this
 * distribution keeps them, or those of a file instead; and those of an extra file in addition.
 *
 * An authority that cannot be used, for example because its kind of key is not supported, is left
 * out and listed; the others count. A file without a usable authority is an error. */
#ifndef NET_TRUST_STORE_H
#define NET_TRUST_STORE_H

#include <sys/stat.h>
#include <time.h>
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

/* Which file was read, and in which state: it is another one after each change. */
struct trust_store_mark {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed; /* ctime, which no program can set */
};

#define TRUST_STORE_LEFT_OUT_MAX  4
#define TRUST_STORE_LEFT_OUT_SIZE 256

struct trust_store_set {
	struct crypto_authorities *authorities;
	size_t count; /* of authorities */
	size_t left_out_count; /* of authorities that cannot be used */
	/* one sentence for each of the first of them */
	char left_out[TRUST_STORE_LEFT_OUT_MAX][TRUST_STORE_LEFT_OUT_SIZE];
	size_t mark_count;
	struct trust_store_mark marks[2]; /* of its files */
};
void trust_store_set_done(struct trust_store_set *set);
static inline void trust_store_set_cleanup(struct trust_store_set *set)
{
	trust_store_set_done(set);
}
/* Whether the set was loaded from these files, and they have not changed since. */
bool trust_store_is_current(const struct trust_store_set *set, const struct trust_store *trust);
/* Loads the authorities. *ret must be zeroed or hold a set, which is freed on success. ERR_CA_FILE:
 * a file is not readable, or holds no authority that can be used; ERR_NO_MEMORY. */
int trust_store_load(
	const struct trust_store *trust, struct trust_store_set *ret, struct err *err) err_check;

#endif

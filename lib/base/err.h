/* err.h - why something could not be done: one object, one table.
 *
 * Every fallible function returns 0, or -1 with *err filled. The code names the cause for programs
 * (stable, shown in the status file), the message tells a person what happened to what, the table
 * adds what to do about it. An answer is not an error: "this VM is not healthy" is a verdict
 * (appraise/verdict.h), which borrows its reasons' names and remedies from the same table (kind
 * INTEGRITY).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include "base/cleanup.h"
#include "base/err_table.h"

enum err_kind {
	ERR_KIND_NONE,
	ERR_KIND_PLATFORM, /* this machine can never run us                            */
	ERR_KIND_PRECONDITION, /* something must be switched on or provisioned first       */
	ERR_KIND_SETTINGS, /* what the user configured cannot be used                  */
	ERR_KIND_TPM, /* the TPM or its data failed us                            */
	ERR_KIND_NETWORK, /* the provider was not reached                             */
	ERR_KIND_PROVIDER, /* the provider answered, but not with a token we can trust */
	ERR_KIND_INTEGRITY, /* a reason for "Unhealthy"                                 */
	ERR_KIND_INTERNAL, /* this program or the machine below it                     */
};

/* How far an attestation came, from choosing a provider to its answer. */
enum err_place {
	ERR_PLACE_VM, /* not on the way: this VM, its TPM, its settings, a file */
	ERR_PLACE_CHOICE, /* no provider was found for the VM's region */
	ERR_PLACE_NAME, /* the first hop's name was not resolved, and the DNS answers show why */
	ERR_PLACE_WAY, /* the request was not sent: a walk along the way meets the same obstacle */
	ERR_PLACE_NO_ANSWER, /* the request was sent, and no whole answer came */
	ERR_PLACE_STRANGER, /* something else answered in the provider's place */
	ERR_PLACE_BUSY, /* the provider answered that it cannot answer now */
	ERR_PLACE_ANSWER, /* the provider answered: the answer, or what it holds, is the reason */
};

enum err_retry {
	ERR_RETRY_NEVER, /* somebody must change something first */
	ERR_RETRY_LATER, /* it may go away by itself: the service keeps trying */
	ERR_RETRY_SOON, /* likewise, and another try within seconds is worth it */
};

enum err_code {
#define ERR_ENUM(code, number, ...) code = (number),
	ERR_OK = 0,
	ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
};

#define ERR_MSG_SIZE 384

/* Lives on the caller's stack; no memory to free. */
struct err {
	enum err_code code;
	unsigned long native; /* errno, TSS2_RC, CURLcode, HTTP status or mbedtls code; 0 if none */
	/* one UTF-8 sentence without line breaks and secrets, outermost context first */
	char msg[ERR_MSG_SIZE];
};

struct err_info {
	enum err_code code;
	const char *name; /* stable word for programs, e.g. "tpm-absent" */
	enum err_kind kind;
	enum err_place place;
	bool is_against_vm; /* as a reason it makes the verdict Unhealthy, not Unknown */
	enum err_retry retry;
	int exit_code; /* of a handler that ends with it */
	const char *remedy; /* one sentence for people */
};

/* Never NULL: unknown codes give the entry of ERR_INTERNAL. */
const struct err_info *err_info(enum err_code code);
/* The table in order, for documents and tests; NULL past the end. */
const struct err_info *err_info_at(size_t index);
const char *err_kind_name(enum err_kind kind);

/* Fill *err; text is cleaned (valid UTF-8, no control characters) and cut at a character's
 * border. */
void err_fill(struct err *err, enum err_code code, unsigned long native, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Put "context: " in front of the message. */
void err_push(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A parser's ERR_FORMAT becomes the caller's code; anything else, lack of memory above all, stays
 * what it is. */
void err_recode(struct err *err, enum err_code code);

/* Macros, so that compilers and analysers know that the result is -1. */
#define err_set(...)  (err_fill(__VA_ARGS__), -1)
#define err_wrap(...) (err_push(__VA_ARGS__), -1)
#define err_as(...)   (err_recode(__VA_ARGS__), -1)

#endif

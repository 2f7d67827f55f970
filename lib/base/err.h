/* err.h - why an operation failed: one object, one table of codes.
 *
 * Every fallible function returns 0, or -1 with *err filled. The code names the cause for programs;
 * it is stable and stands in the status file. The message describes to people what happened, and
 * the table adds a remedy. A verdict is not an error: "this VM is not healthy" is a result of
 * appraise/verdict.h, which takes the names and remedies of its reasons from the same table (kind
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
	ERR_KIND_PLATFORM, /* this machine can never run the extension */
	ERR_KIND_PRECONDITION, /* a feature of the VM must be enabled or provisioned first */
	ERR_KIND_SETTINGS, /* the user's configuration cannot be used */
	ERR_KIND_TPM, /* the TPM failed, or its data cannot be used */
	ERR_KIND_NETWORK, /* the provider was not reached */
	ERR_KIND_PROVIDER, /* the provider answered, but without a token that can be trusted */
	ERR_KIND_INTEGRITY, /* a reason for the verdict Unhealthy */
	ERR_KIND_INTERNAL, /* this program, or the machine that it runs on */
};

/* Where an attestation failed, on the way from choosing a provider to its answer. */
enum err_place {
	ERR_PLACE_VM, /* not on the way: this VM, its TPM, its settings, a file */
	ERR_PLACE_CHOICE, /* no provider was found for the VM's region */
	ERR_PLACE_NAME, /* the first hop's name was not resolved; the DNS answers show why */
	ERR_PLACE_WAY, /* the request was not sent; following the way hop by hop meets the same
			  obstacle */
	ERR_PLACE_NO_ANSWER, /* the request was sent, but no complete answer arrived */
	ERR_PLACE_STRANGER, /* something else answered in the provider's place */
	ERR_PLACE_BUSY, /* the provider is overloaded or down for now, by its own answer */
	ERR_PLACE_ANSWER, /* the provider answered, and the answer is the reason */
};

enum err_retry {
	ERR_RETRY_NEVER, /* the cause stays until a person removes it */
	ERR_RETRY_LATER, /* the cause may go away by itself: the service keeps trying */
	ERR_RETRY_SOON, /* likewise, perhaps within seconds: one round tries again */
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
	/* one UTF-8 sentence without line breaks or secrets, outermost context first */
	char msg[ERR_MSG_SIZE];
};

struct err_info {
	enum err_code code;
	const char *name; /* stable word for programs, e.g. "tpm-absent" */
	enum err_kind kind;
	enum err_place place;
	bool is_against_vm; /* as a reason it makes the verdict Unhealthy; otherwise Unknown */
	enum err_retry retry;
	int exit_code; /* of a handler that ends with this code */
	const char *remedy; /* one sentence for people */
};

/* Never NULL: for unknown codes it is the entry of ERR_INTERNAL. */
const struct err_info *err_info(enum err_code code);
/* The entries in the table's order, for documents and tests; NULL past the end. */
const struct err_info *err_info_at(size_t index);
const char *err_kind_name(enum err_kind kind);

/* Fills *err. The message is cleaned (valid UTF-8, no control characters) and cut between two
 * characters. */
void err_fill(struct err *err, enum err_code code, unsigned long native, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Puts "context: " in front of the message. */
void err_push(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Replaces a parser's ERR_FORMAT by the caller's code. Other codes stay, above all
 * ERR_NO_MEMORY. */
void err_recode(struct err *err, enum err_code code);

/* These are macros so that compilers and analysers see that the result is -1. */
#define err_set(...)  (err_fill(__VA_ARGS__), -1)
#define err_wrap(...) (err_push(__VA_ARGS__), -1)
#define err_as(...)   (err_recode(__VA_ARGS__), -1)

#endif

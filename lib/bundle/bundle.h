/* bundle.h - what one attestation came to, in one file that proves itself: the request as it was
 * sent, what the provider said of it, and what the VM says of itself. Anybody can check it
 * (bundlecheck.h), and show it (page.h).
 *
 * A bundle is JSON. Its member AttestationInfo is that of a request's body, so that whoever reads
 * requests reads bundles too; README.md lists the members. Only the evidence in it proves anything.
 * What else it says is compared with that, and is nobody's word before. */
#ifndef BUNDLE_BUNDLE_H
#define BUNDLE_BUNDLE_H

#include "attest/round.h"
#include "bundle/machine.h"
#include "maa/request.h"
#include "maa/token.h"

#define BUNDLE_FORMAT    "guest-attestation-bundle"
#define BUNDLE_VERSION   1
#define BUNDLE_MAX_BYTES (18u << 20) /* a request's body, and the rest */
#define BUNDLE_MAX_CHAIN (64u << 10) /* PEM */
#define BUNDLE_REDACTED                                                                            \
	"redacted" /* stands where something was taken out and nothing can stand for it */

struct bundle_provider {
	char address[HTTP_URL_SIZE]; /* "" if none was found or none was asked */
	char chosen_as[160];
	struct verdict verdict;
	/* of a token that was verified when the bundle was made; NULL if there was none */
	json *claims;
	json *token; /* its header's members, without the token: it lets nobody in */
	struct buf compact,
		/* the whole token and the provider's key set; empty unless they were asked for */
		keys;
};

struct bundle {
	bool is_whole; /* false: the file held a request only, and nothing else below is known */
	char program[32];
	int64_t made_s;
	char made_text[32]; /* the same for people, as a file says it; "" if none does */
	struct verdict verdict, local;
	bool has_provider; /* somebody was to be asked */
	struct bundle_provider provider;
	json *facts; /* bundle_facts() of the maker; NULL if unknown */
	struct machine machine;
	/* PCRs beyond the quote, as the TPM answered: nobody signed them; mask 0 if not read */
	struct tpm_pcrs unquoted;
	/* PEM, links between the attestation key's certificate and a root; no root is trusted by
	 * it */
	struct buf chain;
	bool is_redacted;
	/* attestation information, byte by byte as sent unless redacted; empty if nothing was
	 * collected */
	struct buf info;
	struct request request; /* the same, read; `evidence` knows the redacted events */
	/* names of members that stand beside these and mean nothing here; "" if none do */
	char unread[160];
};

/* A bundle that holds nothing yet; a macro, since the struct is large. */
#define BUNDLE_EMPTY                                                                               \
	((struct bundle){                                                                          \
		.provider = {.compact = buf_with_max(TOKEN_MAX_BYTES),                             \
			.keys = buf_with_max(KEYS_MAX_BYTES)},                                     \
		.chain = buf_with_max(BUNDLE_MAX_CHAIN),                                           \
		.info = buf_with_max(REQUEST_MAX_INFO),                                            \
	})
void bundle_done(struct bundle *bundle);
static inline void bundle_cleanup(struct bundle *bundle)
{
	bundle_done(bundle);
}

/* What is known beside the round, or evidence alone. */
struct bundle_extras {
	const struct verdict *verdict; /* of all, behind a round */
	int64_t made_s;
	const char *program; /* version */
	const struct machine *machine;
	const struct tpm_pcrs *unquoted;
	struct bytes chain;
	bool with_token;
};

/* Takes info, claims, token and keys out of the round. A round without evidence gives a bundle
 * without it. */
int bundle_of_round(struct round_result *round, const struct bundle_extras *extras,
	struct bundle *ret, struct err *err) err_check;
/* Evidence that nobody was asked about; judged here. */
int bundle_of_info(struct bytes info, const struct bundle_extras *extras, struct bundle *ret,
	struct err *err) err_check;

/* Facts that evidence proves, by name; a flat object of texts, numbers and booleans. NULL without
 * memory. */
json *bundle_facts(const struct request *request, const struct appraisal *appraisal);

/* Appends the file's text, always the same for the same bundle. */
int bundle_print(const struct bundle *bundle, struct buf *ret, struct err *err) err_check;
/* A bundle, a request's body, or the attestation information alone. ERR_FORMAT, and the message
 * names the member; a bundle of a newer version is refused. */
int bundle_parse(struct bytes text, struct bundle *ret, struct err *err) err_check;

#endif

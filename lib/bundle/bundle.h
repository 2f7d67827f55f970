/* bundle.h - one attestation in one file that can be verified anywhere: the request as it was sent,
 * the provider's answer, and unproven facts about the VM. Anybody can check it (bundlecheck.h) and
 * show it (page.h).
 *
 * A bundle is JSON. Its member AttestationInfo is that of a request's body, so every reader of
 * requests reads bundles too; handler/docs/evidence.md lists the members. Only the evidence in it
 * proves anything. Everything else counts only after it was compared with the evidence. */
#ifndef BUNDLE_BUNDLE_H
#define BUNDLE_BUNDLE_H

#include "attest/round.h"
#include "bundle/machine.h"
#include "maa/request.h"
#include "maa/token.h"

#define BUNDLE_FORMAT    "guest-attestation-bundle"
#define BUNDLE_VERSION   1
#define BUNDLE_MAX_BYTES (18u << 20) /* a request's body and the other members */
#define BUNDLE_MAX_CHAIN (64u << 10) /* PEM */
#define BUNDLE_REDACTED  "redacted" /* replaces a removed text for which there is no digest */

struct bundle_provider {
	char address[HTTP_URL_SIZE]; /* "" if no provider was found or needed */
	char chosen_as[160];
	struct verdict verdict;
	/* claims of a token that was verified when the bundle was made; NULL if there was none */
	json *claims;
	json *token; /* members of the token's header; without the token they give no access */
	/* the whole token and the provider's key set; empty unless requested */
	struct buf compact, keys;
};

struct bundle {
	/* false: the file holds only a request, and the members below are unset except `info` and
	 * `request` */
	bool is_whole;
	char program[32];
	int64_t made_s;
	char made_text[32]; /* the same as a text of the file; "" if it has none */
	struct verdict verdict, local;
	bool has_provider; /* a provider was used or tried */
	struct bundle_provider provider;
	json *facts; /* bundle_facts() as its maker computed them; NULL if unknown */
	struct machine machine;
	/* PCRs beyond the quote as read from the TPM, not signed; mask 0 if not read */
	struct tpm_pcrs unquoted;
	/* PEM: intermediate certificates between the attestation key's certificate and a root. A
	 * root in it is not trusted. */
	struct buf chain;
	bool is_redacted;
	/* attestation information, byte for byte as sent unless redacted; empty if nothing was
	 * collected */
	struct buf info;
	struct request request; /* `info` parsed; its `evidence` marks the redacted events */
	/* names of unknown members, which are ignored; "" if there are none */
	char unread[160];
};

/* An empty bundle; a macro, because the struct is large. */
#define BUNDLE_EMPTY                                                                               \
	((struct bundle){                                                                          \
		.provider = {.compact = buf_with_max(TOKEN_MAX_BYTES),                             \
			.keys = buf_with_max(KEYS_MAX_BYTES)},                                     \
		.chain = buf_with_max(BUNDLE_MAX_CHAIN),                                           \
		.info = buf_with_max(REQUEST_MAX_INFO),                                            \
	})
void bundle_cleanup(struct bundle *bundle);

/* What is known besides the round. */
struct bundle_extras {
	const struct verdict *verdict; /* the combined verdict */
	int64_t made_s;
	const char *program; /* version */
	const struct machine *machine;
	const struct tpm_pcrs *unquoted;
	struct bytes chain;
	bool with_token;
};

/* Makes a bundle of a round, and takes info, claims, token and keys out of the round. Without
 * evidence in the round, the bundle has none. */
int bundle_of_round(struct round_result *round, const struct bundle_extras *extras,
	struct bundle *ret, struct err *err) err_check;

/* The facts that evidence proves, by name: a flat object of texts, numbers and booleans. NULL
 * without memory. */
json *bundle_facts(const struct request *request, const struct appraisal *appraisal);

/* Appends the file's text; the same bundle always gives the same text. */
int bundle_print(const struct bundle *bundle, struct buf *ret, struct err *err) err_check;
/* Parses a bundle, a request's body, or bare attestation information. ERR_FORMAT, and the message
 * names the member; a bundle of a newer version is refused. */
int bundle_parse(struct bytes text, struct bundle *ret, struct err *err) err_check;

#endif

/* hostile-issue: makes the body of an attestation answer with one defect, for tests of clients. It
 * verifies nothing.
 *
 * - hostile-issue keys: ISSUER KEY.pem CERT.pem              the JWK set
 * - hostile-issue DEFECT ISSUER KEY.pem CERT.pem < request: an answer, sealed for the request's own
 * TPM unless the defect says else
 *
 * Used by test/support/hostile_provider, which adds the network. Everything but the defect is as
 * the provider makes it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "../provider/claims.h"
#include "defects.h"
#include "base/clock.h"
#include "base/file.h"

#define MAX_PEM    65536
#define MAX_ANSWER (1u << 20)
#define LIFE_S     28800

static void draft_cleanup(struct draft *draft)
{
	issuer_close(draft->issuer);
	json_free(draft->header);
	json_free(draft->claims);
	buf_done(&draft->token);
	sealed_done(&draft->sealed);
}

/* All claims that the policy asks for are true, whatever the boot was. */
static int draft_claims(struct bytes body, const char *url, struct draft *ret, struct err *err)
{
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(facts) struct facts facts = {0};
	static const struct policy policy;
	struct policy_claims claims;
	struct claims_frame frame = {url, clock_now_s(), LIFE_S, &policy};
	const struct tpm_public *public = &facts.request.evidence.key_public;

	for (size_t i = 0; i < POLICY_RULE_COUNT; i++)
		claims.holds[i] = true;
	if (request_parse_body(body, &info, err) < 0 ||
		request_parse_info(buf_bytes(&info), &facts.request, err) < 0 ||
		tpmwire_parse_public(
			(struct bytes){public->data, public->len}, &facts.binding.key, err) < 0)
		return -1;
	ret->key = facts.binding.key.key;
	return claims_build(&facts, &claims, &frame, &ret->claims, err);
}

static int answer(const char *defect, struct bytes body, struct draft *draft, struct buf *ret,
	struct err *err)
{
	if (draft_claims(body, issuer_url(draft->issuer), draft, err) < 0)
		return -1;
	draft->header = issuer_header(draft->issuer);
	draft->token = buf_with_max(MAX_ANSWER);
	defect_apply(defect, BEFORE_SIGNING, draft);
	if (issuer_token(draft->issuer, draft->header, draft->claims, &draft->token, err) < 0)
		return -1;
	defect_apply(defect, AFTER_SIGNING, draft);
	defect_apply(defect, BEFORE_SEALING, draft);
	if (seal_token(buf_bytes(&draft->token), &draft->key, &draft->sealed, err) < 0)
		return -1;
	defect_apply(defect, AFTER_SEALING, draft);
	return sealed_print(&draft->sealed, ret, err);
}

static int read_input(struct buf *ret, struct err *err)
{
	uint8_t chunk[65536];
	size_t got;

	while ((got = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		if (buf_append(ret, chunk, got, err) < 0)
			return -1;
	return 0;
}

static int run(char **argv, struct buf *ret, struct err *err)
{
	auto_cleanup(draft) struct draft draft = {0};
	auto_cleanup(buf) struct buf key = buf_with_max(MAX_PEM);
	auto_cleanup(buf) struct buf cert = buf_with_max(MAX_PEM);
	auto_cleanup(buf) struct buf body = buf_with_max(REQUEST_MAX_BODY);

	if (file_read(AT_FDCWD, argv[3], FILE_FOLLOW_LINKS, &key, err) < 0 ||
		file_read(AT_FDCWD, argv[4], FILE_FOLLOW_LINKS, &cert, err) < 0 ||
		issuer_open(argv[2], buf_bytes(&key), buf_bytes(&cert), &draft.issuer, err) < 0)
		return -1;
	if (strcmp(argv[1], "keys") == 0)
		return issuer_keys(draft.issuer, ret, err);
	if (!defect_is_known(argv[1]))
		return err_set(err, ERR_USAGE, 0, "There is no defect '%s'.", argv[1]);
	if (read_input(&body, err) < 0)
		return -1;
	return answer(argv[1], buf_bytes(&body), &draft, ret, err);
}

int main(int argc, char **argv)
{
	auto_cleanup(buf) struct buf out = buf_with_max(MAX_ANSWER);
	struct err err;

	if (argc != 5) {
		(void)fputs("Usage: hostile-issue keys|DEFECT ISSUER KEY.pem CERT.pem\nDefects: none",
			stderr);
		defects_list(stderr);
		(void)fputs("\n", stderr);
		return 64;
	}
	if (run(argv, &out, &err) < 0) {
		(void)fprintf(stderr, "hostile-issue: %s\n", err.msg);
		return 1;
	}
	return fwrite(out.data, 1, out.len, stdout) == out.len ? 0 : 1;
}

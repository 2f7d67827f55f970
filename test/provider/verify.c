#include "verify.h"

#include <string.h>

struct context {
	struct bytes body;
	const struct anchors *anchors;
	int64_t now_s;
	struct facts *facts;
};

static int check_request(const struct context *context, struct err *err)
{
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);

	if (request_parse_body(context->body, &info, err) < 0)
		return -1;
	return request_parse_info(buf_bytes(&info), &context->facts->request, err);
}

static int check_pcr_set(const struct context *context, struct err *err)
{
	uint32_t mask = context->facts->request.evidence.pcrs.mask;

	if ((mask & TPM_BOOT_PCR_MASK) != TPM_BOOT_PCR_MASK)
		return err_set(err, ERR_QUOTE_INVALID, 0, "PCRs 0 to 7 are not all there.");
	return 0;
}

static int check_ak_cert(const struct context *context, struct err *err)
{
	auto_cleanup(findings) struct findings found = {0};

	anchors_judge_ak_cert(context->anchors,
		buf_bytes(&context->facts->request.evidence.ak_cert), context->now_s, &found);
	return findings_check(&found, err);
}

static int check_binding(const struct context *context, struct err *err)
{
	auto_cleanup(findings) struct findings found = {0};

	(void)binding_check(&context->facts->request.evidence, BINDING_NULL_OR_OWNER,
		&context->facts->binding, &found);
	return findings_check(&found, err);
}

static int check_log_form(const struct context *context, struct err *err)
{
	if (context->facts->request.evidence.event_log.len == 0)
		return err_set(err, ERR_EVENT_LOG_EMPTY, 0, "The request holds no event log.");
	return eventlog_open(
		buf_bytes(&context->facts->request.evidence.event_log), &context->facts->log, err);
}

static int check_replay(const struct context *context, struct err *err)
{
	auto_cleanup(findings) struct findings found = {0};
	struct tpm_pcrs led_to;

	if (replay_sha256(&context->facts->log, &led_to, err) < 0)
		return -1;
	(void)replay_compare(
		&context->facts->log, &led_to, &context->facts->request.evidence.pcrs, &found);
	return findings_check(&found, err);
}

static int check_log_data(const struct context *context, struct err *err)
{
	return replay_check_data(
		&context->facts->log, context->facts->request.evidence.pcrs.mask, err);
}

static int check_secureboot(const struct context *context, struct err *err)
{
	return secureboot_read(&context->facts->log, &context->facts->secureboot, err);
}

/* Cheap and telling checks first; each relies on those before it. */
static const struct {
	const char *name;
	int (*run)(const struct context *, struct err *);
} checks[] = {
	{"Request format", check_request},
	{"PCR set", check_pcr_set},
	{"Attestation key certificate", check_ak_cert},
	{"Key binding", check_binding},
	{"Event log format", check_log_form},
	{"Event log replay", check_replay},
	{"Event log data", check_log_data},
	{"Secure Boot records", check_secureboot},
};

int verify_body(struct bytes body, const struct anchors *anchors, int64_t now_s, struct facts *ret,
	struct err *err)
{
	auto_cleanup(facts) struct facts facts = {0};
	struct context context = {body, anchors, now_s, &facts};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].run(&context, err) < 0)
			return err_wrap(err, "%s", checks[i].name);
	*ret = facts;
	memset(&facts, 0, sizeof(facts)); /* ownership has left */
	return 0;
}

void facts_done(struct facts *facts)
{
	request_done(&facts->request);
}

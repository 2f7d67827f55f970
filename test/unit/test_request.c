#include "check.h"
#include <stdlib.h>
#include "base/codec.h"
#include "maa/request.h"

/* A certificate's outer form is all that a request looks at. */
static const uint8_t cert[] = {0x30, 0x81, 0x80};

static void fill(uint8_t *ret, size_t len, uint8_t seed)
{
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(seed + i * 3);
}

static void fill_attest(struct tpm_attest *ret, size_t len, uint8_t seed)
{
	ret->attest_len = len;
	ret->signature_len = 256;
	fill(ret->attest, len, seed);
	fill(ret->signature, 256, (uint8_t)(seed + 1));
}

static void make_evidence(struct evidence *ret)
{
	uint8_t bytes[1000];
	struct err err;

	*ret = EVIDENCE_EMPTY;
	fill(bytes, sizeof(bytes), 5);
	check_ok(buf_append(&ret->event_log, bytes, sizeof(bytes), &err), &err);
	memcpy(bytes, cert, sizeof(cert));
	check_ok(buf_append(&ret->ak_cert, bytes, 3 + 0x80, &err), &err);
	ret->ak_public.len = 282;
	fill(ret->ak_public.data, 282, 9);
	ret->key_public.len = 312;
	fill(ret->key_public.data, 312, 10);
	fill_attest(&ret->quote, 113, 20);
	fill_attest(&ret->key_certify, 141, 30);
	ret->pcrs.mask = 0x8000FF;
	for (size_t i = 0; i < TPM_PCR_COUNT; i++)
		if (ret->pcrs.mask >> i & 1)
			fill(ret->pcrs.digest[i], TPM_DIGEST_SIZE, (uint8_t)i);
	memcpy(ret->os_distro, "Débian GNU/Linux", sizeof("Débian GNU/Linux"));
	ret->os_major = 24;
	ret->os_minor = 4;
}

static void make_info(const char *nonce, struct buf *ret)
{
	auto_cleanup(evidence) struct evidence evidence;
	struct err err;

	make_evidence(&evidence);
	check_ok(request_build_info(&evidence, nonce, ret, &err), &err);
}

static void check_attest(const struct tpm_attest *a, const struct tpm_attest *b)
{
	assert_int_equal(a->attest_len, b->attest_len);
	assert_memory_equal(a->attest, b->attest, a->attest_len);
	assert_int_equal(a->signature_len, b->signature_len);
	assert_memory_equal(a->signature, b->signature, a->signature_len);
}

static void check_same(const struct evidence *a, const struct evidence *b)
{
	assert_true(bytes_equal(buf_bytes(&a->ak_cert), buf_bytes(&b->ak_cert)));
	assert_true(bytes_equal(buf_bytes(&a->event_log), buf_bytes(&b->event_log)));
	assert_int_equal(a->ak_public.len, b->ak_public.len);
	assert_memory_equal(a->ak_public.data, b->ak_public.data, a->ak_public.len);
	assert_int_equal(a->key_public.len, b->key_public.len);
	assert_memory_equal(a->key_public.data, b->key_public.data, a->key_public.len);
	check_attest(&a->quote, &b->quote);
	check_attest(&a->key_certify, &b->key_certify);
	assert_int_equal(a->pcrs.mask, b->pcrs.mask);
	assert_memory_equal(a->pcrs.digest, b->pcrs.digest, sizeof(a->pcrs.digest));
	assert_string_equal(a->os_distro, b->os_distro);
	assert_int_equal(a->os_major, b->os_major);
	assert_int_equal(a->os_minor, b->os_minor);
}

static void what_was_built_reads_back_the_same(void **state)
{
	auto_cleanup(evidence) struct evidence evidence;
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(buf) struct buf body = buf_with_max(REQUEST_MAX_BODY);
	auto_cleanup(buf) struct buf back = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(request) struct request request = {0};
	struct err err;

	(void)state;
	make_evidence(&evidence);
	check_ok(request_build_info(&evidence, "a nonce", &info, &err), &err);
	check_ok(request_build_body(buf_bytes(&info), &body, &err), &err);
	check_ok(request_parse_body(buf_bytes(&body), &back, &err), &err);
	assert_true(bytes_equal(buf_bytes(&info), buf_bytes(&back)));
	check_ok(request_parse_info(buf_bytes(&back), &request, &err), &err);
	check_same(&evidence, &request.evidence);
	assert_string_equal(request.protocol, "2.0");
	assert_string_equal(request.os_type, "Linux");
	assert_string_equal(request.os_build, "NotApplication");
	assert_string_equal(
		json_text(json_get(request.client_payload, REQUEST_NONCE)), "YSBub25jZQ==");
}

static void without_nonce_there_is_no_client_payload(void **state)
{
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(request) struct request request = {0};
	struct err err;

	(void)state;
	make_info(NULL, &info);
	assert_non_null(strstr((char *)info.data, "\"ClientPayload\":null"));
	check_ok(request_parse_info(buf_bytes(&info), &request, &err), &err);
	assert_null(request.client_payload);
}

static void a_body_may_carry_padding(void **state)
{
	auto_cleanup(buf) struct buf info = buf_with_max(64);
	struct err err;

	(void)state;
	check_ok(request_parse_body(TEXT("{\"AttestationInfo\":\"e30=\"}"), &info, &err), &err);
	check_ok(request_parse_body(TEXT("{\"AttestationInfo\":\"e30\"}"), &info, &err), &err);
	assert_true(bytes_equal(buf_bytes(&info), TEXT("{}{}")));
}

static void bodies_that_hold_no_information_are_refused(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "{}", "{\"AttestationInfo\":7}",
		"{\"AttestationInfo\":\"e3/+\"}", "{\"AttestationInfo\":\"e\"}",
		"{\"AttestationInfo\":\"e30\",\"AttestationInfo\":\"e30\"}"};
	auto_cleanup(buf) struct buf info = buf_with_max(64);
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_err(request_parse_body(TEXT(bad[i]), &info, &err), &err, ERR_FORMAT);
	assert_int_equal(info.len, 0);
}

/* The text with its first `from` replaced; from must be there. */
static void a_body_and_what_is_inside_are_told_apart(void **state)
{
	static const char *const bad[] = {"", "{}", "[]", "7", "{\"AttestationInfo\":7}",
		"{\"AttestationInfo\":\"e30\"}", "{\"AttestationInfo\":\"\"}"};
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(buf) struct buf body = buf_with_max(REQUEST_MAX_BODY);
	auto_cleanup(evidence) struct evidence evidence = EVIDENCE_EMPTY;
	auto_cleanup(request) struct request inside = {0};
	auto_cleanup(request) struct request whole = {0};
	auto_cleanup(request) struct request none = {0};
	struct err err;

	(void)state;
	make_evidence(&evidence);
	make_info("for you", &info);
	check_ok(request_build_body(buf_bytes(&info), &body, &err), &err);
	check_ok(request_parse(buf_bytes(&info), &inside, &err), &err);
	check_ok(request_parse(buf_bytes(&body), &whole, &err), &err);
	check_same(&evidence, &inside.evidence);
	check_same(&evidence, &whole.evidence);
	for (size_t i = 0; i < COUNT(bad); i++)
		check_err(request_parse(TEXT(bad[i]), &none, &err), &err, ERR_FORMAT);
	check_err(request_parse((struct bytes){body.data, REQUEST_MAX_BODY + 1}, &none, &err), &err,
		ERR_FORMAT);
}

static void replace(struct buf *text, const char *from, const char *to)
{
	auto_cleanup(buf) struct buf out = buf_with_max(REQUEST_MAX_INFO);
	const char *at = strstr((char *)text->data, from);
	struct err err;

	if (!at)
		fail_msg("the request has no %s", from);
	check_ok(buf_append(&out, text->data, (size_t)(at - (char *)text->data), &err), &err);
	check_ok(buf_append_text(&out, to, &err), &err);
	check_ok(buf_append_text(&out, at + strlen(from), &err), &err);
	check_ok(buf_set(text, buf_bytes(&out), &err), &err);
}

static void other_clients_forms_are_read(void **state)
{
	static const struct {
		const char *from, *to;
	} forms[] = {
		{"\"OSVersionMajor\":24", "\"OSVersionMajor\":\"24\""},
		{"\"OSVersionMinor\":4", "\"OSVersionMinor\":\"04\""},
		{"\"AttestationProtocolVersion\":\"2.0\"", "\"AttestationProtocolVersion\" : \"2.0\""},
		{"{", "{\"Unknown\":[1,{}],"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
		auto_cleanup(request) struct request request = {0};
		struct err err;

		make_info("n", &info);
		replace(&info, forms[i].from, forms[i].to);
		check_ok(request_parse_info(buf_bytes(&info), &request, &err), &err);
		assert_int_equal(request.evidence.os_major, 24);
		assert_int_equal(request.evidence.os_minor, 4);
	}
}

static void protocol_1_has_no_isolation(void **state)
{
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(request) struct request request = {0};
	struct err err;

	(void)state;
	make_info("n", &info);
	replace(&info, "\"2.0\"", "\"1.0\"");
	replace(&info, "\"IsolationInfo\":", "\"Other\":");
	check_ok(request_parse_info(buf_bytes(&info), &request, &err), &err);
	assert_string_equal(request.protocol, "1.0");
}

static void the_index_padding_behind_a_certificate_is_cut(void **state)
{
	static const uint8_t paddings[] = {0x00, 0xFF};

	(void)state;
	for (size_t i = 0; i < COUNT(paddings); i++) {
		auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
		auto_cleanup(evidence) struct evidence evidence;
		auto_cleanup(request) struct request request = {0};
		struct err err;

		make_evidence(&evidence);
		for (size_t k = 0; k < 1000; k++)
			check_ok(buf_append(&evidence.ak_cert, &paddings[i], 1, &err), &err);
		check_ok(request_build_info(&evidence, NULL, &info, &err), &err);
		check_ok(request_parse_info(buf_bytes(&info), &request, &err), &err);
		assert_int_equal(request.evidence.ak_cert.len, 3 + 0x80);
	}
}

/* Each refusal names its member. */
static void malformed_members_are_refused_by_name(void **state)
{
	static const struct {
		const char *from, *to, *named;
	} bad[] = {
		{"\"AttestationProtocolVersion\":\"2.0\"", "\"X\":1", "AttestationProtocolVersion"},
		{"\"2.0\"", "\"3.0\"", "AttestationProtocolVersion"},
		{"\"2.0\"", "2", "AttestationProtocolVersion"},
		{"\"OSType\":\"", "\"OSType\":\"*", "OSType"},
		{"\"OSType\":\"TGludXg=\"", "\"OSType\":\"\"", "OSType"},
		{"\"OSBuild\":\"", "\"OSBuild\":\"/", "OSBuild"},
		{"\"OSBuild\":\"", "\"OSBuild\":\"AAAA", "OSBuild"},
		{"\"OSDistro\":\"", "\"OSDistro\":null,\"X\":\"", "OSDistro"},
		{"\"OSVersionMajor\":24", "\"OSVersionMajor\":-1", "OSVersionMajor"},
		{"\"OSVersionMajor\":24", "\"OSVersionMajor\":1.5", "OSVersionMajor"},
		{"\"OSVersionMajor\":24", "\"OSVersionMajor\":\"\"", "OSVersionMajor"},
		{"\"OSVersionMajor\":24", "\"OSVersionMajor\":\"2x\"", "OSVersionMajor"},
		{"\"OSVersionMinor\":4", "\"OSVersionMinor\":\"99999999999999999999\"",
			"OSVersionMinor"},
		{"\"OSVersionMinor\":4", "\"OSVersionMinor\":true", "OSVersionMinor"},
		{"\"OSVersionMinor\":4,", "", "OSVersionMinor"},
		{"\"TcgLogs\":\"", "\"TcgLogs\":\"A", "TcgLogs"},
		{"\"TcgLogs\":", "\"X\":", "TcgLogs"},
		{"\"nonce\":\"", "\"nonce\":\"=", "nonce"},
		{"\"nonce\":\"bg==\"", "\"nonce\":7", "nonce"},
		{"\"nonce\":\"bg==\"", "\"nonce\":\"/w==\"", "nonce"},
		{"\"ClientPayload\":", "\"ClientPayload\":7,\"X\":", "ClientPayload"},
		{"\"TpmInfo\":", "\"X\":", "TpmInfo"},
		{"\"AikCert\":\"MIGA", "\"AikCert\":\"MIGB", "AikCert"},
		{"\"AikCert\":\"MIGA", "\"AikCert\":\"MYGA", "AikCert"},
		{"\"AikCert\":\"", "\"AikCert\":\"\",\"X\":\"", "AikCert"},
		{"\"AikPub\":\"", "\"AikPub\":\"\",\"X\":\"", "AikPub"},
		{"\"AikPub\":", "\"X\":", "AikPub"},
		{"\"PcrQuote\":\"", "\"PcrQuote\":\"-", "PcrQuote"},
		{"\"PcrSignature\":\"", "\"PcrSignature\":[],\"X\":\"", "PcrSignature"},
		{"\"EncKeyPub\":", "\"X\":", "EncKeyPub"},
		{"\"EncKeyCertifyInfo\":", "\"X\":", "EncKeyCertifyInfo"},
		{"\"EncKeyCertifyInfoSignature\":", "\"X\":", "EncKeyCertifyInfoSignature"},
		{"\"PcrSet\":[0,", "\"PcrSet\":[", "PcrSet"},
		{"\"PcrSet\":[0,1,", "\"PcrSet\":[1,0,", "PcrSet"},
		{"\"PcrSet\":[0,", "\"PcrSet\":[0,0,", "PcrSet"},
		{"\"PcrSet\":[0,", "\"PcrSet\":[-1,0,", "PcrSet"},
		{"\"PcrSet\":[0,", "\"PcrSet\":[\"0\",", "PcrSet"},
		{",23]", ",24]", "PcrSet"},
		{",23]", ",4294967296]", "PcrSet"},
		{"\"PcrSet\":", "\"X\":", "PcrSet"},
		{"\"PCRs\":", "\"X\":", "PCRs"},
		{"\"PCRs\":[", "\"PCRs\":[7,", "PCRs"},
		{"{\"Index\":0,", "{\"Index\":1,", "PCRs"},
		{"{\"Index\":0,", "{\"Index\":\"0\",", "PCRs"},
		{"{\"Index\":0,\"Digest\":\"", "{\"Index\":0,\"Digest\":\"AAAA", "PCRs"},
		{"{\"Index\":0,\"Digest\":\"", "{\"Index\":0,\"Digest\":\"AAAA\",\"X\":\"", "PCRs"},
		{"\"IsolationInfo\":", "\"X\":", "IsolationInfo"},
		{"\"TrustedLaunch\"", "\"SevSnp\"", "IsolationInfo"},
		{"\"Type\":", "\"type\":", "IsolationInfo"},
		{"\"OSType\":", "\"OSBuild\":", "OSBuild"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
		auto_cleanup(request) struct request request = {0};
		struct err err;

		make_info("n", &info);
		replace(&info, bad[i].from, bad[i].to);
		if (request_parse_info(buf_bytes(&info), &request, &err) == 0)
			fail_msg("%s was accepted as %s", bad[i].to, bad[i].named);
		assert_int_equal(err.code, ERR_FORMAT);
		if (!strstr(err.msg, bad[i].named))
			fail_msg("'%s' does not name %s", err.msg, bad[i].named);
	}
}

static void sizes_are_bounded(void **state)
{
	auto_cleanup(evidence) struct evidence evidence;
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(buf) struct buf big = buf_with_max(8u << 20);
	auto_cleanup(free) uint8_t *zeros = calloc(1, 5u << 20);
	auto_cleanup(request) struct request request = {0};
	struct err err;

	(void)state;
	make_evidence(&evidence);
	check_ok(buf_append(&big, zeros, 5u << 20, &err), &err);
	buf_done(&evidence.event_log);
	evidence.event_log = big;
	big = buf_with_max(1);
	check_ok(request_build_info(&evidence, NULL, &info, &err), &err);
	check_err(request_parse_info(buf_bytes(&info), &request, &err), &err, ERR_FORMAT);
	assert_non_null(strstr(err.msg, "TcgLogs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_built_reads_back_the_same),
		cmocka_unit_test(without_nonce_there_is_no_client_payload),
		cmocka_unit_test(a_body_may_carry_padding),
		cmocka_unit_test(bodies_that_hold_no_information_are_refused),
		cmocka_unit_test(a_body_and_what_is_inside_are_told_apart),
		cmocka_unit_test(other_clients_forms_are_read),
		cmocka_unit_test(protocol_1_has_no_isolation),
		cmocka_unit_test(the_index_padding_behind_a_certificate_is_cut),
		cmocka_unit_test(malformed_members_are_refused_by_name),
		cmocka_unit_test(sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

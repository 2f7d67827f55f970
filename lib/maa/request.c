#include "maa/request.h"

#include "base/codec.h"

#define PROTOCOL "2.0"
/* The protocol requires a build, which Linux does not have; this is what Linux clients send. */
#define OS_TYPE  "Linux"
#define OS_BUILD "NotApplication"

static int add_base64(json *object, const char *name, struct bytes bytes, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(bytes.len / 3 * 4 + 4);

	if (base64_encode(bytes, BASE64_STANDARD, &text, err) < 0)
		return err_wrap(err, "'%s'", name);
	json_add_bytes_text(object, name, buf_bytes(&text));
	return 0;
}

static int add_os(json *info, const struct evidence *evidence, struct err *err)
{
	json_add_text(info, "AttestationProtocolVersion", PROTOCOL);
	if (add_base64(info, "OSType", bytes_of_text(OS_TYPE), err) < 0 ||
		add_base64(info, "OSDistro", bytes_of_text(evidence->os_distro), err) < 0 ||
		add_base64(info, "OSBuild", bytes_of_text(OS_BUILD), err) < 0)
		return -1;
	json_add_int(info, "OSVersionMajor", evidence->os_major);
	json_add_int(info, "OSVersionMinor", evidence->os_minor);
	return 0;
}

/* The nonce is base64 inside the base64 of the whole; without a nonce the member is null. */
static int add_client_payload(json *info, const char *nonce, struct err *err)
{
	if (nonce)
		return add_base64(json_add_object(info, "ClientPayload"), REQUEST_NONCE,
			bytes_of_text(nonce), err);
	json_add_null(info, "ClientPayload");
	return 0;
}

static int add_pcrs(json *tpm, const struct tpm_pcrs *pcrs, struct err *err)
{
	json *set = json_add_array(tpm, "PcrSet");
	json *values = json_add_array(tpm, "PCRs");

	for (size_t i = 0; i < TPM_PCR_COUNT; i++) {
		json *value;

		if (!(pcrs->mask >> i & 1))
			continue;
		json_add_int(set, NULL, (int64_t)i);
		value = json_add_object(values, NULL);
		json_add_int(value, "Index", (int64_t)i);
		if (add_base64(value, "Digest", (struct bytes){pcrs->digest[i], TPM_DIGEST_SIZE},
			    err) < 0)
			return -1;
	}
	return 0;
}

static int add_tpm(json *info, const struct evidence *evidence, struct err *err)
{
	const struct tpm_attest *quote = &evidence->quote;
	const struct tpm_attest *certify = &evidence->key_certify;
	const struct {
		const char *name;
		struct bytes bytes;
	} fields[] = {
		{"AikCert", buf_bytes(&evidence->ak_cert)},
		{"AikPub", {evidence->ak_public.data, evidence->ak_public.len}},
		{"PcrQuote", {quote->attest, quote->attest_len}},
		{"PcrSignature", {quote->signature, quote->signature_len}},
		{"EncKeyPub", {evidence->key_public.data, evidence->key_public.len}},
		{"EncKeyCertifyInfo", {certify->attest, certify->attest_len}},
		{"EncKeyCertifyInfoSignature", {certify->signature, certify->signature_len}},
	};
	json *tpm = json_add_object(info, "TpmInfo");

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (add_base64(tpm, fields[i].name, fields[i].bytes, err) < 0)
			return -1;
	return add_pcrs(tpm, &evidence->pcrs, err);
}

int request_build_info(
	const struct evidence *evidence, const char *nonce, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *info = json_new_object();

	if (add_os(info, evidence, err) < 0 ||
		add_base64(info, "TcgLogs", buf_bytes(&evidence->event_log), err) < 0 ||
		add_client_payload(info, nonce, err) < 0 || add_tpm(info, evidence, err) < 0)
		return -1;
	json_add_text(json_add_object(info, "IsolationInfo"), "Type", "TrustedLaunch");
	return json_print(info, JSON_COMPACT, ret, err);
}

int request_build_body(struct bytes info, struct buf *ret, struct err *err)
{
	size_t start = ret->len;

	if (buf_append_text(ret, "{\"AttestationInfo\":\"", err) < 0 ||
		base64_encode(info, BASE64_URL, ret, err) < 0 ||
		buf_append_text(ret, "\"}", err) < 0) {
		ret->len = start;
		return err_wrap(err, "request");
	}
	return 0;
}

/* request_parse.c - reads a request from the network. All of it is hostile: every member is bounded
 * before it is copied. */
#include "maa/request.h"

#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "boot/eventlog.h"
#include "edge/crypto.h"

#define MAX_OS_VERSION 99999

/* Decodes a base64 member; ret->max bounds it. */
static int get_base64(const json *object, const char *name, struct buf *ret, struct err *err)
{
	const char *text;

	if (json_get_text(object, name, &text, err) < 0)
		return -1;
	return base64_decode(bytes_of_text(text), BASE64_STANDARD, ret, err) < 0
		       ? err_wrap(err, "'%s'", name)
		       : 0;
}

/* The destination of a member's bytes. */
struct array {
	uint8_t *data;
	size_t size;
	size_t *len; /* NULL: exactly size bytes */
};

static int get_array(const json *object, const char *name, struct array ret, struct err *err)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(ret.size);

	if (get_base64(object, name, &bytes, err) < 0)
		return -1;
	if (bytes.len == 0 || (!ret.len && bytes.len != ret.size))
		return err_set(err, ERR_FORMAT, 0, "'%s' holds %zu bytes, which is too few.", name,
			bytes.len);
	memcpy(ret.data, bytes.data, bytes.len);
	if (ret.len)
		*ret.len = bytes.len;
	return 0;
}

static bool is_printable(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < 0x20 || text.data[i] == 0x7F)
			return false;
	return text_is_utf8(text);
}

static int get_os_text(
	const json *info, const char *name, char ret[EVIDENCE_TEXT_SIZE], struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(EVIDENCE_TEXT_SIZE - 1);

	if (get_base64(info, name, &text, err) < 0)
		return -1;
	if (text.len == 0 || !is_printable(buf_bytes(&text)))
		return err_set(err, ERR_FORMAT, 0, "'%s' is not base64 of printable text.", name);
	memcpy(ret, text.data, text.len + 1);
	return 0;
}

/* A number; some clients send decimal digits in a string instead. */
static int get_os_version(const json *info, const char *name, int *ret, struct err *err)
{
	const char *text = json_text(json_get(info, name));
	int64_t number = 0;

	if (!text && json_get_int(info, name, &number, err) < 0)
		return -1;
	for (const char *at = text; at && *at && number <= MAX_OS_VERSION; at++)
		number = *at >= '0' && *at <= '9' ? number * 10 + (*at - '0') : MAX_OS_VERSION + 1;
	if (number < 0 || number > MAX_OS_VERSION || (text && !*text))
		return err_set(err, ERR_FORMAT, 0, "'%s' is not a version number.", name);
	*ret = (int)number;
	return 0;
}

static int read_os(const json *info, struct request *ret, struct err *err)
{
	const char *protocol;

	if (json_get_text(info, "AttestationProtocolVersion", &protocol, err) < 0)
		return -1;
	if (strcmp(protocol, "2.0") != 0 && strcmp(protocol, "1.0") != 0)
		return err_set(
			err, ERR_FORMAT, 0, "'AttestationProtocolVersion' is neither 2.0 nor 1.0.");
	memcpy(ret->protocol, protocol, sizeof(ret->protocol));
	if (get_os_text(info, "OSType", ret->os_type, err) < 0 ||
		get_os_text(info, "OSDistro", ret->evidence.os_distro, err) < 0 ||
		get_os_text(info, "OSBuild", ret->os_build, err) < 0)
		return -1;
	if (get_os_version(info, "OSVersionMajor", &ret->evidence.os_major, err) < 0)
		return -1;
	return get_os_version(info, "OSVersionMinor", &ret->evidence.os_minor, err);
}

/* Bytes after the certificate, which come from the NV index, are cut off. */
static int read_ak_cert(const json *tpm, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf padded = buf_with_max(TPM_MAX_CERT);
	size_t len;

	if (get_base64(tpm, "AikCert", &padded, err) < 0)
		return -1;
	len = crypto_der_length(buf_bytes(&padded));
	if (len == 0)
		return err_set(err, ERR_FORMAT, 0,
			"'AikCert' does not begin with a whole DER certificate.");
	*ret = buf_with_max(TPM_MAX_CERT);
	return buf_set(ret, (struct bytes){padded.data, len}, err);
}

static int read_tpm_bytes(const json *tpm, struct evidence *ret, struct err *err)
{
	struct tpm_attest *quote = &ret->quote;
	struct tpm_attest *certify = &ret->key_certify;
	const struct {
		const char *name;
		struct array array;
	} fields[] = {
		{"AikPub", {ret->ak_public.data, TPM_MAX_WIRE, &ret->ak_public.len}},
		{"PcrQuote", {quote->attest, TPM_MAX_WIRE, &quote->attest_len}},
		{"PcrSignature", {quote->signature, sizeof(quote->signature), &quote->signature_len}},
		{"EncKeyPub", {ret->key_public.data, TPM_MAX_WIRE, &ret->key_public.len}},
		{"EncKeyCertifyInfo", {certify->attest, TPM_MAX_WIRE, &certify->attest_len}},
		{"EncKeyCertifyInfoSignature",
			{certify->signature, sizeof(certify->signature), &certify->signature_len}},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (get_array(tpm, fields[i].name, fields[i].array, err) < 0)
			return -1;
	return 0;
}

/* Adds a PCR index to *mask. Lists must be ascending, so no index can occur twice. */
static int add_pcr_index(const json *value, const char *place, uint32_t *mask, struct err *err)
{
	int64_t index;

	if (json_int(value, &index, err) < 0)
		return err_wrap(err, "'%s'", place);
	if (index < 0 || index >= TPM_PCR_COUNT || *mask >> index)
		return err_set(err, ERR_FORMAT, 0,
			"'%s': indices are not 0 to %d in ascending order.", place,
			TPM_PCR_COUNT - 1);
	*mask |= 1u << index;
	return 0;
}

static int read_pcr_values(const json *tpm, struct tpm_pcrs *ret, struct err *err)
{
	const json *values;

	if (json_get_array(tpm, "PCRs", &values, err) < 0)
		return -1;
	json_each (value, values) {
		uint32_t before = ret->mask;
		uint8_t *digest;

		if (!json_is_object(value))
			return err_set(
				err, ERR_FORMAT, 0, "'PCRs' holds something that is no object.");
		if (add_pcr_index(json_get(value, "Index"), "PCRs", &ret->mask, err) < 0)
			return -1;
		digest = ret->digest[__builtin_ctz(ret->mask ^ before)];
		if (get_array(value, "Digest", (struct array){digest, TPM_DIGEST_SIZE, NULL}, err) < 0)
			return err_wrap(err, "'PCRs'");
	}
	return 0;
}

static int read_pcrs(const json *tpm, struct tpm_pcrs *ret, struct err *err)
{
	const json *set;
	uint32_t mask = 0;

	if (json_get_array(tpm, "PcrSet", &set, err) < 0)
		return -1;
	json_each (item, set)
		if (add_pcr_index(item, "PcrSet", &mask, err) < 0)
			return -1;
	if (read_pcr_values(tpm, ret, err) < 0)
		return -1;
	if (mask == 0 || mask != ret->mask)
		return err_set(err, ERR_FORMAT, 0,
			"'PCRs' does not hold exactly the indices of 'PcrSet'.");
	return 0;
}

static int read_tpm(const json *info, struct evidence *ret, struct err *err)
{
	const json *tpm;

	if (json_get_object(info, "TpmInfo", &tpm, err) < 0)
		return -1;
	if (read_ak_cert(tpm, &ret->ak_cert, err) < 0 || read_tpm_bytes(tpm, ret, err) < 0 ||
		read_pcrs(tpm, &ret->pcrs, err) < 0)
		return err_wrap(err, "'TpmInfo'");
	return 0;
}

static int check_isolation(const json *info, const char *protocol, struct err *err)
{
	const json *isolation;
	const char *type;

	if (strcmp(protocol, "1.0") == 0 && !json_get(info, "IsolationInfo"))
		return 0;
	if (json_get_object(info, "IsolationInfo", &isolation, err) < 0)
		return -1;
	if (json_get_text(isolation, "Type", &type, err) < 0)
		return err_wrap(err, "'IsolationInfo'");
	if (strcmp(type, "TrustedLaunch") != 0)
		return err_set(err, ERR_FORMAT, 0, "'IsolationInfo.Type' is not TrustedLaunch.");
	return 0;
}

static int check_payload_value(const json *value, size_t *bytes, struct err *err)
{
	auto_cleanup(buf) struct buf plain = buf_with_max(REQUEST_MAX_PAYLOAD_BYTES);
	const char *text = json_text(value);

	if (!text)
		return err_set(err, ERR_FORMAT, 0, "'%s' is not a string.", json_name(value));
	if (base64_decode(bytes_of_text(text), BASE64_STANDARD, &plain, err) < 0)
		return err_wrap(err, "'%s'", json_name(value));
	if (!text_is_utf8(buf_bytes(&plain)))
		return err_set(err, ERR_FORMAT, 0, "'%s' is not base64 of text.", json_name(value));
	*bytes += strlen(json_name(value)) + strlen(text);
	if (*bytes > REQUEST_MAX_PAYLOAD_BYTES)
		return err_set(err, ERR_FORMAT, 0, "More than %u bytes.", REQUEST_MAX_PAYLOAD_BYTES);
	return 0;
}

/* null and an empty object mean that there is no payload. */
static int read_client_payload(const json *info, json **ret, struct err *err)
{
	const json *payload = json_get(info, "ClientPayload");
	auto_cleanup(json) json *copy = NULL;
	size_t bytes = 0;

	if (!payload || json_is_null(payload) ||
		(json_is_object(payload) && json_count(payload) == 0))
		return 0;
	if (!json_is_object(payload) || json_count(payload) > REQUEST_MAX_PAYLOAD_MEMBERS)
		return err_set(err, ERR_FORMAT, 0,
			"'ClientPayload' is not an object of at most %d texts.",
			REQUEST_MAX_PAYLOAD_MEMBERS);
	copy = json_new_object();
	json_each (value, payload) {
		if (check_payload_value(value, &bytes, err) < 0)
			return err_wrap(err, "'ClientPayload'");
		json_add_text(copy, json_name(value), json_text(value));
	}
	if (json_count(copy) != json_count(payload))
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the client payload.");
	*ret = steal_ptr(copy);
	return 0;
}

int request_parse_body(struct bytes body, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *tree = NULL;
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	const char *text;

	if (body.len > REQUEST_MAX_BODY)
		return err_set(
			err, ERR_FORMAT, 0, "The body is larger than %u bytes.", REQUEST_MAX_BODY);
	if (json_parse(body, &tree, err) < 0 || json_get_text(tree, "AttestationInfo", &text, err) < 0)
		return err_wrap(err, "body");
	if (base64_decode(bytes_of_text(text), BASE64_URL, &info, err) < 0)
		return err_wrap(err, "'AttestationInfo'");
	return buf_append(ret, info.data, info.len, err);
}

int request_parse_info(struct bytes info, struct request *ret, struct err *err)
{
	auto_cleanup(json) json *tree = NULL;
	auto_cleanup(request) struct request request = {.evidence = EVIDENCE_EMPTY};

	if (json_parse(info, &tree, err) < 0)
		return err_wrap(err, "attestation information");
	/* a client that could not read its log sends "" */
	if (read_os(tree, &request, err) < 0 || check_isolation(tree, request.protocol, err) < 0 ||
		read_client_payload(tree, &request.client_payload, err) < 0 ||
		get_base64(tree, "TcgLogs", &request.evidence.event_log, err) < 0 ||
		read_tpm(tree, &request.evidence, err) < 0)
		return -1;
	*ret = request;
	memset(&request, 0, sizeof(request)); /* *ret owns it now */
	return 0;
}

int request_parse(struct bytes text, struct request *ret, struct err *err)
{
	auto_cleanup(buf) struct buf info = buf_with_max(REQUEST_MAX_INFO);
	auto_cleanup(json) json *tree = NULL;

	if (text.len > REQUEST_MAX_BODY)
		return err_set(err, ERR_FORMAT, 0, "It is larger than %u bytes.", REQUEST_MAX_BODY);
	if (json_parse(text, &tree, err) < 0)
		return -1;
	if (!json_get(tree, "AttestationInfo"))
		return request_parse_info(text, ret, err);
	json_free(steal_ptr(tree)); /* it takes megabytes, and the text is parsed again below */
	if (request_parse_body(text, &info, err) < 0)
		return -1;
	return request_parse_info(buf_bytes(&info), ret, err);
}

void request_done(struct request *request)
{
	evidence_done(&request->evidence);
	json_free(request->client_payload);
	request->client_payload = NULL;
}

#include "maa/imds_cert.h"

#include <ctype.h>
#include <string.h>
#include "base/pem.h"
#include "base/text.h"
#include "edge/json.h"
#include "tpm/tpm.h"

#define FORMS      "/metadata/THIM/tvm/certificate/"
#define WAITS      "2023-07-01" /* api-version: answers when the certificate is there */
#define WAITS_NOT  "2021-12-01" /* answers by what to query */
#define FORM_TYPE  "application/x-www-form-urlencoded"
#define PEM_BEGIN  "-----BEGIN CERTIFICATE-----\n"
#define PEM_END    "\n-----END CERTIFICATE-----"
#define BODY_BYTES (2u * TPM_MAX_CERT + sizeof(PEM_BEGIN PEM_END) * 3)

/* It becomes part of an address. */
static bool is_uuid(const char *text)
{
	size_t len = strlen(text);

	return len == UUID_SIZE - 1 && strspn(text, "0123456789abcdefABCDEF-") == len;
}

static int call_path(const struct imds_cert_call *call, const char *form, const char *version,
	char ret[HTTP_URL_SIZE], struct err *err)
{
	char id[UUID_SIZE];

	if (!is_uuid(call->vm_id))
		return err_set(err, ERR_METADATA_INVALID, 0,
			"The metadata service names no identifier of this VM.");
	uuid_encode(call->random, id);
	(void)text_format(ret, HTTP_URL_SIZE, FORMS "%s?api-version=%s&vmId=%s&requestId=%s", form,
		version, call->vm_id, id);
	return 0;
}

/* Percent-encodes all but RFC 3986's unreserved characters. */
static int add_encoded(struct buf *ret, const char *text, struct err *err)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text; text++) {
		uint8_t byte = (uint8_t)*text;
		char code[3] = {'%', digits[byte >> 4], digits[byte & 15]};
		bool is_plain = isalnum(byte) || strchr("-._~", byte);

		if (buf_append(ret, is_plain ? text : code, is_plain ? 1 : sizeof(code), err) < 0)
			return -1;
	}
	return 0;
}

/* The base64 is one line, as other clients send it. */
static int make_body(struct bytes der, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(BODY_BYTES);

	if (buf_append_text(&text, PEM_BEGIN, err) < 0 ||
		base64_encode(der, BASE64_STANDARD, &text, err) < 0 ||
		buf_append_text(&text, PEM_END, err) < 0)
		return -1;
	return add_encoded(ret, (const char *)text.data, err);
}

/* The first certificate of a text, which is the key's. */
static int take_certificate(struct bytes text, struct buf *ret, struct err *err)
{
	struct bytes pem;

	if (!pem_next(&text, &pem))
		return err_set(err, ERR_METADATA_INVALID, 0,
			"Metadata service: its answer holds no certificate.");
	ret->len = 0;
	if (pem_decode(pem, ret, err) < 0) {
		err_recode(err, ERR_METADATA_INVALID);
		return err_wrap(err, "Metadata service: its certificate");
	}
	return ret->len ? 0
			: err_set(err, ERR_METADATA_INVALID, 0,
				  "Metadata service: its certificate is empty.");
}

/* As text, or as a JSON text, with blanks around it. */
static int take_query(struct bytes text, char ret[UUID_SIZE], struct err *err)
{
	char id[UUID_SIZE] = "";
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++)
		if (!isspace(text.data[i]) && text.data[i] != '"' && len < sizeof(id))
			id[len++] = (char)text.data[i];
	if (len != UUID_SIZE - 1)
		return err_set(err, ERR_METADATA_INVALID, 0,
			"Metadata service: it answers neither a certificate nor an identifier.");
	id[len] = '\0';
	if (!is_uuid(id))
		return err_set(err, ERR_METADATA_INVALID, 0,
			"Metadata service: its identifier of a certificate cannot be used.");
	memcpy(ret, id, sizeof(id));
	return 0;
}

int imds_cert_parse(struct bytes text, struct buf *ret, char ret_query[UUID_SIZE], struct err *err)
{
	auto_cleanup(json) json *answer = NULL;
	const char *pem, *query;

	if (json_parse(text, &answer, err) < 0) {
		err_recode(err, ERR_METADATA_INVALID);
		return err_wrap(err, "Metadata service");
	}
	pem = json_text(json_get(answer, "AkCertPem"));
	if (pem && pem[0])
		return take_certificate(bytes_of_text(pem), ret, err);
	query = json_text(json_get(answer, "CertQueryId"));
	return take_query(bytes_of_text(query ? query : ""), ret_query, err);
}

static int send_old(const struct imds_cert_call *call, const char *version, struct bytes old,
	struct http_answer *ret, struct err *err)
{
	auto_cleanup(buf) struct buf body = buf_with_max(BODY_BYTES);
	char path[HTTP_URL_SIZE];

	if (call_path(call, "renew", version, path, err) < 0 || make_body(old, &body, err) < 0)
		return -1;
	return imds_exchange(call->address,
		&(struct imds_request){.path = path,
			.content_type = FORM_TYPE,
			.body = buf_bytes(&body),
			.total_ms = IMDS_CERT_MS},
		ret, err);
}

int imds_cert_renew(const struct imds_cert_call *call, struct bytes old, struct buf *ret,
	char ret_query[UUID_SIZE], struct err *err)
{
	auto_cleanup(http_answer) struct http_answer answer = {.body = buf_with_max(IMDS_MAX_BYTES)};
	auto_cleanup(http_answer) struct http_answer later = {.body = buf_with_max(IMDS_MAX_BYTES)};

	if (send_old(call, WAITS, old, &answer, err) < 0)
		return -1;
	if (answer.body.len)
		return imds_cert_parse(buf_bytes(&answer.body), ret, ret_query, err);
	if (send_old(call, WAITS_NOT, old, &later, err) < 0)
		return -1;
	return take_query(buf_bytes(&later.body), ret_query, err);
}

int imds_cert_query(
	const struct imds_cert_call *call, const char *query, struct buf *ret, struct err *err)
{
	auto_cleanup(http_answer) struct http_answer answer = {.body = buf_with_max(IMDS_MAX_BYTES)};
	char path[HTTP_URL_SIZE], whole[HTTP_URL_SIZE];

	if (!is_uuid(query))
		return err_set(err, ERR_INTERNAL, 0, "No identifier of a certificate.");
	if (call_path(call, "query", WAITS_NOT, path, err) < 0)
		return -1;
	(void)text_format(whole, sizeof(whole), "%s&guid=%s", path, query);
	if (imds_exchange(call->address,
		    &(struct imds_request){.path = whole, .total_ms = IMDS_CERT_MS}, &answer, err) < 0)
		return -1;
	return take_certificate(buf_bytes(&answer.body), ret, err);
}

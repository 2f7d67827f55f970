#include "attest/cert_record.h"

#include "edge/members.h"
#include "tpm/tpm.h"

static const struct member rows[] = {
	{"askedAt", MEMBER_TIME, MEMBER_REQUIRED, MEMBER_PLACE(struct cert_record, asked_s)},
	{"query", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct cert_record, query)},
	{"trouble", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct cert_record, trouble)},
};

struct cert_record cert_record_empty(void)
{
	return (struct cert_record){
		.next = buf_with_max(TPM_MAX_CERT), .before = buf_with_max(TPM_MAX_CERT)};
}

void cert_record_done(struct cert_record *record)
{
	buf_done(&record->next);
	buf_done(&record->before);
}

static int read_der(const json *document, const char *name, struct buf *ret, struct err *err)
{
	const char *text;

	if (json_get_text(document, name, &text, err) < 0)
		return -1;
	return base64_decode(bytes_of_text(text), BASE64_STANDARD, ret, err) < 0
		       ? err_wrap(err, "'%s'", name)
		       : 0;
}

static int read_record(const json *document, void *ret, struct err *err)
{
	struct cert_record *record = ret;

	if (members_read(document, MEMBERS(rows), record, err) < 0 ||
		read_der(document, "next", &record->next, err) < 0 ||
		read_der(document, "before", &record->before, err) < 0)
		return -1;
	return 0;
}

static const struct state_file file = {CERT_RECORD_FILE, read_record};

enum state_found cert_record_take(int state_fd, struct cert_record *ret, struct err *err)
{
	auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
	enum state_found found = state_take(state_fd, &file, &record, err);

	if (found == STATE_LOADED) {
		cert_record_done(ret);
		*ret = record;
		record = cert_record_empty();
	}
	return found;
}

static int add_der(json *document, const char *name, const struct buf *der, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(2 * TPM_MAX_CERT);

	if (base64_encode(buf_bytes(der), BASE64_STANDARD, &text, err) < 0)
		return -1;
	json_add_bytes_text(document, name, buf_bytes(&text));
	return 0;
}

int cert_record_save(int state_fd, const struct cert_record *record, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	members_add(document, MEMBERS(rows), record);
	if (add_der(document, "next", &record->next, err) < 0 ||
		add_der(document, "before", &record->before, err) < 0)
		return -1;
	return state_save(state_fd, CERT_RECORD_FILE, document, err);
}

bool cert_record_is_begun(int state_fd)
{
	auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
	struct err ignored;
	enum state_found found = state_load(state_fd, &file, &record, &ignored);

	return found == STATE_UNREADABLE || (found == STATE_LOADED && record.next.len);
}

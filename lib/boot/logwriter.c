#include "boot/logwriter.h"

/* TCG_EfiSpecIDEvent behind its event's head */
#define SPEC_ID_AT   32
#define SPEC_ID_KEPT 24 /* signature, class, version, size of UINTN */
#define SPEC_ID_SIZE (SPEC_ID_KEPT + 4 + 4 + 1) /* with one bank and no vendor's data */

static int append_number(struct buf *to, size_t size, uint32_t number, struct err *err)
{
	uint8_t bytes[sizeof(number)];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
	return buf_append(to, bytes, size, err);
}

int logwriter_header(struct buf *to, const struct eventlog *old, struct err *err)
{
	static const uint8_t zero_digest[20] = {0};

	if (append_number(to, 4, 0, err) < 0 || append_number(to, 4, EV_NO_ACTION, err) < 0 ||
		buf_append(to, zero_digest, sizeof(zero_digest), err) < 0 ||
		append_number(to, 4, SPEC_ID_SIZE, err) < 0 ||
		buf_append(to, old->bytes.data + SPEC_ID_AT, SPEC_ID_KEPT, err) < 0)
		return -1;
	if (append_number(to, 4, 1, err) < 0 || append_number(to, 2, EVENTLOG_SHA256, err) < 0 ||
		append_number(to, 2, LOGWRITER_DIGEST, err) < 0)
		return -1;
	return append_number(to, 1, 0, err);
}

int logwriter_event(struct buf *to, const struct event *event, const uint8_t *digest, struct err *err)
{
	static const uint8_t zero_digest[LOGWRITER_DIGEST] = {0};

	if (append_number(to, 4, event->pcr, err) < 0 || append_number(to, 4, event->type, err) < 0 ||
		append_number(to, 4, 1, err) < 0 || append_number(to, 2, EVENTLOG_SHA256, err) < 0 ||
		buf_append(to, event->type == EV_NO_ACTION ? zero_digest : digest, LOGWRITER_DIGEST,
			err) < 0)
		return -1;
	if (append_number(to, 4, (uint32_t)event->data.len, err) < 0)
		return -1;
	return buf_append(to, event->data.data, event->data.len, err);
}

/* logmaker.h - writes event logs for tests: the reverse of boot/eventlog.h, as plain as
 * possible. */
#ifndef TEST_SUPPORT_LOGMAKER_H
#define TEST_SUPPORT_LOGMAKER_H

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "boot/eventlog.h"

static inline void put(struct buf *log, const void *data, size_t len)
{
	struct err err;

	if (buf_append(log, data, len, &err) < 0)
		abort();
}

static inline void put_number(struct buf *log, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		put(log, &byte, 1);
	}
}

static inline void put_repeated(struct buf *log, uint8_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(log, &value, 1);
}

static inline void put_plain_event(struct buf *log, uint32_t pcr, uint32_t type, struct bytes data)
{
	put_number(log, pcr, 4);
	put_number(log, type, 4);
	put_repeated(log, type == EV_NO_ACTION ? 0 : 0x11, 20);
	put_number(log, data.len, 4);
	put(log, data.data, data.len);
}

struct logmaker_bank {
	uint16_t alg, digest_size;
};

/* The header's data for these banks. */
static inline struct buf spec_id(const struct logmaker_bank *banks, uint32_t count)
{
	struct buf data = buf_with_max(4096);

	put(&data, "Spec ID Event03", 16);
	put_number(&data, 0, 4);
	put(&data, "\x00\x02\x00\x02", 4); /* version 2.0, errata 0, UINTN of 8 bytes */
	put_number(&data, count, 4);
	for (uint32_t i = 0; i < count; i++) {
		put_number(&data, banks[i].alg, 2);
		put_number(&data, banks[i].digest_size, 2);
	}
	put_number(&data, 0, 1);
	return data;
}

static inline void put_header(struct buf *log, const struct logmaker_bank *banks, uint32_t count)
{
	auto_cleanup(buf) struct buf data = spec_id(banks, count);

	put_plain_event(log, 0, EV_NO_ACTION, buf_bytes(&data));
}

/* A crypto-agile event; each digest filled with one byte. */
struct logmaker_digest {
	uint16_t alg, size;
	uint8_t fill;
};

static inline void put_event_head(struct buf *log, uint32_t pcr, uint32_t type,
	const struct logmaker_digest *digests, uint32_t count)
{
	put_number(log, pcr, 4);
	put_number(log, type, 4);
	put_number(log, count, 4);
	for (uint32_t i = 0; i < count; i++) {
		put_number(log, digests[i].alg, 2);
		put_repeated(log, digests[i].fill, digests[i].size);
	}
}

static inline void put_event_data(struct buf *log, struct bytes data)
{
	put_number(log, data.len, 4);
	put(log, data.data, data.len);
}

/* UEFI_VARIABLE_DATA */
static inline struct buf variable_data(const uint8_t guid[16], const char *name, struct bytes value)
{
	struct buf data = buf_with_max(1 << 20);

	put(&data, guid, 16);
	put_number(&data, strlen(name), 8);
	put_number(&data, value.len, 8);
	for (const char *at = name; *at; at++)
		put_number(&data, (uint8_t)*at, 2);
	put(&data, value.data, value.len);
	return data;
}

#endif

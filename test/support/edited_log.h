/* edited_log.h - edits of a true event log, as a list of bytes asks for them: what somebody may do
 * to a log before the system reads it.
 *
 * Four bytes are one edit: which (edited_log.c's table in here), and three numbers. Most edits
 * leave what the quoted bank's digests lead to as it is, and lie about all the rest: types, texts,
 * order, other banks, events that were never measured. Texts come from a dictionary. Writes logs,
 * and reads them by boot/eventlog.h only. */
#ifndef TEST_SUPPORT_EDITED_LOG_H
#define TEST_SUPPORT_EDITED_LOG_H

#include "edge/crypto.h"
#include "logmaker.h"

#define EDITED_MAX_EVENTS 160
#define EDITED_MAX_EDITS  4
#define EDITED_MAX_MADE   24 /* texts that edits make */
#define EDITED_LOG_BYTES  (1u << 20)
#define EDITED_BANK       EVENTLOG_SHA256 /* the quoted one */

struct edited_event {
	uint32_t pcr, type;
	uint8_t digest[EVENTLOG_MAX_BANKS][CRYPTO_MAX_HASH_SIZE];
	uint32_t banks; /* mask of those that have a digest */
	struct bytes data;
	bool is_new; /* put in: nobody measured it */
	uint32_t number; /* in the true log, if it is of it */
};

/* What somebody may write into an event. */
struct edited_text {
	uint32_t pcr, type;
	struct bytes data;
};

struct edited_dictionary {
	size_t count;
	struct edited_text texts[160];
};

struct edited_log {
	struct eventlog log; /* the true one */
	const struct edited_dictionary *dictionary;
	size_t count;
	struct edited_event events[EDITED_MAX_EVENTS];
	uint32_t banks; /* mask of those that are left */
	size_t made_count;
	struct buf made[EDITED_MAX_MADE];
	size_t padding;
	bool may_break; /* else what surely leads to other digests is left out */
	/* only such edits so far: what was not measured came, what nobody quoted went or lies */
	bool is_harmless;
};

static inline void edited_log_cleanup(struct edited_log *edited)
{
	for (size_t i = 0; i < edited->made_count; i++)
		buf_done(&edited->made[i]);
}

/* ---- reading and writing ---- */

static inline struct edited_event edited_event_of(
	const struct eventlog *log, const struct event *event)
{
	struct edited_event ret = {
		.pcr = event->pcr, .type = event->type, .data = event->data, .number = event->number};

	for (size_t i = 0; i < log->bank_count; i++) {
		if (!event->digest[i].data)
			continue;
		memcpy(ret.digest[i], event->digest[i].data, event->digest[i].len);
		ret.banks |= 1u << i;
	}
	return ret;
}

static inline void edited_log_of(
	struct bytes bytes, const struct edited_dictionary *dictionary, struct edited_log *ret)
{
	struct eventlog_walk walk;
	struct event event;
	struct err err;

	*ret = (struct edited_log){.dictionary = dictionary, .is_harmless = true};
	if (eventlog_open(bytes, &ret->log, &err) < 0)
		abort();
	ret->banks = (1u << ret->log.bank_count) - 1;
	walk = eventlog_walk(&ret->log);
	while (event_next_any(&ret->log, &walk, &event) && ret->count < EDITED_MAX_EVENTS / 2)
		ret->events[ret->count++] = edited_event_of(&ret->log, &event);
	if (ret->count != ret->log.event_count)
		abort();
}

static inline void edited_put_event(
	const struct edited_log *edited, const struct edited_event *event, struct buf *ret)
{
	uint32_t banks = event->banks & edited->banks;

	put_number(ret, event->pcr, 4);
	put_number(ret, event->type, 4);
	put_number(ret, (uint64_t)__builtin_popcount(banks), 4);
	for (size_t i = 0; i < edited->log.bank_count; i++) {
		if (!(banks & 1u << i))
			continue;
		put_number(ret, edited->log.banks[i].alg, 2);
		put(ret, event->digest[i], edited->log.banks[i].digest_size);
	}
	put_event_data(ret, event->data);
}

static inline void edited_print(const struct edited_log *edited, struct buf *ret)
{
	struct logmaker_bank banks[EVENTLOG_MAX_BANKS];
	uint32_t count = 0;

	for (size_t i = 0; i < edited->log.bank_count; i++)
		if (edited->banks & 1u << i)
			banks[count++] = (struct logmaker_bank){
				edited->log.banks[i].alg, edited->log.banks[i].digest_size};
	put_header(ret, banks, count);
	for (size_t i = 0; i < edited->count; i++)
		edited_put_event(edited, &edited->events[i], ret);
	put_repeated(ret, 0xFF, edited->padding);
}

/* ---- what edits are made of ---- */

static inline size_t edited_quoted_bank(const struct edited_log *edited)
{
	return (size_t)eventlog_bank_index(&edited->log, EDITED_BANK);
}

static inline struct bytes edited_make(
	struct edited_log *edited, const struct bytes *parts, size_t count)
{
	struct buf *made = &edited->made[edited->made_count];

	if (edited->made_count == EDITED_MAX_MADE)
		return (struct bytes){0};
	edited->made_count++;
	*made = buf_with_max(EDITED_LOG_BYTES);
	for (size_t i = 0; i < count; i++)
		if (parts[i].len)
			put(made, parts[i].data, parts[i].len);
	return buf_bytes(made);
}

/* The digest of its data in each bank but the quoted one. */
static inline void edited_vouch(const struct edited_log *edited, struct edited_event *event)
{
	event->banks = 0;
	for (size_t i = 0; i < edited->log.bank_count; i++) {
		static const uint16_t algs[] = {
			EVENTLOG_SHA1, EVENTLOG_SHA256, EVENTLOG_SHA384, EVENTLOG_SHA512};

		for (size_t k = 0; k < sizeof(algs) / sizeof(algs[0]); k++)
			if (algs[k] == edited->log.banks[i].alg && algs[k] != EDITED_BANK) {
				crypto_digest((enum crypto_hash)k, &event->data, 1, event->digest[i]);
				event->banks |= 1u << i;
			}
	}
}

static inline void edited_insert(
	struct edited_log *edited, size_t at, const struct edited_event *event)
{
	if (edited->count == EDITED_MAX_EVENTS)
		return;
	memmove(&edited->events[at + 1], &edited->events[at], (edited->count - at) * sizeof(*event));
	edited->events[at] = *event;
	edited->count++;
}

static inline void edited_remove(struct edited_log *edited, size_t at)
{
	edited->count--;
	memmove(&edited->events[at], &edited->events[at + 1],
		(edited->count - at) * sizeof(edited->events[0]));
}

static inline void edited_move(struct edited_log *edited, size_t from, size_t to)
{
	struct edited_event event = edited->events[from];

	edited_remove(edited, from);
	edited_insert(edited, to, &event);
}

static inline uint32_t edited_type(uint8_t number)
{
	static const uint32_t types[] = {EV_EFI_ACTION, EV_SEPARATOR, EV_EFI_VARIABLE_AUTHORITY,
		EV_EFI_VARIABLE_DRIVER_CONFIG, EV_EFI_BOOT_SERVICES_APPLICATION, EV_IPL,
		EV_EVENT_TAG, EV_EFI_VARIABLE_BOOT, EV_EFI_VARIABLE_BOOT2, EV_EFI_GPT_EVENT,
		EV_COMPACT_HASH, EV_EFI_SPDM_DEVICE_AUTHORITY, EV_EFI_SPDM_DEVICE_POLICY,
		EV_NO_ACTION, EV_POST_CODE, 0x12345678};

	return types[number % (sizeof(types) / sizeof(types[0]))];
}

static inline const struct edited_text *edited_text(const struct edited_log *edited, uint8_t number)
{
	return &edited->dictionary->texts[number % edited->dictionary->count];
}

/* ---- the edits ---- */

struct edit {
	uint8_t a, b, c;
};

static inline struct edited_event *edited_pick(struct edited_log *edited, uint8_t number)
{
	return &edited->events[number % edited->count];
}

static inline void edit_retype(struct edited_log *edited, struct edit edit)
{
	edited_pick(edited, edit.a)->type = edited_type(edit.b);
}

static inline struct edited_event edited_forgery(const struct edited_log *edited, struct edit edit)
{
	const struct edited_text *text = edited_text(edited, edit.b);
	struct edited_event event = {
		.pcr = text->pcr, .type = text->type, .data = text->data, .is_new = true};

	edited_vouch(edited, &event);
	return event;
}

/* An event without the quoted bank's digest. Half of them stand in front of all others, where
 * readers look first. */
static inline void edit_forge(struct edited_log *edited, struct edit edit)
{
	struct edited_event event = edited_forgery(edited, edit);

	edited_insert(edited, edit.a & 1 ? 0 : (edit.a >> 1) % (edited->count + 1), &event);
}

static inline void edit_forge_retyped(struct edited_log *edited, struct edit edit)
{
	struct edited_event event = edited_forgery(edited, edit);

	event.type = edited_type(edit.c);
	if (event.type != EV_NO_ACTION && !event.banks)
		return;
	edited_insert(edited, edit.a % (edited->count + 1), &event);
}

/* Events that extend nothing. */
static inline void edit_note(struct edited_log *edited, struct edit edit)
{
	struct edited_event event = edited_forgery(edited, edit);

	memset(event.digest, 0, sizeof(event.digest));
	event.banks = edit.c & 1 ? edited->banks : 0;
	event.type = EV_NO_ACTION;
	edited_insert(edited, edit.a % (edited->count + 1), &event);
}

static inline void edit_without_pcr(struct edited_log *edited, struct edit edit)
{
	struct edited_event event = edited_forgery(edited, edit);

	event.pcr = EVENTLOG_NO_PCR;
	if (edit.c & 1)
		event.banks = edited->banks;
	edited_insert(edited, edit.a % (edited->count + 1), &event);
}

/* The very bytes that were measured where the log only names them, if anybody has them. */
static inline void edit_tell(struct edited_log *edited, struct edit edit)
{
	size_t bank = edited_quoted_bank(edited), known = 0;
	uint8_t digest[CRYPTO_SHA256_SIZE];

	for (size_t i = 0; i < edited->count; i++)
		for (size_t k = 0; k < edited->dictionary->count; k++) {
			const struct edited_text *text = &edited->dictionary->texts[k];

			if (text->pcr != EVENTLOG_NO_PCR) /* an event's text, not a program */
				continue;
			crypto_sha256(text->data, digest);
			if (memcmp(digest, edited->events[i].digest[bank], sizeof(digest)) != 0)
				continue;
			edited->events[i].data = text->data;
			if (edit.b & 1)
				edited->events[i].type = edited_type(edit.c);
			known++;
		}
	if (!known)
		edit_retype(edited, edit);
}

static inline void edit_say(struct edited_log *edited, struct edit edit)
{
	struct edited_event *event = edited_pick(edited, edit.a);

	event->data = edited_text(edited, edit.b)->data;
	if (edit.c & 1)
		event->type = edited_text(edited, edit.b)->type;
	if (edit.c & 2)
		event->type = edited_type(edit.c >> 2);
}

/* One of PCR 8's; NULL if there is none. */
static inline struct edited_event *edited_pick_command(struct edited_log *edited, uint8_t number)
{
	size_t count = 0, seen = 0;

	for (size_t i = 0; i < edited->count; i++)
		count += edited->events[i].pcr == 8;
	for (size_t i = 0; i < edited->count && count; i++)
		if (edited->events[i].pcr == 8 && seen++ == number % count)
			return &edited->events[i];
	return NULL;
}

/* GRUB's word in front of what it measured. */
static inline void edit_word(struct edited_log *edited, struct edit edit)
{
	static const char *const words[] = {"grub_cmd:", "kernel_cmdline:", "grub_kernel_cmdline",
		"module_cmdline:", "nothing", ""};
	const char *word = words[edit.b % (sizeof(words) / sizeof(words[0]))];
	struct edited_event *event = edited_pick_command(edited, edit.a);
	const uint8_t *blank =
		event && event->data.len ? memchr(event->data.data, ' ', event->data.len) : NULL;
	const struct bytes parts[] = {bytes_of_text(word),
		blank ? bytes_behind(event->data, (size_t)(blank - event->data.data))
		      : (struct bytes){0}};

	if (blank)
		event->data = edited_make(edited, parts, 2);
}

static inline void edit_flip(struct edited_log *edited, struct edit edit)
{
	struct edited_event *event = edited_pick(edited, edit.a);
	size_t at = event->data.len ? (size_t)edit.b * edit.b % event->data.len : 0;
	uint8_t byte;

	if (!event->data.len)
		return;
	byte = event->data.data[at] ^ (uint8_t)(edit.c | 1);
	event->data = edited_make(edited,
		(const struct bytes[]){
			{event->data.data, at}, {&byte, 1}, bytes_behind(event->data, at + 1)},
		3);
}

static inline void edit_resize(struct edited_log *edited, struct edit edit)
{
	struct edited_event *event = edited_pick(edited, edit.a);
	size_t cut = edit.c & 1 ? 0 : edit.b % (event->data.len + 1);

	event->data = edited_make(edited,
		(const struct bytes[]){
			{event->data.data, event->data.len - cut}, {&edit.b, edit.c & 1}},
		2);
}

/* Past events of other PCRs: no PCR's own order changes. */
static inline void edit_reorder(struct edited_log *edited, struct edit edit)
{
	size_t from = edit.a % edited->count, to = from;
	uint32_t pcr = edited->events[from].pcr;

	if (edit.b & 1)
		while (to + 1 < edited->count && edited->events[to + 1].pcr != pcr)
			to++;
	else
		while (to > 0 && edited->events[to - 1].pcr != pcr)
			to--;
	if (edit.c & 1)
		to = (from + to) / 2;
	edited_move(edited, from, to);
}

/* A bank that nobody quoted. */
static inline size_t edited_other_bank(const struct edited_log *edited, uint8_t number)
{
	size_t bank = number % edited->log.bank_count;

	return bank == edited_quoted_bank(edited) ? (bank + 1) % edited->log.bank_count : bank;
}

static inline void edit_drop_digest(struct edited_log *edited, struct edit edit)
{
	edited_pick(edited, edit.a)->banks &= ~(1u << edited_other_bank(edited, edit.b));
}

static inline void edit_drop_bank(struct edited_log *edited, struct edit edit)
{
	uint32_t left = edited->banks & ~(1u << edited_other_bank(edited, edit.a));

	for (size_t i = 0; i < edited->count; i++) /* an event must have a digest */
		if (edited->events[i].type != EV_NO_ACTION && !(edited->events[i].banks & left))
			return;
	edited->banks = left;
}

static inline void edit_lie(struct edited_log *edited, struct edit edit)
{
	edited_pick(edited, edit.a)->digest[edited_other_bank(edited, edit.b)][0] ^=
		(uint8_t)(edit.c | 1);
}

static inline void edit_pad(struct edited_log *edited, struct edit edit)
{
	edited->padding = edit.a;
}

/* What the digests contradict. */
static inline void edit_break(struct edited_log *edited, struct edit edit)
{
	struct edited_event copy = *edited_pick(edited, edit.a);

	if (!edited->may_break || edited->count < 2)
		return;
	switch (edit.c % 7) {
	case 0:
		edited_move(edited, edit.a % edited->count, edit.b % edited->count);
		return;
	case 1:
		edited_insert(edited, edit.b % (edited->count + 1), &copy);
		return;
	case 2:
		edited_remove(edited, edit.a % edited->count);
		return;
	case 3:
		edited_pick(edited, edit.a)->pcr = edit.b % 24;
		return;
	case 4:
		edited->count = edit.a % edited->count + 1;
		return;
	case 5:
		edited_pick(edited, edit.a)->digest[edited_quoted_bank(edited)][0] ^=
			(uint8_t)(edit.b | 1);
		return;
	/* the quoted bank's digest goes, and what was measured calls itself not measured */
	default:
		edited_pick(edited, edit.a)->banks &= ~(1u << edited_quoted_bank(edited));
		return;
	}
}

static const struct {
	void (*apply)(struct edited_log *, struct edit);
	bool is_harmless;
} edit_kinds[] = {
	{edit_retype, false},
	{edit_retype, false},
	{edit_retype, false},
	{edit_forge, true},
	{edit_forge, true},
	{edit_forge_retyped, true},
	{edit_note, true},
	{edit_without_pcr, true},
	{edit_tell, false},
	{edit_say, false},
	{edit_say, false},
	{edit_word, false},
	{edit_word, false},
	{edit_flip, false},
	{edit_resize, false},
	{edit_reorder, true},
	{edit_reorder, true},
	{edit_drop_digest, true},
	{edit_drop_bank, true},
	{edit_lie, true},
	{edit_pad, true},
	{edit_break, false},
	{edit_break, false},
};

/* By which number edited_apply calls it. */
static inline uint8_t edit_kind_of(void (*apply)(struct edited_log *, struct edit))
{
	uint8_t kind = 0;

	while (edit_kinds[kind].apply != apply)
		kind++;
	return kind;
}

static inline void edited_apply(struct edited_log *edited, struct bytes edits)
{
	struct cursor cursor = cursor_of(edits);

	for (size_t i = 0; i < EDITED_MAX_EDITS && cursor.left >= 4 && edited->count; i++) {
		size_t kind = cursor_u8(&cursor) % (sizeof(edit_kinds) / sizeof(edit_kinds[0]));
		struct edit edit = {0};

		edit.a = cursor_u8(&cursor);
		edit.b = cursor_u8(&cursor);
		edit.c = cursor_u8(&cursor);
		edit_kinds[kind].apply(edited, edit);
		edited->is_harmless = edited->is_harmless && edit_kinds[kind].is_harmless;
	}
}

#endif

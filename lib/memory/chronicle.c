#include "memory/chronicle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/codec.h"
#include "base/file.h"
#include "base/text.h"
#include "edge/members.h"

#define CHRONICLE_LOCK_FILE                                                                        \
	"chronicle.lock" /* the file itself is another one after each change                       \
			  */
#define LOCK_TIMEOUT_MS 5000 /* of who holds it only to read and to write */

int chronicle_new(struct chronicle **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_set(err, ERR_NO_MEMORY, 0, "No memory for the history.");
}

/* ---- entries ---- */

/* The texts hold no line breaks, so that no two entries have the same bytes. text_format() would
 * make blanks of those between them. */
static void hash_entry(const struct chronicle_entry *entry, uint8_t ret[CRYPTO_SHA256_SIZE])
{
	char before[CHRONICLE_HEX_SIZE];
	char text[512];

	hex_encode((struct bytes){entry->before, sizeof(entry->before)}, before);
	(void)snprintf(text, sizeof(text),
		"%s\n%" PRId64 "\n%" PRId64 "\n%s\n%u\n%" PRId64 "\n%s\n%s", before, entry->number,
		entry->at_s, entry->what, entry->code, entry->incident, entry->boot_id, entry->text);
	crypto_sha256(bytes_of_text(text), ret);
}

static struct chronicle_entry *last_of(struct chronicle *chronicle)
{
	return chronicle->count ? &chronicle->entries[chronicle->count - 1] : NULL;
}

static void append(struct chronicle *chronicle, struct chronicle_entry *entry)
{
	const struct chronicle_entry *last = last_of(chronicle);

	entry->number = last ? last->number + 1 : 1;
	if (last)
		memcpy(entry->before, last->hash, sizeof(entry->before));
	hash_entry(entry, entry->hash);
	if (chronicle->count == CHRONICLE_MAX) {
		chronicle->count--;
		memmove(chronicle->entries, chronicle->entries + 1,
			chronicle->count * sizeof(chronicle->entries[0]));
	}
	chronicle->entries[chronicle->count++] = *entry;
}

const struct chronicle_entry *chronicle_last_change(const struct chronicle *chronicle)
{
	for (size_t i = chronicle->count; i-- > 0;)
		if (!chronicle->entries[i].incident &&
			strcmp(chronicle->entries[i].what, CHRONICLE_ALTERED) != 0)
			return &chronicle->entries[i];
	return NULL;
}

static bool is_incident(const struct chronicle_entry *entry)
{
	return strcmp(entry->what, health_name(HEALTH_UNHEALTHY)) == 0 ||
	       strcmp(entry->what, CHRONICLE_ALTERED) == 0;
}

/* A boot whose answers come and go is one incident. */
static bool is_same_incident(const struct chronicle_entry *a, const struct chronicle_entry *b)
{
	return a->code == b->code && strcmp(a->boot_id, b->boot_id) == 0;
}

static bool is_open_already(const struct chronicle *chronicle, const struct chronicle_entry *entry)
{
	for (size_t i = 0; i < chronicle->open_count; i++)
		if (is_same_incident(&chronicle->open[i], entry))
			return true;
	return false;
}

/* Was the same incident open when this entry was noted? */
static bool was_open(const struct chronicle *chronicle, size_t at)
{
	for (size_t i = at; i-- > 0;)
		if (is_same_incident(&chronicle->entries[i], &chronicle->entries[at]))
			return !chronicle->entries[i].incident;
	return false;
}

/* By its own number; or by that of an entry which was dropped, as the same incident. */
static bool was_acknowledged(const struct chronicle *chronicle, size_t at)
{
	const struct chronicle_entry *entry = &chronicle->entries[at];

	for (size_t i = at + 1; i < chronicle->count; i++) {
		const struct chronicle_entry *later = &chronicle->entries[i];

		if (later->incident == entry->number ||
			(later->incident && later->incident < chronicle->entries[0].number &&
				is_same_incident(later, entry)))
			return true;
	}
	return false;
}

/* Is it an incident that is missing in the list of open ones? */
static bool is_missing(const struct chronicle *chronicle, size_t at)
{
	const struct chronicle_entry *entry = &chronicle->entries[at];

	return is_incident(entry) && !is_open_already(chronicle, entry) &&
	       !was_open(chronicle, at) && !was_acknowledged(chronicle, at);
}

/* Lists also those that came when the list was full, or that somebody took out. */
static void list_open(struct chronicle *chronicle)
{
	for (size_t i = 0; i < chronicle->count && chronicle->open_count < CHRONICLE_OPEN_MAX; i++)
		if (is_missing(chronicle, i))
			chronicle->open[chronicle->open_count++] = chronicle->entries[i];
}

static void add_change(
	struct chronicle *chronicle, struct chronicle_entry *entry, const struct moment *now)
{
	entry->at_s = now->time.wall_s;
	(void)text_format(entry->boot_id, sizeof(entry->boot_id), "%s", now->boot_id);
	append(chronicle, entry);
	list_open(chronicle);
}

bool chronicle_note(
	struct chronicle *chronicle, const struct verdict *verdict, const struct moment *now)
{
	const struct chronicle_entry *last = chronicle_last_change(chronicle);
	bool is_unhealthy = verdict->health == HEALTH_UNHEALTHY;
	struct chronicle_entry entry = {.code = (uint32_t)verdict->reason.code};

	if (last && strcmp(last->what, health_name(verdict->health)) == 0 &&
		(!is_unhealthy || last->code == entry.code))
		return false;
	(void)text_format(entry.what, sizeof(entry.what), "%s", health_name(verdict->health));
	if (verdict->reason.code != ERR_OK)
		text_clean(entry.text, sizeof(entry.text), bytes_of_text(verdict->reason.msg));
	add_change(chronicle, &entry, now);
	return true;
}

/* False: it was noted in this boot, by a round whose `known` was not saved. */
static bool note_loss(struct chronicle *chronicle, int64_t known, const struct moment *now)
{
	const struct chronicle_entry *last = last_of(chronicle);
	struct chronicle_entry entry = {.what = CHRONICLE_ALTERED, .code = ERR_HISTORY_ALTERED};

	(void)text_format(entry.text, sizeof(entry.text),
		"The history ended with entry %" PRId64 ", and entry %" PRId64
		" or later was written before.",
		last ? last->number : 0, known);
	(void)text_format(entry.boot_id, sizeof(entry.boot_id), "%s", now->boot_id);
	if (is_open_already(chronicle, &entry))
		return false;
	add_change(chronicle, &entry, now);
	return true;
}

int chronicle_acknowledge(struct chronicle *chronicle, int64_t incident, const char *reason,
	int64_t now_s, struct err *err)
{
	struct chronicle_entry entry = {
		.what = CHRONICLE_ACKNOWLEDGED, .at_s = now_s, .incident = incident};
	size_t at = 0;

	while (at < chronicle->open_count && chronicle->open[at].number != incident)
		at++;
	if (at == chronicle->open_count)
		return err_set(err, ERR_USAGE, 0, "no incident %" PRId64 " is open", incident);
	entry.code = chronicle->open[at].code;
	memcpy(entry.boot_id, chronicle->open[at].boot_id, sizeof(entry.boot_id));
	text_clean(entry.text, sizeof(entry.text), bytes_of_text(reason));
	append(chronicle, &entry);
	chronicle->open_count--;
	memmove(chronicle->open + at, chronicle->open + at + 1,
		(chronicle->open_count - at) * sizeof(chronicle->open[0]));
	list_open(chronicle);
	return 0;
}

const struct chronicle_entry *chronicle_worst(const struct chronicle *chronicle)
{
	for (size_t i = 0; i < chronicle->open_count; i++)
		if (chronicle->open[i].code != ERR_HISTORY_ALTERED)
			return &chronicle->open[i];
	return chronicle->open_count ? chronicle->open : NULL;
}

void chronicle_head(const struct chronicle *chronicle, char ret[CHRONICLE_HEX_SIZE])
{
	ret[0] = '\0';
	if (chronicle->count)
		hex_encode((struct bytes){chronicle->entries[chronicle->count - 1].hash,
				   CRYPTO_SHA256_SIZE},
			ret);
}

void chronicle_incident_text(const struct chronicle_entry *incident, char ret[CHRONICLE_FAULT_SIZE])
{
	char time[CLOCK_TEXT_SIZE];

	clock_text(incident->at_s, time);
	(void)text_format(ret, CHRONICLE_FAULT_SIZE, "%" PRId64 " of %s (%s)", incident->number,
		time, err_info((enum err_code)incident->code)->name);
}

/* ---- what shows that it was altered ---- */

static bool fault_of_entry(
	const struct chronicle *chronicle, size_t at, char ret[CHRONICLE_FAULT_SIZE])
{
	const struct chronicle_entry *entry = &chronicle->entries[at];
	const struct chronicle_entry *before = at ? entry - 1 : NULL;
	int64_t due = before ? before->number + 1 : 1;
	/* of a full chronicle, the first entries were dropped */
	bool may_begin = !before && chronicle->count == CHRONICLE_MAX;
	uint8_t hash[CRYPTO_SHA256_SIZE];

	hash_entry(entry, hash);
	if (memcmp(hash, entry->hash, sizeof(hash)) != 0)
		return text_format(
			ret, CHRONICLE_FAULT_SIZE, "Entry %" PRId64 " was edited.", entry->number);
	if (entry->number > due && !may_begin)
		return text_format(ret, CHRONICLE_FAULT_SIZE,
			"Entries %" PRId64 " to %" PRId64 " were cut out.", due, entry->number - 1);
	if (entry->number < due || (before && entry->number == due &&
					   memcmp(before->hash, entry->before, sizeof(hash)) != 0))
		return text_format(ret, CHRONICLE_FAULT_SIZE,
			"Entry %" PRId64 " does not follow the one before it.", entry->number);
	return false;
}

/* An incident that was taken off the list of open ones. */
static bool fault_of_list(
	const struct chronicle *chronicle, size_t at, char ret[CHRONICLE_FAULT_SIZE])
{
	return chronicle->open_count < CHRONICLE_OPEN_MAX && is_missing(chronicle, at) &&
	       text_format(ret, CHRONICLE_FAULT_SIZE,
		       "Incident %" PRId64 " is not open, and was not acknowledged.",
		       chronicle->entries[at].number);
}

static bool fault_of_head(
	const struct chronicle *chronicle, const char *head, char ret[CHRONICLE_FAULT_SIZE])
{
	char hash[CHRONICLE_HEX_SIZE];

	if (!head)
		return false;
	for (size_t i = 0; i < chronicle->count; i++) {
		hex_encode((struct bytes){chronicle->entries[i].hash, CRYPTO_SHA256_SIZE}, hash);
		if (text_equal_nocase(hash, head))
			return false;
	}
	return text_format(ret, CHRONICLE_FAULT_SIZE,
		"No entry has the hash %.16s... that the status showed: the newest were cut off, or all replaced.",
		head);
}

bool chronicle_fault(const struct chronicle *chronicle, const char *head, size_t nth,
	char ret[CHRONICLE_FAULT_SIZE])
{
	for (size_t i = 0; i < chronicle->count; i++) {
		if (fault_of_entry(chronicle, i, ret) && nth-- == 0)
			return true;
		if (fault_of_list(chronicle, i, ret) && nth-- == 0)
			return true;
	}
	return fault_of_head(chronicle, head, ret) && nth == 0;
}

/* ---- the file ---- */

static const struct member rows[] = {
	{"number", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, number)},
	{"at", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, at_s)},
	{"what", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, what)},
	{"code", MEMBER_COUNT, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, code)},
	{"incident", MEMBER_INT, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, incident)},
	{"bootId", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, boot_id)},
	{"text", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, text)},
	{"before", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, before)},
	{"hash", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct chronicle_entry, hash)},
};

static int read_entries(const json *document, const char *name, size_t max,
	struct chronicle_entry *ret, size_t *ret_count, struct err *err)
{
	const json *list;
	size_t count = 0;

	if (json_get_array(document, name, &list, err) < 0)
		return -1;
	if (json_count(list) > max)
		return err_set(err, ERR_FORMAT, 0, "'%s' has more than %zu entries.", name, max);
	json_each (item, list)
		if (members_read(item, MEMBERS(rows), &ret[count++], err) < 0)
			return -1;
	*ret_count = count;
	return 0;
}

static int read_chronicle(const json *document, void *ret, struct err *err)
{
	auto_cleanup(chronicle) struct chronicle *found = NULL;

	if (chronicle_new(&found, err) < 0 ||
		read_entries(document, "entries", CHRONICLE_MAX, found->entries, &found->count,
			err) < 0 ||
		read_entries(document, "open", CHRONICLE_OPEN_MAX, found->open, &found->open_count,
			err) < 0)
		return -1;
	memcpy(ret, found, sizeof(*found));
	return 0;
}

static const struct state_file chronicle_file = {CHRONICLE_FILE, read_chronicle};

int chronicle_parse(struct bytes text, struct chronicle *ret, struct err *err)
{
	return state_parse(&chronicle_file, text, ret, err);
}

enum state_found chronicle_load(int state_fd, struct chronicle *ret, struct err *err)
{
	ret->count = ret->open_count = 0;
	return state_load(state_fd, &chronicle_file, ret, err);
}

int chronicle_lock(int state_fd, int *ret_fd, struct err *err)
{
	auto_cleanup(fd) int fd = openat(state_fd, CHRONICLE_LOCK_FILE,
		O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_set(err, ERR_STATE_UNREADABLE, (unsigned long)errno,
			"'" CHRONICLE_LOCK_FILE "' cannot be used: %m.");
	if (file_lock(fd, LOCK_TIMEOUT_MS, err) < 0) {
		err->code = ERR_STATE_UNREADABLE;
		return err_wrap(err, CHRONICLE_LOCK_FILE);
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}

static void add_entries(
	json *document, const char *name, const struct chronicle_entry *entries, size_t count)
{
	json *list = json_add_array(document, name);

	for (size_t i = 0; i < count; i++)
		members_add(json_add_object(list, NULL), MEMBERS(rows), &entries[i]);
}

int chronicle_save(int state_fd, const struct chronicle *chronicle, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	add_entries(document, "entries", chronicle->entries, chronicle->count);
	add_entries(document, "open", chronicle->open, chronicle->open_count);
	return state_save(state_fd, CHRONICLE_FILE, document, err);
}

bool chronicle_remember(int state_fd, const struct chronicle_news *news, size_t count,
	int64_t *known, struct chronicle *ret, struct err *trouble)
{
	auto_cleanup(fd) int lock_fd = -1;
	enum state_found found;
	bool is_news;
	struct err err;

	ret->count = ret->open_count = 0;
	if (chronicle_lock(state_fd, &lock_fd, trouble) < 0)
		return false;
	found = state_take(state_fd, &chronicle_file, ret, trouble);
	if (found == STATE_UNREADABLE)
		return false;
	if (found == STATE_DAMAGED && *known == 0)
		*known = 1;
	if (found != STATE_DAMAGED)
		trouble->code = ERR_OK;
	list_open(ret);
	is_news = (ret->count ? last_of(ret)->number : 0) < *known &&
		  note_loss(ret, *known, &news[count - 1].at);
	for (size_t i = 0; i < count; i++)
		is_news |= chronicle_note(ret, news[i].verdict, &news[i].at);
	if (is_news && chronicle_save(state_fd, ret, &err) < 0)
		*trouble = err;
	else
		*known = last_of(ret)->number;
	return true;
}

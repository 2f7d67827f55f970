#include "disk/foretold_record.h"

#include <string.h>
#include "edge/members.h"

static const struct member rows[] = {
	{"bootId", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct foretold_record, boot_id)},
	{"foretoldAt", MEMBER_TIME, MEMBER_REQUIRED, MEMBER_PLACE(struct foretold_record, seen_s)},
	{"packages", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct foretold_record, packages)},
	{"pcr4", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct foretold_record, programs)},
	{"pcr7", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct foretold_record, secure_boot)},
};

static const struct member explained_rows[] = {
	{"program", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct foretold_explained, sha256)},
	{"text", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct foretold_explained, text)},
};

static int read_record(const json *document, void *ret, struct err *err)
{
	struct foretold_record record = {0};
	const json *list;

	if (members_read(document, MEMBERS(rows), &record, err) < 0 ||
		json_get_array(document, "explained", &list, err) < 0)
		return -1;
	json_each (item, list) {
		if (record.count == FORETOLD_RECORD_MAX)
			return err_set(err, ERR_FORMAT, 0, "'explained' has too many programs.");
		if (members_read(item, MEMBERS(explained_rows), &record.explained[record.count++],
			    err) < 0)
			return -1;
	}
	*(struct foretold_record *)ret = record;
	return 0;
}

static const struct state_file record_file = {FORETOLD_RECORD_FILE, read_record};

enum state_found foretold_record_load(int state_fd, struct foretold_record *ret, struct err *err)
{
	return state_load(state_fd, &record_file, ret, err);
}

int foretold_record_parse(struct bytes text, struct foretold_record *ret, struct err *err)
{
	return state_parse(&record_file, text, ret, err);
}

static bool is_same(const struct foretold_record *a, const struct foretold_record *b)
{
	bool is_same = a->count == b->count && strcmp(a->boot_id, b->boot_id) == 0 &&
		       memcmp(a->packages, b->packages, sizeof(a->packages)) == 0 &&
		       memcmp(a->programs, b->programs, sizeof(a->programs)) == 0 &&
		       memcmp(a->secure_boot, b->secure_boot, sizeof(a->secure_boot)) == 0;

	for (size_t i = 0; is_same && i < a->count; i++)
		is_same = members_equal(MEMBERS(explained_rows), &a->explained[i], &b->explained[i]);
	return is_same;
}

int foretold_record_save(int state_fd, const struct foretold_record *record, struct err *err)
{
	auto_cleanup(json) json *document = NULL;
	struct foretold_record held;
	json *list;

	if (foretold_record_load(state_fd, &held, err) == STATE_LOADED && is_same(&held, record))
		return 0;
	document = json_new_object();
	members_add(document, MEMBERS(rows), record);
	list = json_add_array(document, "explained");
	for (size_t i = 0; i < record->count; i++)
		members_add(json_add_object(list, NULL), MEMBERS(explained_rows),
			&record->explained[i]);
	return state_save(state_fd, FORETOLD_RECORD_FILE, document, err);
}

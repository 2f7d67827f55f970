#include "edge/members.h"

#include <string.h>
#include "base/codec.h"

#define LATEST_S 253402300799 /* the year 9999 */

static int set_unusable(const struct member *member, struct err *err)
{
	return err_set(err, ERR_FORMAT, 0, "'%s' cannot be used.", member->name);
}

static int read_path(const json *object, const struct member *member, char *to, struct err *err)
{
	if (json_copy_text(object, member->name, to, member->size, err) < 0)
		return -1;
	if (to[0] ? to[0] != '/' : member->presence == MEMBER_REQUIRED)
		return set_unusable(member, err);
	return 0;
}

static int read_number(const json *object, const struct member *member, void *to, struct err *err)
{
	int64_t number;

	if (json_get_int(object, member->name, &number, err) < 0)
		return -1;
	if (member->type != MEMBER_INT && number < 0)
		return set_unusable(member, err);
	if ((member->type == MEMBER_TIME && number > LATEST_S) ||
		(member->type == MEMBER_COUNT && number > UINT32_MAX))
		return set_unusable(member, err);
	if (member->type == MEMBER_COUNT)
		*(uint32_t *)to = (uint32_t)number;
	else if (member->type == MEMBER_SIZE)
		*(uint64_t *)to = (uint64_t)number;
	else
		*(int64_t *)to = number;
	return 0;
}

static int read_member(const json *object, const struct member *member, void *to, struct err *err)
{
	const char *text;

	if (member->presence != MEMBER_REQUIRED && !json_get(object, member->name))
		return 0;
	switch (member->type) {
	case MEMBER_TEXT:
		return json_copy_text(object, member->name, to, member->size, err);
	case MEMBER_PATH:
		return read_path(object, member, to, err);
	case MEMBER_HEX:
		return json_get_text(object, member->name, &text, err) < 0
			       ? -1
			       : hex_decode(bytes_of_text(text), to, member->size, err);
	case MEMBER_FLAG:
		*(bool *)to = json_true(json_get(object, member->name));
		return 0;
	case MEMBER_INT:
	case MEMBER_TIME:
	case MEMBER_SIZE:
	case MEMBER_COUNT:
		break;
	}
	return read_number(object, member, to, err);
}

int members_read(const json *object, struct members members, void *ret, struct err *err)
{
	for (size_t i = 0; i < members.count; i++)
		if (read_member(object, &members.rows[i], (char *)ret + members.rows[i].offset,
			    err) < 0)
			return -1;
	return 0;
}

static void add_member(json *object, const struct member *member, const void *from)
{
	char hex[2 * MEMBER_HEX_MAX + 1];

	switch (member->type) {
	case MEMBER_TEXT:
	case MEMBER_PATH:
		json_add_text(object, member->name, from);
		return;
	case MEMBER_HEX:
		hex_encode((struct bytes){from, member->size}, hex);
		json_add_text(object, member->name, hex);
		return;
	case MEMBER_FLAG:
		json_add_bool(object, member->name, *(const bool *)from);
		return;
	case MEMBER_COUNT:
		json_add_int(object, member->name, *(const uint32_t *)from);
		return;
	case MEMBER_SIZE:
		json_add_int(object, member->name, (int64_t) * (const uint64_t *)from);
		return;
	case MEMBER_INT:
	case MEMBER_TIME:
		json_add_int(object, member->name, *(const int64_t *)from);
		return;
	}
}

void members_add(json *object, struct members members, const void *from)
{
	for (size_t i = 0; i < members.count; i++) {
		const struct member *member = &members.rows[i];
		const uint8_t *at = (const uint8_t *)from + member->offset;

		if (member->presence != MEMBER_SPARSE ||
			!bytes_are_all((struct bytes){at, member->size}, 0))
			add_member(object, member, at);
	}
}

bool members_equal(struct members members, const void *a, const void *b)
{
	for (size_t i = 0; i < members.count; i++) {
		const struct member *member = &members.rows[i];
		const char *in_a = (const char *)a + member->offset;
		const char *in_b = (const char *)b + member->offset;
		bool is_text = member->type == MEMBER_TEXT || member->type == MEMBER_PATH;

		if (is_text ? strcmp(in_a, in_b) != 0 : memcmp(in_a, in_b, member->size) != 0)
			return false;
	}
	return true;
}

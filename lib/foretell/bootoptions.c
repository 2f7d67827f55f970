#include "foretell/bootoptions.h"

#include <errno.h>
#include <string.h>
#include "base/text.h"
#include "boot/devicepath.h"
#include "boot/efivars.h"
#include "boot/loadoption.h"

#if defined(__aarch64__)
#define DEFAULT_PATH "\\EFI\\BOOT\\BOOTAA64.EFI"
#else
#define DEFAULT_PATH "\\EFI\\BOOT\\BOOTX64.EFI"
#endif
#define END_NODE 4 /* bytes of the node that ends a device path */

struct reading {
	int root_fd;
	struct bytes started;
	uint32_t current; /* number of this boot's option; NO_OPTION if it is not known */
	bool is_current_ahead; /* it stands further back in the order */
	bool is_current_passed; /* it stood further ahead */
	size_t tries;
	struct bootoptions *list;
};

#define NO_OPTION 0x10000u

/* An absent variable is empty. */
static int read_global(int root_fd, const char *name, struct buf *ret, struct err *err)
{
	if (efivars_read(root_fd, uefi_global_variable_guid, name, ret, err) == 0 ||
		(err->code == ERR_IO && err->native == ENOENT))
		return 0;
	return err_wrap(err, "The variable %s", name);
}

static int read_number(int root_fd, const char *name, uint32_t *ret, struct err *err)
{
	auto_cleanup(buf) struct buf value = {0};

	*ret = NO_OPTION;
	if (read_global(root_fd, name, &value, err) < 0)
		return -1;
	if (value.len == 2)
		*ret = value.data[0] | (uint32_t)value.data[1] << 8;
	return 0;
}

/* Is it the device, or the disk, that this boot started from? */
static bool is_this_device(const struct reading *reading, struct bytes path)
{
	const uint8_t *wanted = devicepath_partition(path);
	const uint8_t *own = devicepath_partition(reading->started);

	if (wanted)
		return !own || memcmp(wanted, own, UEFI_GUID_SIZE) == 0;
	path.len -= path.len >= END_NODE ? END_NODE : path.len;
	return path.len && path.len <= reading->started.len &&
	       memcmp(path.data, reading->started.data, path.len) == 0;
}

/* A name of a program that shim is to start. */
static void read_second(struct bytes data, char ret[BOOTOPTION_PATH_SIZE])
{
	static const char end[] = ".efi";
	size_t len = 0;

	while (len + 2 <= data.len && (data.data[len] || data.data[len + 1]))
		len += 2;
	uefi_text((struct bytes){data.data, len}, ret, BOOTOPTION_PATH_SIZE);
	len = strlen(ret);
	if (len < sizeof(end) || !text_equal_nocase(ret + len - (sizeof(end) - 1), end))
		ret[0] = '\0';
}

static void take_partition(const uint8_t *partition, struct bootoption *ret)
{
	ret->has_partition = partition != NULL;
	if (partition)
		memcpy(ret->partition, partition, sizeof(ret->partition));
}

/* Leaves the path empty if the option leads elsewhere. */
static void find_path(
	const struct reading *reading, const struct loadoption *option, struct bootoption *ret)
{
	struct devicepath path;
	const uint8_t *own;

	if (!devicepath_read(option->path, &path) || !is_this_device(reading, option->path))
		return;
	own = devicepath_partition(option->path);
	take_partition(own ? own : devicepath_partition(reading->started), ret);
	if (path.file[0] == '\\')
		(void)text_format(ret->path, sizeof(ret->path), "%s", path.file);
	else if (!path.file[0])
		(void)text_format(ret->path, sizeof(ret->path), "%s", DEFAULT_PATH);
}

static int add_option(struct reading *reading, uint32_t number, bool is_next, struct err *err)
{
	struct bootoptions *list = reading->list;
	struct bootoption *item = &list->items[list->count];
	auto_cleanup(buf) struct buf value = {0};
	struct uefivar var = {.guid = uefi_global_variable_guid};
	struct loadoption option;

	if (list->count == BOOTOPTIONS_MAX)
		return 0;
	*item = (struct bootoption){0};
	(void)text_format(item->name, sizeof(item->name), "Boot%04X", number & 0xFFFFu);
	memcpy(var.name, item->name, sizeof(item->name));
	if (read_global(reading->root_fd, item->name, &value, err) < 0)
		return -1;
	var.data = buf_bytes(&value);
	if (!loadoption_read(&var, &option) || (!is_next && (!option.is_active || option.is_app)))
		return 0;
	uefi_text(option.title, item->title, sizeof(item->title));
	find_path(reading, &option, item);
	read_second(option.data, item->second);
	item->is_current = number == reading->current;
	item->tries = ++reading->tries;
	list->count += item->path[0] || is_next ||
		       !(reading->is_current_ahead || reading->is_current_passed);
	return 0;
}

static int add_order(struct reading *reading, struct bytes order, struct err *err)
{
	struct cursor cursor = cursor_of(order);

	while (cursor.left >= 2)
		reading->is_current_ahead |= cursor_u16_le(&cursor) == reading->current;
	cursor = cursor_of(order);
	while (cursor.left >= 2) {
		uint16_t number = cursor_u16_le(&cursor);

		if (number == reading->current)
			reading->is_current_ahead = false;
		if (add_option(reading, number, false, err) < 0)
			return -1;
		reading->is_current_passed |= number == reading->current;
	}
	return 0;
}

int bootoptions_read(int root_fd, struct bytes started, struct bootoptions *ret, struct err *err)
{
	struct reading reading = {.root_fd = root_fd, .started = started, .list = ret};
	auto_cleanup(buf) struct buf order = {0};
	uint32_t next;

	*ret = (struct bootoptions){0};
	if (read_number(root_fd, "BootCurrent", &reading.current, err) < 0 ||
		read_number(root_fd, "BootNext", &next, err) < 0 ||
		read_global(root_fd, "BootOrder", &order, err) < 0)
		return -1;
	if ((next != NO_OPTION && add_option(&reading, next, true, err) < 0) ||
		add_order(&reading, buf_bytes(&order), err) < 0)
		return -1;
	if (ret->count < BOOTOPTIONS_MAX) {
		struct bootoption *last = &ret->items[ret->count++];

		*last = (struct bootoption){.tries = reading.tries + 1};
		take_partition(devicepath_partition(started), last);
		(void)text_format(last->path, sizeof(last->path), "%s", DEFAULT_PATH);
	}
	return 0;
}

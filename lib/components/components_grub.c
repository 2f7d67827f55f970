#include "components/components_grub.h"

#include <string.h>
#include "appraise/measured.h"
#include "base/text.h"
#include "boot/grubtext.h"
#include "components/components_event.h"
#include "disk/bootentry.h"

struct grub_reading grub_reading_empty(void)
{
	return (struct grub_reading){.commands = buf_with_max(EVENTLOG_MAX_BYTES)};
}

void grub_reading_cleanup(struct grub_reading *reading)
{
	buf_done(&reading->commands);
}

/* Is this the measured text, without its NUL (RHEL 8's GRUB measures that too)? */
static bool is_measured_text(const struct event *event, struct bytes text)
{
	const uint8_t *end = event->data.data + event->data.len;

	return measured_is(event, text) ||
	       (text.data + text.len < end &&
		       measured_is(event, (struct bytes){text.data, text.len + 1}));
}

/* Finds the measured part of an event's data: all of it, or the part behind GRUB's prefix. False if
 * the log does not hold it. */
static bool measured_text(const struct event *event, struct bytes *ret)
{
	struct bytes text = grubtext_of(event->data);

	if (text.len && !is_measured_text(event, text))
		text = grubtext_behind_first_word(text);
	*ret = text;
	return text.len && is_measured_text(event, text);
}

static bool is_word_of(struct bytes text, struct bytes word)
{
	for (struct bytes rest = text; rest.len; rest = grubtext_behind_first_word(rest))
		if (bytes_equal(grubtext_first_word(rest), word))
			return true;
	return false;
}

/* Finds a loader's command with these arguments; NULL if there is none, or there were too many. */
static struct grub_loader *find_loader(struct grub_reading *reading, struct bytes arguments)
{
	for (size_t i = 0; i < reading->loader_count; i++)
		if (bytes_equal(reading->loaders[i].arguments, arguments))
			return &reading->loaders[i];
	return NULL;
}

/* Finds the loader that gave this text to a kernel. */
static struct grub_loader *find_giver(struct grub_reading *reading, struct bytes text)
{
	for (size_t i = 0; i < reading->loader_count; i++)
		if (grubtext_is_given(text, reading->loaders[i].arguments))
			return &reading->loaders[i];
	return NULL;
}

void grub_look_ahead(struct grub_reading *reading, const struct event *event)
{
	struct bytes text;
	struct grub_loader *giver;
	enum grubtext_kind kind;

	if (!measured_text(event, &text))
		return;
	kind = grubtext_kind_of(text);
	giver = find_giver(reading, text);
	if (giver)
		giver->is_given = true;
	if (kind == GRUBTEXT_INITRD && !giver)
		reading->initrd_words = text;
	if (giver || kind == GRUBTEXT_LINE)
		reading->kernel_words = text;
	else if (kind == GRUBTEXT_LINUX || kind == GRUBTEXT_LOADER) {
		text = grubtext_behind_first_word(text);
		reading->kernel_words = text;
		if (reading->loader_count < GRUB_LOADERS && !find_loader(reading, text))
			reading->loaders[reading->loader_count++].arguments = text;
	}
}

struct bytes grub_kernel_path(const struct grub_reading *reading)
{
	return grubtext_first_word(reading->kernel_words);
}

/* Adds a text, identified by its digest; `shown` is its name. */
static int add_text(const struct event *event, enum component_kind kind, struct bytes text,
	struct bytes shown, struct components *components, struct err *err)
{
	struct component found = {.kind = kind, .pcr = event->pcr, .is_bound = true};

	components_set_name(&found, shown);
	crypto_sha256(text, found.sha256);
	if (kind == COMPONENT_COMMAND_LINE)
		usrline_read(text, &found.facts.line);
	if (components_keep_text(components, &found, shown, err) < 0)
		return -1;
	return components_add(components, &found, err);
}

/* `text`: "PATH ARGUMENT...". It is added without the kernel's path, whose digest proves more. */
static int add_command_line(const struct event *event, struct bytes text,
	struct components *components, struct err *err)
{
	text = grubtext_behind_first_word(text);
	return add_text(event, COMPONENT_COMMAND_LINE, text, text, components, err);
}

/* Adds the arguments, unless they were measured as the kernel's text too. */
static int add_arguments(struct grub_reading *reading, const struct event *event,
	struct bytes arguments, struct components *components, struct err *err)
{
	const struct grub_loader *loader = find_loader(reading, arguments);

	return loader && loader->is_given ? 0 : add_command_line(event, arguments, components, err);
}

/* Adds an event whose measured text the log lacks; the text that it holds instead is not shown. */
static int add_untold(
	const struct event *event, const char *name, struct components *components, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_COMMAND_LINE);

	components_set_name(&found, bytes_of_text(name));
	return components_add(components, &found, err);
}

/* systemd-boot before version 251 measures its line, in UTF-16, in GRUB's PCR. */
static bool is_wide_line(const struct event *event)
{
	struct logtext text;

	return logtext_of(event->data, &text) && text.step == 2 && measured_is(event, event->data);
}

int grub_add_command(struct grub_reading *reading, const struct event *event,
	struct components *components, struct err *err)
{
	struct bytes text, arguments;

	if (is_wide_line(event))
		return components_add_line(components, event, err);
	if (!measured_text(event, &text))
		return add_untold(event, "what the log does not tell", components, err);
	if (find_giver(reading, text))
		return add_command_line(event, text, components, err);
	arguments = grubtext_behind_first_word(text);
	switch (grubtext_kind_of(text)) {
	case GRUBTEXT_LINE:
		return add_command_line(event, text, components, err);
	case GRUBTEXT_LINUX:
		return add_arguments(reading, event, arguments, components, err);
	case GRUBTEXT_INITRD:
		return add_text(event, COMPONENT_INITRD_LIST, text, arguments, components, err);
	case GRUBTEXT_LEAVING:
		return add_untold(event, "what GRUB's rescue prompt was told", components, err);
	case GRUBTEXT_LOADER:
		if (add_arguments(reading, event, arguments, components, err) < 0)
			return -1;
		break;
	case GRUBTEXT_COMMAND:
		break;
	}
	return buf_append(&reading->commands, event->measured.data, event->measured.len, err);
}

int grub_add_rest(const struct grub_reading *reading, struct components *components, struct err *err)
{
	struct component found = {.kind = COMPONENT_BOOT_COMMANDS, .pcr = 8};

	if (reading->commands.len == 0)
		return 0;
	crypto_sha256(buf_bytes(&reading->commands), found.sha256);
	(void)text_format(found.name, sizeof(found.name), "%zu commands",
		reading->commands.len / CRYPTO_SHA256_SIZE);
	return components_add(components, &found, err);
}

static enum component_kind kind_of_file(const struct grub_reading *reading, const struct event *event)
{
	struct logtext name;

	if (!logtext_of(grubtext_of(event->data), &name))
		return COMPONENT_BOOT_FILE;
	if (bytes_equal(grub_kernel_path(reading), name.bytes) ||
		logtext_is(&name, "grub_linuxefi Kernel"))
		return COMPONENT_KERNEL;
	if (is_word_of(grubtext_behind_first_word(reading->initrd_words), name.bytes) ||
		logtext_is(&name, "grub_linuxefi Initrd"))
		return COMPONENT_INITRD;
	return COMPONENT_BOOT_FILE;
}

/* Recognises the event by its text, whatever its type: no file's name begins like that. The event
 * names what was measured and does not hold it. COMPONENT_BOOT_FILE if it is no such event. */
static enum component_kind kind_of_tag(const struct event *event)
{
	struct cursor cursor = cursor_of(event->data);
	uint32_t tag = cursor_u32_le(&cursor);

	if (tag != EVENT_TAG_INITRD && tag != EVENT_TAG_COMMAND_LINE)
		return COMPONENT_BOOT_FILE;
	return tag == EVENT_TAG_INITRD ? COMPONENT_LOADED_INITRD : COMPONENT_COMMAND_LINE;
}

/* Did the kernel measure what GRUB gave it? GRUB puts BOOT_IMAGE= in front of its text and gives
 * that as UTF-16, by its size without a final NUL (grub-core/loader/efi/linux.c). */
static bool is_from_grub(const struct grub_reading *reading, const struct event *event)
{
	auto_cleanup(buf) struct buf given = buf_with_max(BOOTENTRY_OPTIONS_MAX);
	static const uint8_t end[2];
	struct err ignored;

	return reading->kernel_words.len && bootentry_append(&given, bytes_of_text("BOOT_IMAGE=")) &&
	       bootentry_append(&given, reading->kernel_words) &&
	       (measured_is(event, buf_bytes(&given)) ||
		       (buf_append(&given, end, sizeof(end), &ignored) == 0 &&
			       measured_is(event, buf_bytes(&given))));
}

/* What the kernel's stub measured of what it got. */
static int add_received(const struct grub_reading *reading, const struct event *event,
	enum component_kind kind, struct components *components, struct err *err)
{
	size_t count = components->count;

	if (components_add_event(components, event, kind, err) < 0)
		return -1;
	if (kind == COMPONENT_COMMAND_LINE && components->count > count)
		components->items[count].is_from_grub = is_from_grub(reading, event);
	return 0;
}

int grub_add_file(const struct grub_reading *reading, const struct event *event,
	struct components *components, struct err *err)
{
	const struct component as_initrd = components_of_event(event, COMPONENT_INITRD);
	struct component found = components_of_event(event, COMPONENT_BOOT_FILE);
	enum component_kind kind = kind_of_tag(event);

	/* if there is one initrd, GRUB and the kernel measure the same bytes; if there are several,
	 * the kernel measures all at once */
	if (kind == COMPONENT_LOADED_INITRD && components_have(components, &as_initrd))
		return 0;
	if (kind != COMPONENT_BOOT_FILE)
		return add_received(reading, event, kind, components, err);
	logtext_or_hex(grubtext_of(event->data), found.name, sizeof(found.name));
	found.kind = kind_of_file(reading, event);
	return components_add(components, &found, err);
}

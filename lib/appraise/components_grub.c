#include "appraise/components_grub.h"

#include <string.h>
#include "appraise/components_event.h"
#include "base/text.h"
#include "boot/eventtext.h"

struct grub_reading grub_reading_empty(void)
{
	return (struct grub_reading){.commands = buf_with_max(EVENTLOG_MAX_BYTES)};
}

void grub_reading_done(struct grub_reading *reading)
{
	buf_done(&reading->commands);
}

/* The measured part of an event's data; false if the log does not hold it. ret_word: the word in front of it. */
static bool measured_text(
	const struct eventlog_event *event, struct bytes digest, struct bytes *ret_word, struct bytes *ret)
{
	struct bytes text = event->data;
	const uint8_t *blank;

	while (text.len && !text.data[text.len - 1])
		text.len--;
	blank = text.len ? memchr(text.data, ' ', text.len) : NULL;
	if (!blank)
		return false;
	*ret_word = (struct bytes){text.data, (size_t)(blank - text.data)};
	*ret = bytes_behind(text, ret_word->len + 1);
	return components_is_digest_of(digest, *ret) ||
	       (text.len < event->data.len &&
		       components_is_digest_of(digest, (struct bytes){ret->data, ret->len + 1}));
}

static bool starts_with(struct bytes text, const char *start)
{
	return text.len >= strlen(start) && memcmp(text.data, start, strlen(start)) == 0;
}

static struct bytes first_word(struct bytes text)
{
	const uint8_t *blank = text.len ? memchr(text.data, ' ', text.len) : NULL;

	return blank ? (struct bytes){text.data, (size_t)(blank - text.data)} : text;
}

static struct bytes without_first_word(struct bytes text)
{
	struct bytes word = first_word(text);

	return bytes_behind(text, word.len < text.len ? word.len + 1 : word.len);
}

static bool is_word_of(struct bytes text, const char *word)
{
	for (struct bytes rest = text; rest.len; rest = without_first_word(rest))
		if (bytes_equal(first_word(rest), bytes_of_text(word)))
			return true;
	return false;
}

/* No command starts like a kernel's path: "/vmlinuz", "(hd0,gpt2)/vmlinuz", in quotes if it has blanks. */
static bool is_command_line(struct bytes word, struct bytes text)
{
	return starts_with(word, "kernel_cmdline") || starts_with(word, "grub_kernel_cmdline") ||
	       starts_with(text, "/") || starts_with(text, "(") || starts_with(text, "\"");
}

void grub_look_ahead(struct grub_reading *reading, const struct eventlog_event *event, struct bytes digest)
{
	struct bytes word, text;

	if (!measured_text(event, digest, &word, &text))
		return;
	if (is_command_line(word, text))
		reading->kernel_words = text;
	else if (starts_with(text, "initrd"))
		reading->initrd_words = text;
}

struct bytes grub_kernel_path(const struct grub_reading *reading)
{
	return first_word(reading->kernel_words);
}

static int add_command_line(
	const struct eventlog_event *event, struct bytes text, struct components *components, struct err *err)
{
	struct component found = {.kind = COMPONENT_COMMAND_LINE, .pcr = event->pcr, .is_bound = true};

	text = without_first_word(text); /* the kernel's path: its digest tells more */
	components_set_name(&found, text);
	crypto_sha256(text, found.sha256);
	return components_add(components, &found, err);
}

static int add_initrds(
	const struct eventlog_event *event, struct bytes text, struct components *components, struct err *err)
{
	struct component found = {.kind = COMPONENT_INITRD_LIST, .pcr = event->pcr, .is_bound = true};

	components_set_name(&found, without_first_word(text));
	crypto_sha256(text, found.sha256);
	return components_add(components, &found, err);
}

/* What the log says instead is not repeated. */
static int add_untold(const struct eventlog_event *event, struct bytes digest, struct components *components,
	struct err *err)
{
	struct component found = components_of_event(event, digest, COMPONENT_COMMAND_LINE);

	components_set_name(&found, bytes_of_text("what the log does not tell"));
	return components_add(components, &found, err);
}

int grub_add_command(struct grub_reading *reading, const struct eventlog_event *event, struct bytes digest,
	struct components *components, struct err *err)
{
	struct bytes word, text;

	if (!measured_text(event, digest, &word, &text))
		return add_untold(event, digest, components, err);
	if (is_command_line(word, text))
		return add_command_line(event, text, components, err);
	if (starts_with(text, "linux ") || starts_with(text, "linuxefi "))
		return 0; /* the command line says it */
	if (starts_with(text, "initrd"))
		return add_initrds(event, text, components, err);
	return buf_append(&reading->commands, digest.data, digest.len, err);
}

int grub_add_rest(const struct grub_reading *reading, struct components *components, struct err *err)
{
	struct component found = {.kind = COMPONENT_BOOT_COMMANDS, .pcr = 8};

	if (reading->commands.len == 0)
		return 0;
	crypto_sha256(buf_bytes(&reading->commands), found.sha256);
	(void)text_format(
		found.name, sizeof(found.name), "%zu commands", reading->commands.len / CRYPTO_SHA256_SIZE);
	return components_add(components, &found, err);
}

static enum component_kind kind_of_file(const struct grub_reading *reading, const char *name)
{
	if (bytes_equal(grub_kernel_path(reading), bytes_of_text(name)) ||
		strcmp(name, "grub_linuxefi Kernel") == 0)
		return COMPONENT_KERNEL;
	if (is_word_of(without_first_word(reading->initrd_words), name) ||
		strcmp(name, "grub_linuxefi Initrd") == 0)
		return COMPONENT_INITRD;
	return COMPONENT_BOOT_FILE;
}

/* The event names what was measured and does not hold it. */
#define TAG_INITRD       0x8F3B22ECu
#define TAG_COMMAND_LINE 0x8F3B22EDu

static enum component_kind kind_of_tag(const struct eventlog_event *event)
{
	struct cursor cursor = cursor_of(event->data);
	uint32_t tag = cursor_u32_le(&cursor);

	if (cursor.failed || (tag != TAG_INITRD && tag != TAG_COMMAND_LINE))
		return COMPONENT_BOOT_FILE;
	return tag == TAG_INITRD ? COMPONENT_LOADED_INITRD : COMPONENT_COMMAND_LINE;
}

/* Of one initrd GRUB and the kernel measure the same bytes; of several the kernel measures all at once. */
static int add_tag(const struct eventlog_event *event, struct bytes digest, struct components *components,
	struct err *err)
{
	enum component_kind kind = kind_of_tag(event);
	const struct component as_file = components_of_event(event, digest, COMPONENT_INITRD);

	if (kind == COMPONENT_LOADED_INITRD && components_have(components, &as_file))
		return 0;
	return components_add_event(components, event, digest, kind, err);
}

int grub_add_file(const struct grub_reading *reading, const struct eventlog_event *event, struct bytes digest,
	struct components *components, struct err *err)
{
	struct component found = components_of_event(event, digest, COMPONENT_BOOT_FILE);
	char text[EVENTTEXT_SIZE];

	if (event->type == EV_EVENT_TAG)
		return add_tag(event, digest, components, err);
	eventtext_of_any(event->data, text);
	components_set_name(&found, bytes_of_text(text));
	found.kind = kind_of_file(reading, text);
	return components_add(components, &found, err);
}

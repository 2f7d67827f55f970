/* An event's type and PCR are not part of its digest, and what replay_compare proves is each PCR's digests and their order. So an event
 * gets its kind from its PCR, and by anything else only if that cannot make it look more harmless: text that says "nothing happened" must
 * be what was measured, and what stands in PCR 4 without being such text counts as a program. */
#include "appraise/components.h"

#include <string.h>
#include "appraise/components_keys.h"
#include "base/text.h"
#include "boot/eventtext.h"
#include "boot/uefivar.h"

enum {
	PCR_FIRMWARE,
	PCR_FIRMWARE_CONFIG,
	PCR_DRIVERS,
	PCR_DRIVER_CONFIG,
	PCR_PROGRAMS,
	PCR_PARTITIONS,
	PCR_PLATFORM,
	PCR_SECURE_BOOT,
	PCR_COMMANDS,
	PCR_FILES,
	PCR_KERNEL_IMAGE = 11,
	PCR_KERNEL_CONFIG,
	PCR_EXTENSIONS,
	PCR_SHIM,
};

struct reading {
	const struct eventlog *log;
	int bank;
	uint32_t believed;
	struct bytes kernel_digest; /* the last program's */
	struct bytes
		kernel_words; /* measured text "PATH arguments" of GRUB's linux command or the command line */
	struct bytes initrd_words; /* measured text "initrd PATH..." */
	struct components *found;
	struct buf *commands; /* digests of GRUB's other commands */
};

static struct bytes digest_of(const struct reading *reading, const struct eventlog_event *event)
{
	return event->digest[reading->bank];
}

static bool is_measured(const struct reading *reading, const struct eventlog_event *event)
{
	return event->type != EV_NO_ACTION && event->pcr < 24 && reading->believed & 1u << event->pcr &&
	       digest_of(reading, event).data;
}

static bool is_sha256_of(struct bytes digest, struct bytes data)
{
	uint8_t computed[CRYPTO_SHA256_SIZE];

	crypto_sha256(data, computed);
	return bytes_equal(digest, (struct bytes){computed, sizeof(computed)});
}

/* An empty source may have no data, and NULL + 0 is undefined (C17, 6.5.6 paragraph 8). */
static struct bytes behind(struct bytes bytes, size_t len)
{
	return len ? (struct bytes){bytes.data + len, bytes.len - len} : bytes;
}

/* GRUB logs what it measures behind a word of its own: "grub_cmd: linux ...", of old "grub_kernel_cmdline ...". The measured part;
 * false if the log does not hold it. ret_word: that word. */
static bool grub_text(const struct reading *reading, const struct eventlog_event *event,
	struct bytes *ret_word, struct bytes *ret)
{
	struct bytes text = event->data;
	const uint8_t *blank;

	while (text.len && !text.data[text.len - 1])
		text.len--;
	blank = text.len ? memchr(text.data, ' ', text.len) : NULL;
	if (!blank)
		return false;
	*ret_word = (struct bytes){text.data, (size_t)(blank - text.data)};
	*ret = behind(text, ret_word->len + 1);
	return is_sha256_of(digest_of(reading, event), *ret);
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

	return behind(text, word.len < text.len ? word.len + 1 : word.len);
}

static bool is_word_of(struct bytes text, const char *word)
{
	for (struct bytes rest = text; rest.len; rest = without_first_word(rest))
		if (bytes_equal(first_word(rest), bytes_of_text(word)))
			return true;
	return false;
}

static bool is_command_line(struct bytes word)
{
	return starts_with(word, "kernel_cmdline") || starts_with(word, "grub_kernel_cmdline");
}

/* Not a program: text that was measured as it stands, such as "Calling EFI Application from Boot Option" and separators. */
static bool is_only_text(const struct reading *reading, const struct eventlog_event *event)
{
	return is_sha256_of(digest_of(reading, event), event->data);
}

/* The names of kernel and initrd, also out of a PCR that is not believed: what takes an old one's place without its name leaves a hole in
 * the old one's class. */
static void look_ahead_at(struct reading *reading, const struct eventlog_event *event)
{
	struct bytes word, text;

	if (event->pcr == PCR_PROGRAMS && !is_only_text(reading, event))
		reading->kernel_digest = digest_of(reading, event);
	if (event->pcr != PCR_COMMANDS || !grub_text(reading, event, &word, &text))
		return;
	if (is_command_line(word))
		reading->kernel_words = text;
	else if (starts_with(text, "initrd"))
		reading->initrd_words = text;
}

static struct component component_of(
	const struct reading *reading, const struct eventlog_event *event, enum component_kind kind)
{
	struct component ret = {.kind = kind, .pcr = event->pcr};

	memcpy(ret.sha256, digest_of(reading, event).data, sizeof(ret.sha256));
	return ret;
}

static void set_name(struct component *component, struct bytes text)
{
	text_clean(component->name, sizeof(component->name), text);
}

static int add_event(const struct reading *reading, const struct eventlog_event *event,
	enum component_kind kind, struct err *err)
{
	struct component found = component_of(reading, event, kind);
	char text[EVENTTEXT_SIZE];

	eventtext(event, text);
	set_name(&found, bytes_of_text(text));
	found.is_bound = is_only_text(reading, event);
	return components_add(reading->found, &found, err);
}

static int add_program(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct component found = component_of(reading, event, COMPONENT_APPLICATION);

	if (is_only_text(reading, event))
		return 0;
	if (bytes_equal(digest_of(reading, event), reading->kernel_digest))
		found.kind = COMPONENT_KERNEL;
	if (!eventtext_image_file(event, found.name, sizeof(found.name)) && found.kind == COMPONENT_KERNEL)
		set_name(&found, first_word(reading->kernel_words));
	return components_add(reading->found, &found, err);
}

static enum component_kind kind_of_file(const struct reading *reading, const char *name)
{
	if (bytes_equal(first_word(reading->kernel_words), bytes_of_text(name)) ||
		strcmp(name, "grub_linuxefi Kernel") == 0)
		return COMPONENT_KERNEL;
	if (is_word_of(without_first_word(reading->initrd_words), name) ||
		strcmp(name, "grub_linuxefi Initrd") == 0)
		return COMPONENT_INITRD;
	return COMPONENT_BOOT_FILE;
}

/* drivers/firmware/efi/libstub/efistub.h of Linux 6.1; the event names what was measured and does not hold it. */
#define TAG_INITRD       0x8F3B22ECu
#define TAG_COMMAND_LINE 0x8F3B22EDu

static enum component_kind kind_of_tag(const struct eventlog_event *event)
{
	struct cursor cursor = cursor_of(event->data);
	uint32_t tag = cursor_u32_le(&cursor);

	if (cursor.failed || (tag != TAG_INITRD && tag != TAG_COMMAND_LINE))
		return COMPONENT_BOOT_FILE;
	return tag == TAG_INITRD ? COMPONENT_INITRD : COMPONENT_COMMAND_LINE;
}

/* What GRUB read, and the kernel's stub. */
static int add_file(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct component found = component_of(reading, event, COMPONENT_BOOT_FILE);
	char text[EVENTTEXT_SIZE];

	if (event->type == EV_EVENT_TAG)
		return add_event(reading, event, kind_of_tag(event), err);
	eventtext_of_any(event->data, text);
	set_name(&found, bytes_of_text(text));
	found.kind = kind_of_file(reading, text);
	return components_add(reading->found, &found, err);
}

static int add_command_line(
	const struct reading *reading, const struct eventlog_event *event, struct bytes text, struct err *err)
{
	struct component found = component_of(reading, event, COMPONENT_COMMAND_LINE);

	text = without_first_word(text); /* the kernel's path: its digest tells more */
	set_name(&found, text);
	crypto_sha256(text, found.sha256);
	found.is_bound = true;
	return components_add(reading->found, &found, err);
}

static int add_command(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct component found = component_of(reading, event, COMPONENT_INITRD_LIST);
	struct bytes word, text, digest = digest_of(reading, event);

	if (!grub_text(reading, event, &word, &text))
		return buf_append(reading->commands, digest.data, digest.len, err);
	if (is_command_line(word))
		return add_command_line(reading, event, text, err);
	if (starts_with(text, "linux ") || starts_with(text, "linuxefi "))
		return 0; /* the command line says it */
	if (!starts_with(text, "initrd ") && !starts_with(text, "initrdefi "))
		return buf_append(reading->commands, digest.data, digest.len, err);
	set_name(&found, without_first_word(text));
	found.is_bound = true;
	return components_add(reading->found, &found, err);
}

static int add_commands(const struct reading *reading, struct err *err)
{
	struct component found = {.kind = COMPONENT_BOOT_COMMANDS, .pcr = PCR_COMMANDS};

	if (reading->commands->len == 0)
		return 0;
	crypto_sha256(buf_bytes(reading->commands), found.sha256);
	(void)text_format(
		found.name, sizeof(found.name), "%zu commands", reading->commands->len / CRYPTO_SHA256_SIZE);
	return components_add(reading->found, &found, err);
}

/* systemd-stub measures each section's name and then its contents, and calls both by the name. */
static int add_section(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct component found = component_of(reading, event, COMPONENT_KERNEL_SECTION);
	char text[EVENTTEXT_SIZE];

	eventtext_of_any(event->data, text);
	if (is_sha256_of(digest_of(reading, event), (struct bytes){(const uint8_t *)text, strlen(text) + 1}))
		return 0;
	set_name(&found, bytes_of_text(text));
	return components_add(reading->found, &found, err);
}

static int add_addition(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	char text[EVENTTEXT_SIZE];
	size_t len;

	eventtext_of_any(event->data, text);
	len = strlen(text);
	if (len >= strlen("initrd") && strcmp(text + len - strlen("initrd"), "initrd") == 0)
		return add_event(reading, event, COMPONENT_INITRD, err);
	return add_event(reading, event, COMPONENT_COMMAND_LINE, err);
}

static int add_configuration(
	const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct uefivar var;

	if (!uefivar_parse(event->data, &var) || strncmp(var.name, "Boot", 4) != 0)
		return add_event(reading, event, COMPONENT_FIRMWARE_CONFIG, err);
	return add_event(reading, event,
		strcmp(var.name, "BootOrder") == 0 ? COMPONENT_BOOT_ORDER : COMPONENT_BOOT_OPTION, err);
}

static int add_platform(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct component found = component_of(reading, event, COMPONENT_VM_ID);
	static const char prefix[] = "UUID: ";

	if (!starts_with(event->data, prefix) || !is_only_text(reading, event))
		return add_event(reading, event, COMPONENT_FIRMWARE_CONFIG, err);
	set_name(&found, behind(event->data, strlen(prefix)));
	found.is_bound = true;
	return components_add(reading->found, &found, err);
}

static int add_partitions(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	if (event->type == EV_EFI_GPT_EVENT)
		return add_event(reading, event, COMPONENT_PARTITION_TABLE, err);
	return is_only_text(reading, event) ? 0 : add_event(reading, event, COMPONENT_OTHER, err);
}

/* 0, 1 or -1, as it was measured: the end of what the firmware does (PFP 1.06 section 3.3.2.2). */
static bool is_separator(const struct reading *reading, const struct eventlog_event *event)
{
	return event->data.len == sizeof(uint32_t) && is_only_text(reading, event);
}

static int add_any(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	if (is_separator(reading, event))
		return 0;
	switch (event->pcr) {
	case PCR_FIRMWARE:
		return add_event(reading, event, COMPONENT_FIRMWARE, err);
	case PCR_FIRMWARE_CONFIG:
		return add_configuration(reading, event, err);
	case PCR_DRIVERS:
		return add_event(reading, event, COMPONENT_DRIVER, err);
	case PCR_DRIVER_CONFIG:
		return add_event(reading, event, COMPONENT_FIRMWARE_CONFIG, err);
	case PCR_PROGRAMS:
		return add_program(reading, event, err);
	case PCR_PARTITIONS:
		return add_partitions(reading, event, err);
	case PCR_PLATFORM:
		return add_platform(reading, event, err);
	case PCR_SECURE_BOOT:
		return components_add_secure_boot(reading->found, event, digest_of(reading, event), err);
	case PCR_COMMANDS:
		return add_command(reading, event, err);
	case PCR_FILES:
		return add_file(reading, event, err);
	case PCR_KERNEL_IMAGE:
		return add_section(reading, event, err);
	case PCR_KERNEL_CONFIG:
		return add_addition(reading, event, err);
	case PCR_EXTENSIONS:
		return add_event(reading, event, COMPONENT_INITRD, err);
	case PCR_SHIM:
		return add_event(reading, event, COMPONENT_MOK, err);
	default:
		return add_event(reading, event, COMPONENT_OTHER, err);
	}
}

static int read_all(struct reading *reading, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(reading->log);
	struct eventlog_event event;

	while (eventlog_next(reading->log, &walk, &event))
		if (event.type != EV_NO_ACTION && digest_of(reading, &event).data)
			look_ahead_at(reading, &event);
	walk = eventlog_walk(reading->log);
	while (eventlog_next(reading->log, &walk, &event))
		if (is_measured(reading, &event) && add_any(reading, &event, err) < 0)
			return -1;
	return add_commands(reading, err);
}

int components_read(const struct eventlog *log, uint32_t believed, struct components *ret, struct err *err)
{
	auto_cleanup(components) struct components found = components_empty();
	auto_cleanup(buf) struct buf commands = buf_with_max(EVENTLOG_MAX_BYTES);
	struct reading reading = {.log = log,
		.bank = eventlog_bank_index(log, EVENTLOG_SHA256),
		.believed = believed,
		.found = &found,
		.commands = &commands};

	if (reading.bank < 0)
		return err_set(err, ERR_EVENT_LOG_MALFORMED, 0, "The event log has no SHA-256 digests.");
	if (read_all(&reading, err) < 0)
		return -1;
	found.believed = believed;
	*ret = found;
	found = components_empty();
	return 0;
}

/* An event's type and PCR are not part of its digest, and what replay_compare proves is each PCR's digests and their order. So an event
 * gets its kind from its PCR, and by anything else only if that cannot make it look more harmless: text that says "nothing happened" must
 * be what was measured, and what stands in PCR 4 without being such text counts as a program. */
#include "appraise/components.h"

#include <string.h>
#include "appraise/components_event.h"
#include "appraise/components_grub.h"
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
	bool is_platform_closed;    /* PCR 6's separator went by: behind it anybody measures */
	struct grub_reading *grub;
	struct components *found;
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

/* Not a program: text that was measured as it stands, such as "Calling EFI Application from Boot Option" and separators. */
static bool is_only_text(const struct reading *reading, const struct eventlog_event *event)
{
	return components_is_digest_of(digest_of(reading, event), event->data);
}

static int add_event(const struct reading *reading, const struct eventlog_event *event,
	enum component_kind kind, struct err *err)
{
	return components_add_event(reading->found, event, digest_of(reading, event), kind, err);
}

static int add_program(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct component found = components_of_event(event, digest_of(reading, event), COMPONENT_APPLICATION);

	if (is_only_text(reading, event))
		return 0;
	if (bytes_equal(digest_of(reading, event), reading->kernel_digest))
		found.kind = COMPONENT_KERNEL;
	if (!eventtext_image_file(event, found.name, sizeof(found.name)) && found.kind == COMPONENT_KERNEL)
		components_set_name(&found, grub_kernel_path(reading->grub));
	return components_add(reading->found, &found, err);
}

/* systemd-stub measures each section's name and then its contents, and calls both by the name. */
static int add_section(const struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	struct component found =
		components_of_event(event, digest_of(reading, event), COMPONENT_KERNEL_SECTION);
	char text[EVENTTEXT_SIZE];

	eventtext_of_any(event->data, text);
	if (components_is_digest_of(
		    digest_of(reading, event), (struct bytes){(const uint8_t *)text, strlen(text) + 1}))
		return 0;
	components_set_name(&found, bytes_of_text(text));
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
	struct component found = components_of_event(event, digest_of(reading, event), COMPONENT_VM_ID);
	static const char prefix[] = "UUID: ";

	if (reading->is_platform_closed || event->data.len < strlen(prefix) ||
		memcmp(event->data.data, prefix, strlen(prefix)) != 0 || !is_only_text(reading, event))
		return add_event(reading, event, COMPONENT_FIRMWARE_CONFIG, err);
	components_set_name(&found, bytes_behind(event->data, strlen(prefix)));
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

static int add_any(struct reading *reading, const struct eventlog_event *event, struct err *err)
{
	if (is_separator(reading, event)) {
		reading->is_platform_closed |= event->pcr == PCR_PLATFORM;
		return 0;
	}
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
		return grub_add_command(reading->grub, event, digest_of(reading, event), reading->found, err);
	case PCR_FILES:
		return grub_add_file(reading->grub, event, digest_of(reading, event), reading->found, err);
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

static void look_ahead(struct reading *reading, const struct eventlog_event *event)
{
	if (event->pcr == PCR_PROGRAMS && !is_only_text(reading, event))
		reading->kernel_digest = digest_of(reading, event);
	if (event->pcr == PCR_COMMANDS)
		grub_look_ahead(reading->grub, event, digest_of(reading, event));
}

static int read_all(struct reading *reading, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(reading->log);
	struct eventlog_event event;

	while (eventlog_next(reading->log, &walk, &event))
		if (event.type != EV_NO_ACTION && digest_of(reading, &event).data)
			look_ahead(reading, &event);
	walk = eventlog_walk(reading->log);
	while (eventlog_next(reading->log, &walk, &event))
		if (is_measured(reading, &event) && add_any(reading, &event, err) < 0)
			return -1;
	return grub_add_rest(reading->grub, reading->found, err);
}

int components_read(const struct eventlog *log, uint32_t believed, struct components *ret, struct err *err)
{
	auto_cleanup(components) struct components found = components_empty();
	auto_cleanup(grub_reading) struct grub_reading grub = grub_reading_empty();
	struct reading reading = {.log = log,
		.bank = eventlog_bank_index(log, EVENTLOG_SHA256),
		.believed = believed,
		.grub = &grub,
		.found = &found};

	if (reading.bank < 0)
		return err_set(err, ERR_EVENT_LOG_MALFORMED, 0, "The event log has no SHA-256 digests.");
	if (read_all(&reading, err) < 0)
		return -1;
	found.believed = believed;
	*ret = found;
	found = components_empty();
	return 0;
}

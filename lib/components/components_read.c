/* An event's type is not part of its digest; replay_compare proves only each PCR's digests and
 * their order. So an event gets its kind from its PCR. Other values may change the kind only if
 * they cannot make the event look harmless: an event that only marks a step must have a known text,
 * and that text must be what was measured (measured.h). Every other event of PCR 4 is a program. */
#include "components/components.h"

#include <string.h>
#include "appraise/measured.h"
#include "base/text.h"
#include "boot/pcr.h"
#include "components/components_event.h"
#include "components/components_grub.h"
#include "components/components_keys.h"

struct reading {
	const struct eventlog *log;
	uint32_t listed;
	struct bytes kernel_digest; /* of the last program */
	bool is_platform_closed; /* PCR 6's separator was seen: later events are not the firmware's
				  */
	struct grub_reading *grub;
	struct components *found;
};

static int add_event(const struct reading *reading, const struct event *event,
	enum component_kind kind, struct err *err)
{
	return components_add_event(reading->found, event, kind, err);
}

static int add_program(const struct reading *reading, const struct event *event, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_APPLICATION);

	if (measured_is_step(event))
		return 0;
	if (bytes_equal(event->measured, reading->kernel_digest))
		found.kind = COMPONENT_KERNEL;
	if (!event_image_file(event, found.name, sizeof(found.name)) && found.kind == COMPONENT_KERNEL)
		components_set_name(&found, grub_kernel_path(reading->grub));
	return components_add(reading->found, &found, err);
}

/* The section names that systemd-stub knows (systemd 257, src/fundamental/uki.c), measured with
 * their final 0. */
static bool is_section_name(const struct event *event)
{
	static const char *const names[] = {".profile", ".linux", ".osrel", ".cmdline", ".initrd",
		".ucode", ".splash", ".dtb", ".dtbauto", ".uname", ".sbat", ".pcrsig", ".pcrpkey",
		".hwids", ".efifw"};

	struct logtext text;

	if (!logtext_of(event->data, &text))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (logtext_is(&text, names[i]))
			return measured_is(event,
				(struct bytes){(const uint8_t *)names[i], strlen(names[i]) + 1});
	return false;
}

/* systemd-stub measures each section's name and then its contents, and logs the name for both. An
 * event that does not match a known name is a section's contents, whatever the log calls it. */
static int add_section(const struct reading *reading, const struct event *event, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_KERNEL_SECTION);

	if (is_section_name(event))
		return 0;
	logtext_or_hex(event->data, found.name, sizeof(found.name));
	return components_add(reading->found, &found, err);
}

/* The stub only names an archive, and measures a command line as its text. */
static int add_addition(const struct reading *reading, const struct event *event, struct err *err)
{
	struct logtext text;

	if (logtext_of(event->data, &text) && logtext_ends_with(&text, "initrd") &&
		!measured_is(event, event->data))
		return add_event(reading, event, COMPONENT_INITRD, err);
	return components_add_line(reading->found, event, err);
}

static int add_configuration(const struct reading *reading, const struct event *event, struct err *err)
{
	const char *name = event->has_variable ? event->variable.name : "";

	if (strncmp(name, "Boot", 4) != 0)
		return add_event(reading, event, COMPONENT_FIRMWARE_CONFIG, err);
	return add_event(reading, event,
		strcmp(name, "BootOrder") == 0 ? COMPONENT_BOOT_ORDER : COMPONENT_BOOT_OPTION, err);
}

static int add_platform(const struct reading *reading, const struct event *event, struct err *err)
{
	struct component found = components_of_event(event, COMPONENT_VM_ID);
	static const char prefix[] = "UUID: ";

	if (reading->is_platform_closed || event->data.len < strlen(prefix) ||
		memcmp(event->data.data, prefix, strlen(prefix)) != 0 ||
		!measured_is(event, event->data))
		return add_event(reading, event, COMPONENT_FIRMWARE_CONFIG, err);
	components_set_name(&found, bytes_behind(event->data, strlen(prefix)));
	found.is_bound = true;
	return components_add(reading->found, &found, err);
}

/* UEFI_GPT_DATA (PFP 1.06 section 10.2.5) begins with the table's header. */
static int add_partitions(const struct reading *reading, const struct event *event, struct err *err)
{
	static const char signature[] = "EFI PART";
	bool is_table = event->data.len >= strlen(signature) &&
			memcmp(event->data.data, signature, strlen(signature)) == 0 &&
			measured_is(event, event->data);

	if (is_table)
		return add_event(reading, event, COMPONENT_PARTITION_TABLE, err);
	return measured_is_step(event) ? 0 : add_event(reading, event, COMPONENT_OTHER, err);
}

static int add_secure_boot(const struct reading *reading, const struct event *event, struct err *err)
{
	return components_add_secure_boot(reading->found, event, err);
}

static int add_command(const struct reading *reading, const struct event *event, struct err *err)
{
	return grub_add_command(reading->grub, event, reading->found, err);
}

static int add_file(const struct reading *reading, const struct event *event, struct err *err)
{
	return grub_add_file(reading->grub, event, reading->found, err);
}

/* shim measures its variables' values without their names, and several may be 01. So a value that
 * comes once more is another component, by the digest of its digest. */
static int add_variable_of_shim(
	const struct reading *reading, const struct event *event, struct err *err)
{
	struct component same = components_of_event(event, COMPONENT_MOK);
	struct event again = *event;

	while (components_have(reading->found, &same)) {
		crypto_sha256((struct bytes){same.sha256, sizeof(same.sha256)}, same.sha256);
		again.measured = (struct bytes){same.sha256, sizeof(same.sha256)};
	}
	return add_event(reading, &again, COMPONENT_MOK, err);
}

/* How a PCR's events become components: all of one kind, or by what they are. */
struct row {
	enum component_kind kind; /* without `add` */
	int (*add)(const struct reading *reading, const struct event *event, struct err *err);
};

static const struct row rows[PCR_SHIM + 1] = {
	[PCR_FIRMWARE] = {.kind = COMPONENT_FIRMWARE},
	[PCR_FIRMWARE_CONFIG] = {.add = add_configuration},
	[PCR_DRIVERS] = {.kind = COMPONENT_DRIVER},
	[PCR_DRIVER_CONFIG] = {.kind = COMPONENT_FIRMWARE_CONFIG},
	[PCR_PROGRAMS] = {.add = add_program},
	[PCR_PARTITIONS] = {.add = add_partitions},
	[PCR_PLATFORM] = {.add = add_platform},
	[PCR_SECURE_BOOT] = {.add = add_secure_boot},
	[PCR_COMMANDS] = {.add = add_command},
	[PCR_FILES] = {.add = add_file},
	[10] = {.kind = COMPONENT_OTHER},
	[PCR_KERNEL_IMAGE] = {.add = add_section},
	[PCR_KERNEL_CONFIG] = {.add = add_addition},
	[PCR_EXTENSIONS] = {.kind = COMPONENT_INITRD},
	[PCR_SHIM] = {.add = add_variable_of_shim},
};

static int add_any(struct reading *reading, const struct event *event, struct err *err)
{
	static const struct row other = {.kind = COMPONENT_OTHER};
	const struct row *row = event->pcr <= PCR_SHIM ? &rows[event->pcr] : &other;
	/* In PCRs 0 and 1 the same four bytes may be something else, such as the BootOrder 0001
	 * 0000. There the event's data must have a separator's length too. */
	bool is_separator = measured_is_separator(event) &&
			    (event->pcr > PCR_FIRMWARE_CONFIG || event->data.len == sizeof(uint32_t) ||
				    event->what == EVENT_SEPARATOR);

	if (is_separator) {
		reading->is_platform_closed |= event->pcr == PCR_PLATFORM;
		return 0;
	}
	return row->add ? row->add(reading, event, err) : add_event(reading, event, row->kind, err);
}

static int read_all(struct reading *reading, struct err *err)
{
	struct eventlog_walk walk = eventlog_walk(reading->log);
	struct event event;

	while (event_next(reading->log, &walk, &event)) {
		if (event.pcr == PCR_PROGRAMS && !measured_is_step(&event))
			reading->kernel_digest = event.measured;
		/* a boot option without a program, as the network's without a server, ran nothing
		 */
		if (event.pcr == PCR_PROGRAMS && reading->kernel_digest.len &&
			measured_is_return(&event))
			reading->found->has_returned = true;
		if (event.pcr == PCR_COMMANDS)
			grub_look_ahead(reading->grub, &event);
	}
	walk = eventlog_walk(reading->log);
	while (event_next(reading->log, &walk, &event))
		if (reading->listed & 1u << event.pcr && add_any(reading, &event, err) < 0)
			return -1;
	return grub_add_rest(reading->grub, reading->found, err);
}

int components_read(
	const struct eventlog *log, uint32_t listed, struct components *ret, struct err *err)
{
	auto_cleanup(components) struct components found = components_empty();
	auto_cleanup(grub_reading) struct grub_reading grub = grub_reading_empty();
	struct reading reading = {.log = log, .listed = listed, .grub = &grub, .found = &found};

	if (eventlog_bank_index(log, EVENTLOG_SHA256) < 0)
		return err_set(
			err, ERR_EVENT_LOG_MALFORMED, 0, "The event log has no SHA-256 digests.");
	if (read_all(&reading, err) < 0)
		return -1;
	found.listed = listed;
	*ret = found;
	found = components_empty();
	return 0;
}

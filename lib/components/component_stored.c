#include "components/component_stored.h"

#include <string.h>
#include "base/text.h"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Reads one value of a certificate's subject, up to a comma without a backslash in front of it. */
static void read_value(const char *at, char *ret)
{
	size_t len = 0;

	for (; *at && *at != ','; at++) {
		at += *at == '\\' && at[1];
		ret[len++] = *at;
	}
	ret[len] = '\0';
}

/* For "CN=..." the common name, for "C=US, O=Some, ST=..." the organization. */
static void read_cert_label(struct component *component)
{
	static const char organization[] = ", O=";
	const char *at = strstr(component->name, organization);

	if (starts_with(component->name, "CN="))
		memcpy(component->label, component->name + 3, sizeof(component->label) - 3);
	else if (at)
		read_value(at + strlen(organization), component->label);
}

/* Boot0001 "title" path */
static void read_option_label(struct component *component)
{
	const char *start = strchr(component->name, '"');
	const char *end = start ? strchr(start + 1, '"') : NULL;

	if (end)
		(void)text_format(component->label, sizeof(component->label), "%.*s",
			(int)(end + 1 - component->name), component->name);
}

static void read_order_label(struct component *component)
{
	static const char start[] = "BootOrder ";
	const char *numbers = component->name + strlen(start);

	if (starts_with(component->name, start) && strspn(numbers, "0123456789ABCDEF") == 4)
		(void)text_format(component->label, sizeof(component->label), "%s", numbers);
}

/* Reads "sbat,1,2025021800 shim,4 grub,5", with blanks instead of line breaks. A long name was cut
 * when it was stored. */
static void read_level(struct component *component)
{
	char lines[COMPONENT_NAME_SIZE];

	memcpy(lines, component->name, sizeof(lines));
	for (char *at = lines; *at; at++)
		if (*at == ' ')
			*at = '\n';
	sbat_read(bytes_of_text(lines), &component->facts.sbat);
	if (strlen(lines) + 1 == sizeof(lines))
		component->facts.sbat.is_whole = false;
}

/* "MokListX (shim: ...)" */
static enum event_mok mok_of(const char *name)
{
	struct logtext word = {{(const uint8_t *)name, strcspn(name, " ")}, 1};

	return event_mok_of(&word);
}

void component_stored_read(struct component *component)
{
	switch (component->kind) {
	case COMPONENT_PK:
	case COMPONENT_KEK:
	case COMPONENT_DB:
	case COMPONENT_AUTHORITY:
		read_cert_label(component);
		return;
	case COMPONENT_BOOT_ORDER:
		read_order_label(component);
		return;
	case COMPONENT_BOOT_OPTION:
		read_option_label(component);
		return;
	case COMPONENT_SECURE_BOOT:
		component->facts.is_on = strcmp(component->name, "on") == 0;
		return;
	case COMPONENT_SBAT:
		read_level(component);
		return;
	case COMPONENT_SECURE_BOOT_SETTING:
	case COMPONENT_MOK:
		component->facts.mok = mok_of(component->name);
		return;
	case COMPONENT_FIRMWARE:
	case COMPONENT_FIRMWARE_CONFIG:
	case COMPONENT_DRIVER:
	case COMPONENT_DBX:
	case COMPONENT_APPLICATION:
	case COMPONENT_KERNEL:
	case COMPONENT_KERNEL_SECTION:
	case COMPONENT_INITRD:
	case COMPONENT_LOADED_INITRD:
	case COMPONENT_INITRD_LIST:
	case COMPONENT_COMMAND_LINE:
	case COMPONENT_BOOT_COMMANDS:
	case COMPONENT_BOOT_FILE:
	case COMPONENT_PARTITION_TABLE:
	case COMPONENT_VM_ID:
	case COMPONENT_OTHER:
	case COMPONENT_KINDS:
		return;
	}
}

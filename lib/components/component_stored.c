#include "components/component_stored.h"

#include <string.h>
#include "base/text.h"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* For "CN=..." the common name, for "C=US, O=Some, ST=..." the organization: up to a comma without
 * a backslash in front of it. */
static void read_cert_label(struct component *component)
{
	static const char organization[] = ", O=";
	const char *at = strstr(component->name, organization);
	size_t len = 0;

	if (starts_with(component->name, "CN=")) {
		memcpy(component->label, component->name + 3, sizeof(component->label) - 3);
		return;
	}
	for (at = at ? at + strlen(organization) : ""; *at && *at != ','; at++) {
		at += *at == '\\' && at[1];
		component->label[len++] = *at;
	}
	component->label[len] = '\0';
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
static void read_mok(struct component *component)
{
	const char *name = component->name;
	struct logtext word = {{(const uint8_t *)name, strcspn(name, " ")}, 1};

	component->facts.mok = event_mok_of(&word);
}

static void read_state(struct component *component)
{
	component->facts.is_on = strcmp(component->name, "on") == 0;
}

static void (*const readers[COMPONENT_KINDS])(struct component *component) = {
	[COMPONENT_PK] = read_cert_label,
	[COMPONENT_KEK] = read_cert_label,
	[COMPONENT_DB] = read_cert_label,
	[COMPONENT_AUTHORITY] = read_cert_label,
	[COMPONENT_BOOT_ORDER] = read_order_label,
	[COMPONENT_BOOT_OPTION] = read_option_label,
	[COMPONENT_SECURE_BOOT] = read_state,
	[COMPONENT_SBAT] = read_level,
	[COMPONENT_SECURE_BOOT_SETTING] = read_mok,
	[COMPONENT_MOK] = read_mok,
};

void component_stored_read(struct component *component)
{
	if (readers[component->kind])
		readers[component->kind](component);
}

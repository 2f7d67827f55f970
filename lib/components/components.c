#include "components/components.h"

#include <string.h>
#include <strings.h>
#include "base/text.h"

#define GROW_BY 32 /* a usual boot has 30 to 60 */

struct components components_empty(void)
{
	return (struct components){
		.revoked = buf_with_max(COMPONENTS_MAX_REVOKED * COMPONENTS_REVOCATION_LEN),
		.texts = buf_with_max(COMPONENTS_MAX_TEXTS)};
}

void components_done(struct components *components)
{
	free(components->items);
	buf_done(&components->revoked);
	buf_done(&components->texts);
	*components = components_empty();
}

static struct component *find_same(
	const struct components *components, const struct component *component)
{
	for (size_t i = 0; i < components->count; i++)
		if (components->items[i].kind == component->kind &&
			memcmp(components->items[i].sha256, component->sha256,
				sizeof(component->sha256)) == 0)
			return &components->items[i];
	return NULL;
}

static void fold(struct component *into, const struct component *component)
{
	const struct bytes parts[] = {{into->sha256, sizeof(into->sha256)},
		{component->sha256, sizeof(component->sha256)}};
	uint8_t digest[CRYPTO_SHA256_SIZE];

	crypto_digest(CRYPTO_SHA256, parts, 2, digest);
	memcpy(into->sha256, digest, sizeof(digest));
	into->folded += into->folded ? 1 : 2;
	into->is_bound = false;
	(void)text_format(into->name, sizeof(into->name), "%u more", into->folded);
	into->label[0] = '\0';
	into->facts = (union component_facts){0};
}

static int append(struct components *components, const struct component *component, struct err *err)
{
	if (components->count % GROW_BY == 0) {
		struct component *grown = reallocarray(
			components->items, components->count + GROW_BY, sizeof(*components->items));

		if (!grown)
			return err_set(
				err, ERR_NO_MEMORY, 0, "No memory for the components of the boot.");
		components->items = grown;
	}
	components->items[components->count++] = *component;
	return 0;
}

int components_add(struct components *components, const struct component *component, struct err *err)
{
	struct component *same = find_same(components, component);
	struct component *last = NULL;
	size_t of_kind = 0, most = component->kind == COMPONENT_BOOT_FILE ? COMPONENTS_BOOT_FILES
									  : COMPONENTS_PER_KIND;

	if (same && !same->name[0]) {
		memcpy(same->name, component->name, sizeof(same->name));
		memcpy(same->label, component->label, sizeof(same->label));
		same->facts = component->facts;
	}
	if (same)
		return 0;
	for (size_t i = 0; i < components->count; i++) {
		if (components->items[i].kind != component->kind)
			continue;
		of_kind++;
		last = &components->items[i];
	}
	if (of_kind < most)
		return append(components, component, err);
	fold(last, component);
	return 0;
}

const struct component *components_find(const struct components *components, enum component_kind kind)
{
	for (size_t i = 0; i < components->count; i++)
		if (components->items[i].kind == kind)
			return &components->items[i];
	return NULL;
}

bool components_have(const struct components *components, const struct component *component)
{
	return find_same(components, component) != NULL;
}

static const char *find_text(const struct components *components, const struct component *component)
{
	struct bytes rest = buf_bytes(&components->texts);

	while (rest.len > CRYPTO_SHA256_SIZE) {
		const char *text = (const char *)rest.data + CRYPTO_SHA256_SIZE;

		if (memcmp(rest.data, component->sha256, CRYPTO_SHA256_SIZE) == 0)
			return text;
		rest = bytes_behind(rest, CRYPTO_SHA256_SIZE + strlen(text) + 1);
	}
	return NULL;
}

const char *components_text(const struct components *components, const struct component *component)
{
	const char *text = find_text(components, component);

	return text ? text : component->name;
}

int components_keep_text(struct components *components, const struct component *component,
	struct bytes text, struct err *err)
{
	char *clean;
	size_t size;
	int ret = 0;

	if (text.len + 1 < COMPONENT_NAME_SIZE || find_text(components, component))
		return 0;
	clean = text_clean_copy(text);
	if (!clean)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a text of the boot.");
	size = strlen(clean) + 1;
	if (size >= COMPONENT_NAME_SIZE &&
		components->texts.len + CRYPTO_SHA256_SIZE + size <= COMPONENTS_MAX_TEXTS)
		ret = buf_append(&components->texts, component->sha256, CRYPTO_SHA256_SIZE, err) < 0 ||
				      buf_append(&components->texts, clean, size, err) < 0
			      ? -1
			      : 0;
	free(clean);
	return ret;
}

static const struct {
	const char *name; /* for programs */
	const char *title; /* for people */
} kinds[COMPONENT_KINDS] = {
	[COMPONENT_FIRMWARE] = {"firmware", "firmware"},
	[COMPONENT_FIRMWARE_CONFIG] = {"firmwareConfiguration", "firmware configuration"},
	[COMPONENT_DRIVER] = {"driver", "option ROM or driver"},
	[COMPONENT_BOOT_ORDER] = {"bootOrder", "boot order"},
	[COMPONENT_BOOT_OPTION] = {"bootOption", "boot option"},
	[COMPONENT_SECURE_BOOT] = {"secureBoot", "Secure Boot"},
	[COMPONENT_PK] = {"pk", "PK"},
	[COMPONENT_KEK] = {"kek", "KEK"},
	[COMPONENT_DB] = {"db", "db"},
	[COMPONENT_DBX] = {"dbx", "dbx"},
	[COMPONENT_AUTHORITY] = {"authority", "signer"},
	[COMPONENT_SBAT] = {"sbatLevel", "SBAT level"},
	[COMPONENT_SECURE_BOOT_SETTING] = {"secureBootSetting", "Secure Boot setting"},
	[COMPONENT_MOK] = {"mok", "shim's variable"},
	[COMPONENT_APPLICATION] = {"bootApplication", "boot application"},
	[COMPONENT_KERNEL] = {"kernel", "kernel"},
	[COMPONENT_KERNEL_SECTION] = {"kernelSection", "kernel image section"},
	[COMPONENT_INITRD] = {"initrd", "initrd"},
	[COMPONENT_LOADED_INITRD] = {"loadedInitrd", "loaded initrd"},
	[COMPONENT_INITRD_LIST] = {"initrdList", "list of initrds"},
	[COMPONENT_COMMAND_LINE] = {"commandLine", "kernel command line"},
	[COMPONENT_BOOT_COMMANDS] = {"bootCommands", "GRUB commands"},
	[COMPONENT_BOOT_FILE] = {"bootFile", "boot file"},
	[COMPONENT_PARTITION_TABLE] = {"partitionTable", "partition table"},
	[COMPONENT_VM_ID] = {"vmId", "VM id"},
	[COMPONENT_OTHER] = {"other", "other measurement"},
};

const char *component_kind_name(enum component_kind kind)
{
	return kinds[kind].name;
}

bool component_kind_of_name(const char *name, enum component_kind *ret)
{
	for (int i = 0; i < COMPONENT_KINDS; i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		*ret = (enum component_kind)i;
		return true;
	}
	return false;
}

const char *component_file(const struct component *component)
{
	const char *file = component->name;

	for (const char *at = component->name; *at; at++)
		if ((*at == '/' || *at == '\\') && at[1])
			file = at + 1;
	return file;
}

const char *component_title(const struct component *component)
{
	/* on every distribution whose shim Microsoft signs, the firmware's removable-media path
	 * holds a copy of shim */
	static const struct {
		const char *part, *title;
	} programs[] = {{"shim", "shim"}, {"grub", "grub"}, {"systemd-boot", "systemd-boot"},
		{"boot", "boot loader"}};
	size_t count = sizeof(programs) / sizeof(programs[0]);

	for (size_t i = 0; component->kind == COMPONENT_APPLICATION && i < count; i++)
		if (strcasestr(component_file(component), programs[i].part))
			return programs[i].title;
	return kinds[component->kind].title;
}

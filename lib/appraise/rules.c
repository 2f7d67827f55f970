#include "appraise/rules.h"

#include <string.h>
#include "base/text.h"

/* The defaults, and why. Unhealthy: it decides which code runs with the kernel's power, or who may
 * authorise such code. Such a change must never go unnoticed.
 * - initrd: no signature covers it, and whoever replaces it owns the machine; an honest rebuild
 * equals the file on the disk
 * - command line: "init=/bin/sh" typed at the boot menu gives a root shell; an honest change is
 * found in grub.cfg
 *
 * Note: it changes in ordinary operation, or does not decide by itself what runs.
 * - configuration: GRUB's commands and small files vary with grubenv and timeouts; their effects
 * are compared as kernel, initrd and command line
 * - certificates renewed: every VM must make this change, and only updates that Microsoft signed,
 * or the platform, bring exactly these certificates
 * - firmware: the cloud updates it
 * - boot order: installers and firmware rewrite it; its effects are compared as programs
 * - VM identity: a disk that was restored or cloned into another VM boots as before
 *
 * Ignore: the partition table. The last partition grows during first boots, and what is read from
 * it is measured by itself. */
static const struct {
	const char *name;
	enum rules_action action;
	enum err_code code;
} classes[RULES_CLASSES] = {
	[RULES_SECURE_BOOT_OFF] = {"secureBootOff", RULES_UNHEALTHY, ERR_DRIFT_SECURE_BOOT},
	[RULES_SECURE_BOOT_KEYS] = {"secureBootKeysChanged", RULES_UNHEALTHY, ERR_DRIFT_KEYS},
	[RULES_SECURE_BOOT_SETTINGS] = {"secureBootSettingsChanged", RULES_UNHEALTHY,
		ERR_DRIFT_SETTINGS},
	[RULES_BOOT_APPLICATION] = {"bootApplicationChanged", RULES_UNHEALTHY, ERR_DRIFT_APPLICATION},
	[RULES_KERNEL] = {"kernelChanged", RULES_UNHEALTHY, ERR_DRIFT_KERNEL},
	[RULES_INITRD] = {"initrdChanged", RULES_UNHEALTHY, ERR_DRIFT_INITRD},
	[RULES_COMMAND_LINE] = {"commandLineChanged", RULES_UNHEALTHY, ERR_DRIFT_COMMAND_LINE},
	[RULES_BOOT_CONFIGURATION] = {"bootConfigurationChanged", RULES_NOTE, ERR_DRIFT_CONFIGURATION},
	[RULES_CERTIFICATES_RENEWED] = {"secureBootCertificatesRenewed", RULES_NOTE,
		ERR_DRIFT_CERTIFICATES},
	[RULES_FIRMWARE] = {"firmwareChanged", RULES_NOTE, ERR_DRIFT_FIRMWARE},
	[RULES_DRIVER] = {"driverChanged", RULES_UNHEALTHY, ERR_DRIFT_DRIVER},
	[RULES_BOOT_ORDER] = {"bootOrderChanged", RULES_NOTE, ERR_DRIFT_BOOT_ORDER},
	[RULES_PARTITION_TABLE] = {"partitionTableChanged", RULES_IGNORE, ERR_DRIFT_PARTITIONS},
	[RULES_VM_IDENTITY] = {"vmIdentityChanged", RULES_NOTE, ERR_DRIFT_VM_IDENTITY},
};

static const char *const action_names[] = {
	[RULES_IGNORE] = "ignore",
	[RULES_NOTE] = "note",
	[RULES_UNHEALTHY] = "unhealthy",
};

#define ACTIONS (sizeof(action_names) / sizeof(action_names[0]))

struct rules rules_default(void)
{
	struct rules rules;

	for (size_t i = 0; i < RULES_CLASSES; i++)
		rules.action[i] = classes[i].action;
	return rules;
}

#define LIST_SIZE 352

static int find_class(const char *name, enum rules_class *ret, struct err *err)
{
	char list[LIST_SIZE] = "";

	for (size_t i = 0; i < RULES_CLASSES; i++) {
		(void)text_list_add(list, sizeof(list), "%s", classes[i].name);
		if (!text_equal_nocase(classes[i].name, name))
			continue;
		*ret = (enum rules_class)i;
		return 0;
	}
	return err_set(err, ERR_RULES_INVALID, 0,
		"Setting 'rules' has no class '%.40s'. It has %s.", name, list);
}

static int find_action(const json *value, enum rules_action *ret, struct err *err)
{
	char found[48] = "no text";

	for (size_t i = 0; i < ACTIONS; i++) {
		if (!json_is_string(value) || !text_equal_nocase(action_names[i], json_text(value)))
			continue;
		*ret = (enum rules_action)i;
		return 0;
	}
	if (json_is_string(value))
		(void)text_format(found, sizeof(found), "\"%.24s\"", json_text(value));
	return err_set(err, ERR_RULES_INVALID, 0,
		"Setting 'rules.%s' is %s: it takes \"unhealthy\", \"note\" or \"ignore\".",
		json_name(value), found);
}

int rules_parse(const json *object, struct rules *ret, struct err *err)
{
	struct rules rules = rules_default();
	bool is_given[RULES_CLASSES] = {false};

	if (object && !json_is_null(object) && !json_is_object(object))
		return err_set(err, ERR_RULES_INVALID, 0, "Setting 'rules' is not an object.");
	json_each (member, json_is_object(object) ? object : NULL) {
		enum rules_class class;

		if (find_class(json_name(member), &class, err) < 0 ||
			find_action(member, &rules.action[class], err) < 0)
			return -1;
		/* given again in another letter case: it is unclear which one counts */
		if (is_given[class])
			return err_set(err, ERR_RULES_INVALID, 0,
				"Setting 'rules.%s' stands twice.", rules_class_name(class));
		is_given[class] = true;
	}
	*ret = rules;
	return 0;
}

const char *rules_class_name(enum rules_class class)
{
	return classes[class].name;
}

const char *rules_action_name(enum rules_action action)
{
	return action_names[action];
}

enum err_code rules_code(enum rules_class class)
{
	return classes[class].code;
}

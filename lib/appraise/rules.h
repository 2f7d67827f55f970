/* rules.h - what an unexplained change of the boot means: the settings' member `rules`.
 *
 *   "rules": {"firmwareChanged": "ignore", "initrdChanged": "note"}
 *
 * Each class has one action. A class that is not given keeps its default (rules.c gives the
 * reasons). */
#ifndef APPRAISE_RULES_H
#define APPRAISE_RULES_H

#include "base/err.h"
#include "edge/json.h"

enum rules_action { RULES_IGNORE, RULES_NOTE, RULES_UNHEALTHY };

enum rules_class {
	RULES_SECURE_BOOT_OFF,
	RULES_SECURE_BOOT_KEYS, /* PK, KEK, db, dbx */
	/* shim's own keys, minimum versions (SBAT) and other settings */
	RULES_SECURE_BOOT_SETTINGS,
	RULES_BOOT_APPLICATION, /* and the authority that authorised it */
	RULES_KERNEL,
	RULES_INITRD,
	RULES_COMMAND_LINE,
	RULES_BOOT_CONFIGURATION,
	/* Microsoft's certificates of 2023 came into KEK or db, or those of 2011 left them, and
	 * nothing else (drift/drift_renewal.c) */
	RULES_CERTIFICATES_RENEWED,
	RULES_FIRMWARE,
	RULES_DRIVER,
	RULES_BOOT_ORDER,
	RULES_PARTITION_TABLE,
	RULES_VM_IDENTITY,
	RULES_CLASSES,
};

struct rules {
	enum rules_action action[RULES_CLASSES];
};

struct rules rules_default(void);
/* NULL or JSON null: the defaults. An unknown class or action is ERR_RULES_INVALID; the message
 * lists what is allowed. Names match without regard to case. */
int rules_parse(const json *object, struct rules *ret, struct err *err) err_check;

const char *rules_class_name(enum rules_class class); /* "kernelChanged" */
const char *rules_action_name(enum rules_action action); /* "unhealthy", "note", "ignore" */
/* The code of an Unhealthy verdict for this class. */
enum err_code rules_code(enum rules_class class);

#endif

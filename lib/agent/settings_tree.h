/* settings_tree.h - finds members in the shapes of settings that people write, and warns of members
 * that are not used. Internal to settings*.c. */
#ifndef AGENT_SETTINGS_TREE_H
#define AGENT_SETTINGS_TREE_H

#include "agent/settings.h"
#include "edge/json.h"

#define SETTINGS_MEMBER_PATH_SIZE 128

struct settings_source {
	const json *object; /* holds the members; NULL = not given */
	const char *path; /* prefix of a member's path: "", "settings.", "protectedSettings." */
	json *inside; /* owned: parsed from a text that held the object, else NULL */
	bool is_below; /* `object` is the member "settings" */
};

struct settings_tree {
	struct settings_source public, protected;
};

/* public, protected: as the agent wrote them; may be NULL; must outlive the tree. A text that holds
 * an object is parsed; a group that is a text counts as absent. Warnings about both, about unknown
 * members and about contradictions go into `settings`. ERR_SETTINGS_INVALID: a group of another
 * type. */
int settings_tree_open(struct settings_tree *ret, const json *public, const json *protected,
	struct settings *settings, struct err *err) err_check;
void settings_tree_cleanup(struct settings_tree *tree);

struct settings_member {
	const json *value; /* NULL: not given */
	bool is_shown; /* may be repeated in messages */
	bool is_protected; /* found in the protected settings */
	char path[SETTINGS_MEMBER_PATH_SIZE]; /* "AttestationConfig.MaaSettings.maaEndpoint" */
};

/* The first member of this setting that is given; null and "" count as not given. Protected
 * settings are searched first. */
struct settings_member settings_tree_find(const struct settings_tree *tree, enum setting setting);

/* Adds a warning, one sentence. It is cleaned. */
void settings_warn(struct settings *settings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* -1 and the message "PATH is FOUND: it takes TAKES." */
int settings_refuse(const struct settings_member *member, enum err_code code, const char *takes,
	struct err *err) err_check;
/* Writes FOUND of that message. */
void settings_describe(const struct settings_member *member, char *ret, size_t size);

#endif

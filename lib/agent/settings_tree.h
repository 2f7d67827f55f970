/* settings_tree.h - the settings as people write them: the shapes there are, where in them a member
 * may stand, and what stands there that nobody reads. For settings.c. */
#ifndef AGENT_SETTINGS_TREE_H
#define AGENT_SETTINGS_TREE_H

#include "agent/settings.h"
#include "edge/json.h"

#define SETTINGS_MEMBER_PATH_SIZE 128

struct settings_source {
	const json *object; /* where members stand; NULL = nothing given */
	const char *path; /* in front of a member's: "", "settings.", "protectedSettings." */
	json *inside; /* owned: what stood in a text */
	bool is_below; /* they stand below "settings" */
};

struct settings_tree {
	struct settings_source public, protected;
};

/* public, protected: as the agent wrote them, may be NULL; they must outlive the tree. Texts that
 * hold an object are read; groups that are a text count as absent; both are warned about, and
 * unknown members, into `settings`. ERR_SETTINGS_INVALID: a group of another type. */
int settings_tree_open(struct settings_tree *ret, const json *public, const json *protected,
	struct settings *settings, struct err *err) err_check;
void settings_tree_done(struct settings_tree *tree);
static inline void settings_tree_cleanup(struct settings_tree *tree)
{
	settings_tree_done(tree);
}

struct settings_member {
	const json *value; /* NULL: not given */
	bool is_shown; /* may be repeated in messages */
	bool is_protected; /* stood in the protected settings */
	char path[SETTINGS_MEMBER_PATH_SIZE]; /* "AttestationConfig.MaaSettings.maaEndpoint" */
};

/* The first one that says something; null and "" say nothing. Protected settings come first. */
struct settings_member settings_tree_find(const struct settings_tree *tree, enum setting setting);

/* A sentence more among the warnings. */
void settings_warn(struct settings *settings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* "PATH is FOUND: it takes TAKES." */
int settings_refuse(const struct settings_member *member, enum err_code code, const char *takes,
	struct err *err) err_check;
void settings_describe(const struct settings_member *member, char *ret, size_t size); /* FOUND */

#endif

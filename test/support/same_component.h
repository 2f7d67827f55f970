/* same_component.h - whether two components are the same in all that the baseline keeps of them:
 * their bytes may differ in padding. */
#ifndef TEST_SUPPORT_SAME_COMPONENT_H
#define TEST_SUPPORT_SAME_COMPONENT_H

#include <string.h>
#include "components/components.h"

static inline bool is_same_level(const struct sbat *a, const struct sbat *b)
{
	char first[512], second[512];

	sbat_text(a, first, sizeof(first));
	sbat_text(b, second, sizeof(second));
	return a->count == b->count && a->is_whole == b->is_whole && a->has_sbat == b->has_sbat &&
	       a->generation == b->generation && strcmp(first, second) == 0;
}

static inline bool is_same_component(const struct component *a, const struct component *b)
{
	bool is_same = a->kind == b->kind && a->pcr == b->pcr && a->is_bound == b->is_bound &&
		       a->folded == b->folded && strcmp(a->name, b->name) == 0 &&
		       strcmp(a->label, b->label) == 0 &&
		       memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;

	if (a->kind == COMPONENT_SECURE_BOOT)
		return is_same && a->facts.is_on == b->facts.is_on;
	if (a->kind == COMPONENT_MOK)
		return is_same && a->facts.mok == b->facts.mok;
	return is_same &&
	       (a->kind != COMPONENT_SBAT || is_same_level(&a->facts.sbat, &b->facts.sbat));
}

#endif

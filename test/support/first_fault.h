/* first_fault.h - the judges of lib/appraise, for tests that look for one fault: the first finding
 * as an error. */
#ifndef TEST_SUPPORT_FIRST_FAULT_H
#define TEST_SUPPORT_FIRST_FAULT_H

#include "appraise/binding.h"
#include "appraise/replay.h"

static inline int first_of_binding(const struct evidence *evidence, enum binding_hierarchy allowed,
	struct binding *ret, struct err *err)
{
	auto_cleanup(findings) struct findings found = {0};
	bool is_bound = binding_check(evidence, allowed, ret, &found);

	if (is_bound != (found.count == 0))
		abort();
	return findings_check(&found, err);
}

static inline int first_of_replay(
	const struct eventlog *log, const struct tpm_pcrs *held, struct err *err)
{
	auto_cleanup(findings) struct findings found = {0};
	struct tpm_pcrs led_to;

	if (replay_sha256(log, &led_to, err) < 0)
		return -1;
	if ((replay_compare(log, &led_to, held, &found) == 0) != (found.count == 0))
		abort();
	return findings_check(&found, err);
}

#endif

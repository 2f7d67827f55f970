/* verdict.h - the verdict: Healthy, Unhealthy or Unknown, and why. */
#ifndef APPRAISE_VERDICT_H
#define APPRAISE_VERDICT_H

#include "appraise/authority.h"
#include "appraise/binding.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "appraise/unquoted.h"
#include "edge/json.h"

enum health {
	HEALTH_UNKNOWN, /* not determined, or a precondition is missing; the reason says which */
	HEALTH_HEALTHY,
	HEALTH_UNHEALTHY, /* the reason speaks against the VM (base/err_table.h) */
};

struct verdict {
	enum health health;
	struct err reason; /* code ERR_OK if healthy */
};

const char *health_name(enum health health); /* "Healthy", "Unhealthy", "Unknown" */
/* False, with *ret as it was, for any other text. */
bool health_of_name(const char *name, enum health *ret);

/* A failure as a verdict: Unhealthy if its code speaks against the VM, else Unknown. */
struct verdict verdict_of_err(const struct err *err);
/* The first finding as a verdict; Healthy if there is none. */
struct verdict verdict_of_findings(const struct findings *findings);

#define APPRAISAL_MAX_REMARKS 4

/* What evidence proves without any provider. 40 KiB: keep it on the heap. */
struct appraisal {
	struct verdict verdict; /* of the findings */
	struct findings findings; /* without those that only follow from another */
	/* The evidence's log parses, whatever it proves. It is opened once for all readers of this
	 * boot's log. It refers to the evidence's bytes, which must live as long as this struct. */
	bool has_log;
	struct eventlog log;
	bool is_bound; /* `binding` is valid: quote, keys and certificate belong together */
	struct binding binding;
	bool is_replayed; /* the log leads to the quoted PCRs */
	/* if is_replayed: the SHA-256 values of all PCRs that the log leads to; mask: those that it
	 * extends */
	struct tpm_pcrs led_to;
	bool has_secureboot; /* `secureboot` and `authorities` could be read */
	struct secureboot secureboot;
	/* if has_secureboot: which authority authorised which program */
	struct authorities authorities;
	/* of a log that was compared with the quote; else 0 */
	uint32_t event_count;
	/* of these, events that the quoted bank lacks (eventlog.h); they prove nothing */
	uint32_t unmeasured_count;
	/* Added by the machine itself (machine_view.h); empty for evidence that is verified
	 * elsewhere. */
	struct unquoted_pcrs unquoted;
	struct renewal_variables firmware; /* the firmware's variables as the system shows them now
					    */
	enum renewal_vm vm; /* as the metadata service says */
	bool is_vm_id_confirmed; /* PCR 6's identifier equals the metadata service's */
	size_t remark_count;
	/* what deserves attention and makes no machine Unhealthy */
	struct err remarks[APPRAISAL_MAX_REMARKS];
};

int appraisal_new(struct appraisal **ret, struct err *err) err_check;
void appraisal_done(struct appraisal *appraisal);
void appraisal_free(struct appraisal *appraisal);
static inline void appraisal_cleanup(struct appraisal **appraisal)
{
	appraisal_free(*appraisal);
}

/* Checks binding, event log, replay, event data and Secure Boot, and lists all that speaks against
 * the evidence: each quoted PCR that the log does not lead to, and for Secure Boot
 * ERR_SECURE_BOOT_OFF, ERR_SECURE_BOOT_LOG, ERR_FIRMWARE_DEBUG, ERR_SHIM_LENIENT. A check that
 * needs a valid quote, or a log that the quote proves, is skipped without it. ret: from
 * appraisal_new, or not yet filled. A VM makes its own key in the NULL hierarchy; for evidence of
 * other clients OWNER is allowed too. */
void appraise_evidence(
	const struct evidence *evidence, enum binding_hierarchy allowed, struct appraisal *ret);

/* The verdict of a verified token's claims: verdict.c lists those that must be true and those that
 * must not be false. */
struct verdict verdict_of_claims(const json *claims);

#endif

/* verdict.h - the answer: Healthy, Unhealthy or Unknown, and why. */
#ifndef APPRAISE_VERDICT_H
#define APPRAISE_VERDICT_H

#include "appraise/authority.h"
#include "appraise/binding.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "appraise/unquoted.h"
#include "edge/json.h"

enum health {
	HEALTH_UNKNOWN, /* could not find out, or a precondition is missing: reason says which */
	HEALTH_HEALTHY,
	HEALTH_UNHEALTHY, /* its reason speaks against the VM (base/err_table.h) */
};

struct verdict {
	enum health health;
	struct err reason; /* code ERR_OK if healthy */
};

const char *health_name(enum health health); /* "Healthy", "Unhealthy", "Unknown" */

/* A failure as a verdict: Unhealthy if its code speaks against the VM, else Unknown. */
struct verdict verdict_of_err(const struct err *err);
/* The first finding as a verdict; Healthy if there is none. */
struct verdict verdict_of_findings(const struct findings *findings);

#define APPRAISAL_MAX_REMARKS 4

/* What evidence says without any provider. 40 KiB: on the heap. */
struct appraisal {
	struct verdict verdict; /* of the findings */
	struct findings findings; /* as far as one does not follow from another */
	/* The evidence's log can be read, whatever it proves. Opened once, for all who read this
	 * boot's log; it views the evidence's bytes, which must live as long as this does. */
	bool has_log;
	struct eventlog log;
	bool is_bound; /* `binding` holds: quote, keys and certificate belong together */
	struct binding binding;
	bool is_replayed; /* the log leads to the quoted PCRs */
	/* if so: what it leads to in all PCRs, SHA-256; mask: those that it extends */
	struct tpm_pcrs led_to;
	bool has_secureboot; /* the log could be read that far */
	struct secureboot secureboot;
	struct authorities authorities; /* if has_secureboot: who vouched for which program */
	/* of a log that was replayed against the quote; else 0 */
	uint32_t event_count;
	/* of these, as eventlog.h counts them: not in the quoted bank, and believed by nobody */
	uint32_t unmeasured_count;
	/* What only the machine itself can add (machine_view.h); empty in evidence that is verified
	 * elsewhere. */
	struct unquoted_pcrs unquoted;
	bool is_vm_id_confirmed; /* PCR 6's identifier is the metadata service's */
	size_t remark_count;
	/* what deserves a look and makes nobody Unhealthy */
	struct err remarks[APPRAISAL_MAX_REMARKS];
};

int appraisal_new(struct appraisal **ret, struct err *err) err_check;
void appraisal_done(struct appraisal *appraisal);
void appraisal_free(struct appraisal *appraisal);
static inline void appraisal_cleanup(struct appraisal **appraisal)
{
	appraisal_free(*appraisal);
}

/* Binding, event log, replay, event data, Secure Boot, and all that speaks against each: each
 * quoted PCR that the log does not lead to, and of Secure Boot ERR_SECURE_BOOT_OFF,
 * ERR_SECURE_BOOT_LOG, ERR_FIRMWARE_DEBUG, ERR_SHIM_LENIENT. What only a good quote, or a log that
 * it proves, could tell is not guessed. ret: appraisal_new's, or one that nobody filled before. A
 * VM makes its own key in the NULL hierarchy; other clients' evidence is judged with OWNER allowed
 * too. */
void appraise_evidence(
	const struct evidence *evidence, enum binding_hierarchy allowed, struct appraisal *ret);

/* Claims of a verified token that must be true, and those that must not be false: see verdict.c. */
struct verdict verdict_of_claims(const json *claims);

#endif

/* doctor.h - the whole chain from the firmware to the provider, walked once and in order: what is
 * right, what is not, what to do about it.
 *
 * It only looks: no file is written, no damaged one set aside, no status touched, nothing is left
 * in the TPM, and no evidence is sent. Each network step is bounded in time. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "edge/json.h"

#define DOCTOR_MAX_FINDINGS 32

enum doctor_state {
	DOCTOR_OK,
	DOCTOR_WARNING, /* works, and deserves a look                  */
	DOCTOR_ERROR,
	DOCTOR_SKIPPED, /* was not, or could not be found out: the message says why */
};

struct doctor_finding {
	const char *part; /* of the chain, for people: "Machine" */
	const char *check; /* stable word for programs: "event-log" */
	enum doctor_state state;
	enum err_code code; /* ERR_OK where all is well and where nothing was found out */
	char message[ERR_MSG_SIZE];
	json *details; /* an object of texts, numbers, booleans and lists of texts; may be empty */
};

struct doctor_report {
	size_t count;
	struct doctor_finding findings[DOCTOR_MAX_FINDINGS];
};

/* Whether something keeps the clock right, as adjtimex(2) tells it. */
enum doctor_clock { DOCTOR_CLOCK_UNKNOWN, DOCTOR_CLOCK_SYNCHRONISED, DOCTOR_CLOCK_FREE };

struct doctor_inputs {
	int root_fd;
	const char *machine; /* as uname tells it */
	/* NULL: as the enabled extension has it */
	const char *tcti;
	const char *endpoint; /* as settings' maaEndpoint */
	const char *metadata; /* http://ADDRESS */
	const char *ca_file;
	const char *extra_ca_file;
	const char *proxy; /* its address, or "none" */
	char *const
		/* of the program, for their proxy: count where the extension is not enabled */
		*variables;
	enum doctor_clock clock;
	int64_t now_s; /* the time ... */
	int64_t boot_s; /* CLOCK_BOOTTIME of the same moment */
	int64_t now_ms; /* ... when base/clock.h's monotonic clock said this */
};

/* Every check has a finding, in order. ERR_NO_MEMORY. */
int doctor_run(
	const struct doctor_inputs *inputs, struct doctor_report *ret, struct err *err) err_check;
void doctor_done(struct doctor_report *report);
static inline void doctor_report_cleanup(struct doctor_report *report)
{
	doctor_done(report);
}

const char *doctor_state_name(enum doctor_state state); /* "ok", "warning", "error", "skipped" */

enum doctor_outcome {
	DOCTOR_ALL_WELL = 0,
	DOCTOR_INTEGRITY = 1, /* something speaks against the VM's integrity */
	DOCTOR_BROKEN = 2, /* something is missing, wrong or out of reach */
	DOCTOR_WARNED = 3, /* nothing but warnings */
};

/* The worst finding, the first of its kind, NULL if all is well; skipped checks do not count, what
 * they wait for does. */
const struct doctor_finding *doctor_worst(const struct doctor_report *report);
enum doctor_outcome doctor_outcome(const struct doctor_report *report);
/* "findings", an array with one object for each: check, part, state, code, name, message, remedy,
 * details. */
void doctor_add_findings(json *parent, const struct doctor_report *report);

#endif

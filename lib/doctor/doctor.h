/* doctor.h - checks the whole chain from the firmware to the provider once, in order: what works,
 * what does not, and what to do about it.
 *
 * It changes nothing: it writes no file, sets no damaged file aside, changes no status, leaves
 * nothing in the TPM and sends no evidence. Each network step has a time limit. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "edge/json.h"

#define DOCTOR_MAX_FINDINGS 32

enum doctor_state {
	DOCTOR_OK,
	DOCTOR_WARNING, /* works, and deserves attention */
	DOCTOR_ERROR,
	DOCTOR_SKIPPED, /* not determined; the message gives the reason */
};

struct doctor_finding {
	const char *part; /* part of the chain, for people: "Machine" */
	const char *check; /* stable name for programs: "event-log" */
	enum doctor_state state;
	enum err_code code; /* ERR_OK if all is well or nothing was determined */
	char message[ERR_MSG_SIZE];
	/* owned: an object of texts, numbers, booleans and lists of texts; may be empty */
	json *details;
};

struct doctor_report {
	size_t count;
	struct doctor_finding findings[DOCTOR_MAX_FINDINGS];
};

/* Is the clock synchronised, by adjtimex(2)? */
enum doctor_clock { DOCTOR_CLOCK_UNKNOWN, DOCTOR_CLOCK_SYNCHRONISED, DOCTOR_CLOCK_FREE };

struct doctor_inputs {
	int root_fd;
	const char *machine; /* uname's machine */
	/* NULL: the value of the enabled extension */
	const char *tcti;
	const char *endpoint; /* as the setting maaEndpoint */
	const char *metadata; /* http://ADDRESS */
	const char *ca_file;
	const char *extra_ca_file;
	const char *proxy; /* the proxy's address, or "none" */
	/* the program's environment, for its proxy variables; used if the extension is not enabled
	 */
	char *const *variables;
	enum doctor_clock clock;
	int64_t now_s; /* Unix time */
	int64_t boot_s; /* CLOCK_BOOTTIME of the same moment */
	int64_t now_ms; /* base/clock.h's monotonic clock at the same moment */
};

/* Makes one finding for each check, in order. ERR_NO_MEMORY. */
int doctor_run(
	const struct doctor_inputs *inputs, struct doctor_report *ret, struct err *err) err_check;
void doctor_report_cleanup(struct doctor_report *report);

const char *doctor_state_name(enum doctor_state state); /* "ok", "warning", "error", "skipped" */

enum doctor_outcome {
	DOCTOR_ALL_WELL = 0,
	DOCTOR_INTEGRITY = 1, /* a finding speaks against the VM's integrity */
	DOCTOR_BROKEN = 2, /* something is missing, wrong or unreachable */
	DOCTOR_WARNED = 3, /* only warnings */
};

/* The first of the worst findings; NULL if all is well. Skipped checks do not count: the check that
 * they need does. */
const struct doctor_finding *doctor_worst(const struct doctor_report *report);
enum doctor_outcome doctor_outcome(const struct doctor_report *report);
/* Adds "findings": an array of objects with check, part, state, code, name, message, remedy,
 * details. */
void doctor_add_findings(json *parent, const struct doctor_report *report);

#endif

/* settings.h - N.settings -> what the user wants. Every shape seen in public templates is accepted: nested or flat, old root names,
 * strings or booleans, null, an empty file; member names are matched without regard to case, unknown ones are passed over. */
#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H

#include "edge/http.h"

#define SETTINGS_MAX_BYTES (1u << 20)
#define SETTINGS_PATH_SIZE 512

struct settings {
	char endpoint
		[HTTP_URL_SIZE]; /* maaEndpoint as an origin, "https://host" or "https://host:port"; "" = none given */
	char ca_file[SETTINGS_PATH_SIZE]; /* caFile: "" = the system's CAs; an absolute path */
	bool alerts_disabled;             /* disableAlerts */
	uint32_t period_s; /* ascReportingFrequency, between attestations; default 4 h, 15 min to 24 h */
	char warning[256]; /* what was wrong but not fatal, for the status message; "" if nothing */
};

/* `text`: what the agent wrote into N.settings, or the public settings alone; empty text = nothing given.
 * ERR_SETTINGS_INVALID (no JSON, wrong structure), ERR_ENDPOINT_INVALID, ERR_CA_FILE (no absolute path), with the member's name. */
int settings_parse(struct bytes text, struct settings *ret, struct err *err) err_check;

#endif

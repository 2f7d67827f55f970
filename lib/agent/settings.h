/* settings.h - N.settings -> what the user wants. Every shape seen in public templates is accepted: nested or flat, old root names,
 * strings or booleans, null, an empty file; member names are matched without regard to case, unknown ones are passed over. */
#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H

#include "edge/http.h"
#include "maa/region.h"

#define SETTINGS_MAX_BYTES (1u << 20)
#define SETTINGS_PATH_SIZE 512

struct settings {
	char endpoint
		[HTTP_URL_SIZE]; /* maaEndpoint as an origin, "https://host" or "https://host:port"; "" = the region's shared one */
	char ca_file[SETTINGS_PATH_SIZE];     /* caFile: "" = the system's CAs; an absolute path */
	bool alerts_disabled;                 /* disableAlerts */
	enum region_fallback region_fallback; /* regionFallback: "fail" (default) or "nearest" */
	uint32_t period_s; /* ascReportingFrequency, between attestations; default 4 h, 15 min to 24 h */
	char warning[256]; /* what was wrong but not fatal, for the status message; "" if nothing */
};

/* `text`: what the agent wrote into N.settings, or the public settings alone; empty text = nothing given.
 * ERR_SETTINGS_INVALID (no JSON, wrong structure), ERR_ENDPOINT_INVALID, ERR_CA_FILE (no absolute path), with the member's name. */
int settings_parse(struct bytes text, struct settings *ret, struct err *err) err_check;
/* The same with the plain text of the protected settings (empty = none): what is given there wins. ERR_PROTECTED_SETTINGS if that is
 * no JSON object. */
int settings_parse_both(
	struct bytes text, struct bytes protected_text, struct settings *ret, struct err *err) err_check;

#define SETTINGS_THUMBPRINT_SIZE 41 /* SHA-1 as upper-case hex */

/* The encrypted protected settings in `text` and whose key opens them; ret_message stays empty if there are none. To open them:
 * agent/protected.h. ERR_PROTECTED_SETTINGS. */
int settings_find_protected(struct bytes text, struct buf *ret_message,
	char ret_thumbprint[SETTINGS_THUMBPRINT_SIZE], struct err *err) err_check;

#endif

/* settings.h - N.settings -> what the user wants. Every shape seen in public templates is accepted:
 * nested or flat, old root names, strings or booleans, a text that holds the settings, null, an
 * empty file; member names are matched without regard to case.
 *
 * A wrong value of a member that other publishers' templates know and get wrong
 * (ascReportingFrequency, disableAlerts, a group that is a text) is a warning, and the default
 * holds. Any other wrong value is an error: to do something else in silence would mislead. Errors
 * name the member's path, what was found and what is possible; what is protected, and what may hold
 * a password, is not repeated. */
#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H

#include "agent/settings_table.h"
#include "appraise/rules.h"
#include "maa/provider.h"
#include "net/way.h"

#define SETTINGS_MAX_BYTES    (1u << 20)
#define SETTINGS_PATH_SIZE    512
#define SETTINGS_SECRET_SIZE  256
#define SETTINGS_MAX_WARNINGS 6
#define SETTINGS_WARNING_SIZE 256

enum setting {
#define SETTING_ENUM(setting, name) setting,
	SETTINGS_TABLE(SETTING_ENUM)
#undef SETTING_ENUM
};

/* As people write it; NULL past the last. */
const char *settings_name(enum setting setting);

/* Which way out to take. User and password only with url. */
struct settings_proxy {
	/* proxy: "http://host:port"; "" = that of the environment or agent */
	char url[HTTP_URL_SIZE];
	char user[SETTINGS_SECRET_SIZE]; /* proxyUser; "" = none */
	char password[SETTINGS_SECRET_SIZE]; /* proxyPassword */
	/* noProxy: hosts reached without, by commas; "" = not said */
	char no_proxy[PROXY_BYPASS_SIZE];
	bool is_none; /* proxy "none": never one, whatever the environment says */
};

/* Endpoints are origins: "https://host" or "https://host:port". */
struct settings {
	char endpoint[HTTP_URL_SIZE]; /* maaEndpoint: "" = the region's shared one */
	enum region_fallback region_fallback; /* regionFallback: "fail" (default) or "nearest" */
	/* fallbackEndpoint: if there is no such; "" = none */
	char fallback_endpoint[HTTP_URL_SIZE];
	char ca_file[SETTINGS_PATH_SIZE]; /* caFile: an absolute path; "" = the system's CAs */
	char extra_ca_file[SETTINGS_PATH_SIZE]; /* extraCaFile: trusted besides these; likewise */
	struct settings_proxy proxy;
	bool alerts_disabled; /* disableAlerts */
	char alert_webhook[HTTP_URL_SIZE]; /* alertWebhook: https, may hold a secret; "" = none */
	/* alertSecret: signs alerts; "" = they are not signed */
	char alert_secret[SETTINGS_SECRET_SIZE];
	struct rules rules; /* rules: what a change of the boot means */
	/* ascReportingFrequency, between attestations: 15 min to 24 h; default 4 h */
	uint32_t period_s;
	size_t warning_count; /* of all; more than SETTINGS_MAX_WARNINGS are counted only */
	/* what was wrong but not fatal */
	char warnings[SETTINGS_MAX_WARNINGS][SETTINGS_WARNING_SIZE];
};

/* `text`: what the agent wrote into N.settings, or the public settings alone; empty text = nothing
 * given. ERR_SETTINGS_INVALID (no JSON, wrong structure or value), ERR_ENDPOINT_INVALID,
 * ERR_RULES_INVALID, ERR_CA_FILE (no absolute path). */
int settings_parse(struct bytes text, struct settings *ret, struct err *err) err_check;
/* The same with the plain text of the protected settings (empty = none): what is given there wins.
 * ERR_PROTECTED_SETTINGS if that is no JSON object. */
int settings_parse_both(struct bytes text, struct bytes protected_text, struct settings *ret,
	struct err *err) err_check;
/* Wipes the secrets. Accepts zeroed values. */
void settings_done(struct settings *settings);
/* Whom to ask and which authorities count; both point into the settings. */
struct provider_wish settings_provider(const struct settings *settings);
struct trust_store settings_trust(const struct settings *settings);
static inline void settings_cleanup(struct settings *settings)
{
	settings_done(settings);
}

#define SETTINGS_THUMBPRINT_SIZE 41 /* SHA-1 as upper-case hex */

/* The encrypted protected settings in `text` and whose key opens them; ret_message stays empty if
 * there are none. To open them: agent/settings_protected.h. ERR_PROTECTED_SETTINGS. */
int settings_find_protected(struct bytes text, struct buf *ret_message,
	char ret_thumbprint[SETTINGS_THUMBPRINT_SIZE], struct err *err) err_check;

#endif

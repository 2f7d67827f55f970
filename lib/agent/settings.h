/* settings.h - parses N.settings, the user's settings. Every shape seen in public templates is
 * accepted: nested or flat, old root names, strings or booleans, a text that holds the settings,
 * null, an empty file. Member names are matched without regard to case.
 *
 * A wrong value that is common in templates of other publishers (ascReportingFrequency,
 * disableAlerts, a group that is a text) is a warning, and the default is used. Any other wrong
 * value is an error, because silently using another value would mislead the user. Errors name the
 * member's path, the value found and the possible values. Protected values, and values that may
 * contain a password, are not repeated. */
#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H

#include "agent/settings_table.h"
#include "appraise/renewal.h"
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

/* "warn" is the default, so it is 0. */
enum latch { LATCH_WARN, LATCH_OFF, LATCH_UNHEALTHY };
extern const char *const latch_names[]; /* NULL behind the last */

/* The name as people write it; NULL past the last setting. */
const char *settings_name(enum setting setting);

/* The proxy to use. User and password require url. */
struct settings_proxy {
	/* proxy: "http://host:port"; "" = that of the environment or the agent */
	char url[HTTP_URL_SIZE];
	char user[SETTINGS_SECRET_SIZE]; /* proxyUser; "" = none */
	char password[SETTINGS_SECRET_SIZE]; /* proxyPassword */
	/* noProxy: hosts that are reached without a proxy, separated by commas; "" = not given */
	char no_proxy[PROXY_BYPASS_SIZE];
	bool is_none; /* proxy "none": no proxy, whatever the environment contains */
};

#define SUPPRESS_REASON_SIZE 200
#define SUPPRESS_MAX_S       (90 * 86400)
/* suppress: until then, and why, the top level of the status stays success. */
struct suppress {
	int64_t until_s; /* Unix time; 0 = not given */
	char reason[SUPPRESS_REASON_SIZE];
};

/* For how many seconds; 0: not any more, or the end is more than SUPPRESS_MAX_S away. */
uint32_t suppress_left_s(const struct suppress *suppress, int64_t now_s);

/* Endpoints are origins: "https://host" or "https://host:port". */
struct settings {
	char endpoint[HTTP_URL_SIZE]; /* maaEndpoint: "" = the region's shared one */
	enum region_fallback region_fallback; /* regionFallback: "fail" (default) or "nearest" */
	/* fallbackEndpoint: used if the region has no shared provider; "" = none */
	char fallback_endpoint[HTTP_URL_SIZE];
	char ca_file[SETTINGS_PATH_SIZE]; /* caFile: an absolute path; "" = the system's CAs */
	/* extraCaFile: trusted in addition; absolute, "" = none */
	char extra_ca_file[SETTINGS_PATH_SIZE];
	struct settings_proxy proxy;
	bool alerts_disabled; /* disableAlerts */
	struct suppress suppress;
	char alert_webhook[HTTP_URL_SIZE]; /* alertWebhook: https, may hold a secret; "" = none */
	/* alertSecret: signs alerts; "" = they are not signed */
	char alert_secret[SETTINGS_SECRET_SIZE];
	struct rules rules; /* rules: what a change of the boot means */
	/* secureBoot2023: what missing certificates of 2023 mean: "warn" (default), "ignore",
	 * "unhealthy" */
	enum renewal_action renewal;
	enum latch latch; /* latch: what an open incident means once the VM is Healthy again */
	/* ascReportingFrequency, between attestations: 15 min to 24 h; default 4 h */
	uint32_t period_s;
	size_t warning_count; /* those beyond SETTINGS_MAX_WARNINGS are only counted */
	/* values that are wrong and not fatal, one sentence each */
	char warnings[SETTINGS_MAX_WARNINGS][SETTINGS_WARNING_SIZE];
};

/* `text`: the content of N.settings as the agent wrote it, or the public settings alone; empty = no
 * settings. ERR_SETTINGS_INVALID (no JSON, wrong structure or value), ERR_ENDPOINT_INVALID,
 * ERR_RULES_INVALID, ERR_CA_FILE (no absolute path). */
int settings_parse(struct bytes text, struct settings *ret, struct err *err) err_check;
/* The same with the decrypted protected settings (empty = none), which take precedence.
 * ERR_PROTECTED_SETTINGS if they are no JSON object. */
int settings_parse_both(struct bytes text, struct bytes protected_text, struct settings *ret,
	struct err *err) err_check;
/* Wipes the secrets. Accepts zeroed values. */
void settings_done(struct settings *settings);
/* The provider to use and the certificate authorities to trust; both point into the settings. */
struct provider_wish settings_provider(const struct settings *settings);
struct trust_store settings_trust(const struct settings *settings);
static inline void settings_cleanup(struct settings *settings)
{
	settings_done(settings);
}

#define SETTINGS_THUMBPRINT_SIZE 41 /* SHA-1 as upper-case hex */

/* The encrypted protected settings in `text` and the thumbprint of the certificate whose key
 * decrypts them (agent/settings_protected.h); ret_message stays empty if there are none.
 * ERR_PROTECTED_SETTINGS, ERR_SETTINGS_INVALID. */
int settings_find_protected(struct bytes text, struct buf *ret_message,
	char ret_thumbprint[SETTINGS_THUMBPRINT_SIZE], struct err *err) err_check;

#endif

/* settings_table.h - every setting: X(setting, name). `make lint` looks for each in the code that
 * reads it, in handler/docs/settings.md, in manifest/settings.schema.json and among
 * test/data/settings. */
#ifndef AGENT_SETTINGS_TABLE_H
#define AGENT_SETTINGS_TABLE_H

/* clang-format off */
#define SETTINGS_TABLE(X) \
	X(SETTING_MAA_ENDPOINT,         "maaEndpoint") \
	X(SETTING_REGION_FALLBACK,      "regionFallback") \
	X(SETTING_FALLBACK_ENDPOINT,    "fallbackEndpoint") \
	X(SETTING_CA_FILE,              "caFile") \
	X(SETTING_EXTRA_CA_FILE,        "extraCaFile") \
	X(SETTING_PROXY,                "proxy") \
	X(SETTING_PROXY_USER,           "proxyUser") \
	X(SETTING_PROXY_PASSWORD,       "proxyPassword") \
	X(SETTING_NO_PROXY,             "noProxy") \
	X(SETTING_DISABLE_ALERTS,       "disableAlerts") \
	X(SETTING_ALERT_WEBHOOK,        "alertWebhook") \
	X(SETTING_ALERT_SECRET,         "alertSecret") \
	X(SETTING_REPORTING_FREQUENCY,  "ascReportingFrequency") \
	X(SETTING_SECURE_BOOT_2023,     "secureBoot2023") \
	X(SETTING_SUPPRESS,             "suppress") \
	X(SETTING_LATCH,                "latch") \
	X(SETTING_RULES,                "rules")
/* clang-format on */

#endif

/* alert.h - sends an alert to the webhook of the settings when the health changes: each change
 * once, in order, as one POST of a small JSON object over verified TLS. Alerts that were not
 * delivered wait in var/lib/guest-attestation/alert.json for the next round, also through restarts.
 *
 *   {"id": "32 hex digits",
 *    "health": "Unhealthy",
 *    "before": "Healthy",
 *    "since": "2026-01-31T12:00:00Z",
 *    "code": 703,
 *    "name": "log-mismatch",
 *    "message": "..",
 *    "remedy": "..",
 *    "vmId": "..",
 *    "resourceId": "..",
 *    "provider": "https://..",
 *    "version": "1.2.3.4",
 *    "time": "2026-01-31T12:00:05Z",
 *    "heldSeconds": 5}
 *
 * time: when this POST was sent. heldSeconds: how long after the change was noticed. before, vmId,
 * resourceId: only if known. The header "X-Signature: sha256=HEX" is the HMAC-SHA256 (RFC 2104) of
 * the body with alertSecret. If the VM stops between the delivery of an alert and the record of it,
 * the receiver gets it twice, with the same `id`.
 *
 * So does the next boot if it will fail (code ERR_NEXT_BOOT, with the health as it is), and once it
 * will not any more.
 *
 * In the first ALERT_SPREAD_S of a boot, alerts wait for the VM's own place in them, because a
 * whole fleet may have restarted at once and would reach its receiver within a minute. One that
 * speaks against the VM or its next boot does not wait, and takes along those before it.
 *
 * Only a lasting change is reported. Unknown counts as lasting if it is reported as an error and
 * either cannot pass by itself or no proof of this boot counts any more. The first known health is
 * reported unless it is Healthy. A new receiver immediately gets the current health unless it is
 * Healthy. */
#ifndef SERVICE_ALERT_H
#define SERVICE_ALERT_H

#include "agent/settings.h"
#include "agent/status.h"
#include "attest/round.h"
#include "memory/history.h"

#define ALERT_FILE          "alert.json" /* below the state folder */
#define ALERT_MAX_PENDING   8 /* beyond that, the oldest are dropped */
#define ALERT_RECEIVER_SIZE 17
#define ALERT_RANDOM_SIZE   16
#define ALERT_SPREAD_S      900

/* The content of alert.json. */
struct alerts {
	bool has_health;
	bool will_not_boot; /* the last that was reported of the next boot */
	enum health health; /* the last one reported */
	/* the receiver: first hex digits of the SHA-256 of the webhook's address */
	char receiver[ALERT_RECEIVER_SIZE];
	json *pending; /* owned; array of the alerts to send, without `time`; NULL: none */
};

void alerts_cleanup(struct alerts *alerts);
/* ERR_STATE_INVALID, ERR_NO_MEMORY. */
int alerts_parse(struct bytes text, struct alerts *ret, struct err *err) err_check;

struct alert_inputs {
	int state_fd;
	const struct settings *settings;
	const struct round_result *round;
	/* the combined one of service/verdicts.h; NULL: no round, what waits is sent if it is due
	 */
	const struct verdict *verdict;
	const struct history *history; /* including this round */
	/* ERR_NEXT_BOOT if the VM will not boot again, else code ERR_OK; NULL: it is not known */
	const struct err *next_boot;
	enum status_state state; /* as reported */
	struct way_sources way; /* to the receiver */
	/* metadata service, which knows the VM's IDs, http://ADDRESS; NULL or "": the cloud's */
	const char *metadata;
	const char *version;
	const uint8_t *random; /* ALERT_RANDOM_SIZE bytes, fresh for each call */
	uint32_t phase; /* of schedule_phase() */
	struct moment now;
};

struct alert_outcome {
	size_t sent; /* how many alerts were delivered, also on failure */
	uint32_t held_s; /* in how many seconds those are due that wait for their place; 0: none do
			  */
};

/* To be called after a round, and when those that wait for their place are due. Without
 * alertWebhook, or with disableAlerts, it removes alert.json and sends nothing. Each POST ends
 * within 10 s; after the first failure no more are sent. ERR_ALERT: an alert was not delivered and
 * waits. ERR_STATE_INVALID: this change was sent, but alerts that waited before are lost with the
 * damaged alert.json, which was set aside. Other errors: alert.json could not be read, and nothing
 * was sent; or not be written, and what was sent is sent again after the next round. */
int alert_run(const struct alert_inputs *inputs, struct alert_outcome *ret, struct err *err) err_check;

#endif

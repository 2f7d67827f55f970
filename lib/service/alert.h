/* alert.h - tells the webhook of the settings when the health changes: each change once, in order,
 * as one POST of a small JSON object over verified TLS. What was not delivered waits in
 * var/lib/guest-attestation/alert.json for the next round, also through restarts.
 *
 *   {"id": "32 hex digits", "health": "Unhealthy", "before": "Healthy", "since":
 * "2026-01-31T12:00:00Z", "code": 703, "name": "log-mismatch", "message": "..", "remedy": "..",
 * "vmId": "..", "resourceId": "..", "provider": "https://..", "version": "1.2.3.4", "time":
 * "2026-01-31T12:00:05Z"}
 *
 * time: of this sending. before, vmId, resourceId: only if known. Header "X-Signature: sha256=HEX"
 * is the HMAC-SHA256 (RFC 2104) of the body with alertSecret. A receiver may get one twice if the
 * VM dies between delivery and the note of it: `id` is then the same.
 *
 * A change is what stays: Unknown counts if it is reported as an error and does not pass by itself
 * or no proof of this boot counts any more. The first thing that is found out is told unless it is
 * Healthy. A receiver that is new is told what is wrong at once.
 */
#ifndef SERVICE_ALERT_H
#define SERVICE_ALERT_H

#include "agent/settings.h"
#include "agent/status.h"
#include "attest/round.h"
#include "service/history.h"

#define ALERT_FILE          "alert.json" /* below the state folder */
#define ALERT_MAX_PENDING   8 /* of more, the oldest are given up */
#define ALERT_RECEIVER_SIZE 17
#define ALERT_RANDOM_SIZE   16

/* What is remembered. */
struct alerts {
	bool has_health;
	enum health health; /* last one noted */
	/* of which it was noted: the beginning of its address's SHA-256 */
	char receiver[ALERT_RECEIVER_SIZE];
	json *pending; /* owned; the objects to send, without time; NULL: none */
};

void alerts_done(struct alerts *alerts);
static inline void alerts_cleanup(struct alerts *alerts)
{
	alerts_done(alerts);
}
int alerts_parse(struct bytes text, struct alerts *ret, struct err *err) err_check;

struct alert_inputs {
	int state_fd;
	const struct settings *settings;
	const struct round_result *round;
	const struct verdict *verdict; /* of all */
	const struct history *history; /* with this round in it */
	enum status_state state; /* as reported */
	struct way_sources way; /* of the way to the receiver */
	/* who knows the VM's ids, asked for a new alert; NULL or "": the cloud's own */
	const char *metadata;
	const char *version;
	const uint8_t *random; /* ALERT_RANDOM_SIZE bytes, new each time */
	struct moment now;
};

/* After a round. Without alertWebhook, or with disableAlerts, it forgets all and does nothing. Each
 * sending ends within 10 s, and the first that fails is the last. ret_sent: how many were
 * delivered, also if it fails. ERR_ALERT: one was not delivered and waits; ERR_STATE_INVALID: all
 * was sent, but what had waited before is lost with the damaged alert.json, which is set aside;
 * other errors: alert.json could not be read or written, and nothing was sent that was not noted.
 */
int alert_run(const struct alert_inputs *inputs, size_t *ret_sent, struct err *err) err_check;

#endif

/* imds.h - the cloud's metadata service: facts that the VM has no other source for.
 *
 * Plain HTTP to a link-local address that the host answers, never through a proxy. Its answer is a
 * hint, not evidence: it helps to choose a provider and decides nothing about a verdict. */
#ifndef MAA_IMDS_H
#define MAA_IMDS_H

#include "net/http.h"

#define IMDS_ADDRESS   "http://169.254.169.254"
#define IMDS_MAX_BYTES (64u << 10)

struct imds {
	char location[64]; /* the region, e.g. "westeurope" */
	char cloud[64]; /* azEnvironment, e.g. "AzurePublicCloud"; "" if absent */
	char vm_id[64]; /* likewise */
	char resource_id[1024]; /* likewise */
	/* the platform's own view of the VM (securityProfile); "" if absent */
	char security_type[32]; /* "TrustedLaunch", "ConfidentialVM" */
	char secure_boot[8]; /* "true" or "false" */
	char virtual_tpm[8]; /* likewise */
};

struct imds_request {
	const char *path; /* with the query */
	const char *content_type; /* of the body; NULL: a GET */
	struct bytes body;
	uint32_t total_ms; /* for all of it */
};
/* One exchange with the service itself. ret: its answer, of status 200; the caller sets body.max.
 * Errors as imds_ask(). */
int imds_exchange(const char *address, const struct imds_request *request, struct http_answer *ret,
	struct err *err) err_check;

/* GETs from `address` (IMDS_ADDRESS, or a test server's of the same form) within 5 s, or 7 s if an
 * early answer of a kind that passes (ERR_RETRY_SOON) makes it ask once more. ERR_METADATA: no
 * answer; ERR_METADATA_THROTTLED: 429; ERR_METADATA_REFUSED: 401 or 403, as under the Metadata
 * Security Protocol; ERR_METADATA_FOREIGN: a page or a redirect, sent by something else in its
 * place; ERR_METADATA_FAILED: 404, 410 (an update, of up to 70 s) and 5xx; ERR_METADATA_INVALID:
 * any other answer that cannot be used, or one without the region. */
int imds_ask(const char *address, struct imds *ret, struct err *err) err_check;
/* One try within 2 s, for callers that can do without an answer. */
int imds_ask_briefly(const char *address, struct imds *ret, struct err *err) err_check;
int imds_parse(struct bytes text, struct imds *ret, struct err *err) err_check;

#endif

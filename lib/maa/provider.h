/* provider.h - chooses the attestation provider: the configured one, the shared one of this VM's
 * region, or the fallback. Pure. */
#ifndef MAA_PROVIDER_H
#define MAA_PROVIDER_H

#include "maa/imds.h"
#include "maa/region.h"

/* The choice in the settings or in a command's options. */
struct provider_wish {
	const char *endpoint; /* https URL; NULL or "": the shared one of this VM's region */
	enum region_fallback region_fallback;
	const char *fallback_endpoint; /* if the region has no provider; NULL or "": none */
};

struct provider_choice {
	struct http_origin origin;
	/* "shared provider of westeurope", or "fallbackEndpoint; " and why; "" for `endpoint` */
	char reason[REGION_REASON_SIZE];
};

/* Whether `endpoint` is set; then the metadata service is not needed. */
bool provider_is_given(const struct provider_wish *wish);
/* imds: NULL if the metadata service gave no answer. Then *err holds the reason and stays the error
 * if no fallback applies. The fallback is for codes of place CHOICE only: lack of memory, for
 * example, must not send evidence elsewhere. ERR_REGION_UNKNOWN, ERR_ENDPOINT_INVALID. */
int provider_choose(const struct provider_wish *wish, const struct imds *imds,
	struct provider_choice *ret, struct err *err) err_check;

#endif

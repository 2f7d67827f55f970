/* provider.h - whom to ask: the provider that was given, the shared one of this VM's region, or the
 * fallback. Pure. */
#ifndef MAA_PROVIDER_H
#define MAA_PROVIDER_H

#include "maa/imds.h"
#include "maa/region.h"

/* What the settings or a command's options say of it. */
struct provider_wish {
	const char *endpoint; /* https URL; NULL or "": the shared one of this VM's region */
	enum region_fallback region_fallback;
	const char *fallback_endpoint; /* if the region leads to nobody; NULL or "": nobody */
};

struct provider_choice {
	struct http_origin origin;
	/* "shared provider of westeurope", "fallbackEndpoint; " and why; "" if it was given */
	char reason[REGION_REASON_SIZE];
};

/* A given endpoint needs nothing of the metadata service. */
bool provider_is_given(const struct provider_wish *wish);
/* imds: NULL if there is no answer of the metadata service; then *err says why, and stays the error
 * where no fallback applies. That is for codes of place CHOICE alone: lack of memory, say, sends no
 * evidence elsewhere. ERR_REGION_UNKNOWN, ERR_ENDPOINT_INVALID. */
int provider_choose(const struct provider_wish *wish, const struct imds *imds,
	struct provider_choice *ret, struct err *err) err_check;

#endif

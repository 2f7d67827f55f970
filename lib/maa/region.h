/* region.h - the shared attestation provider of a region. Pure.
 *
 * Whom a VM's evidence goes to is a matter of data residency: a region without a provider is never
 * sent elsewhere unasked. */
#ifndef MAA_REGION_H
#define MAA_REGION_H

#include "base/err.h"

#define REGION_NAME_SIZE   64
#define REGION_URL_SIZE    64
#define REGION_REASON_SIZE 320

enum region_fallback {
	REGION_FALLBACK_FAIL, /* a region without a provider is an error */
	REGION_FALLBACK_NEAREST, /* ask the nearest one of the same part of the world */
};

struct region_choice {
	char url[REGION_URL_SIZE]; /* "https://host" */
	char reason[REGION_REASON_SIZE]; /* "shared provider of westeurope" */
};

/* region, cloud: as the metadata service names them ("westeurope", "AzurePublicCloud"), compared
 * without regard to case and blanks. ERR_REGION_UNKNOWN. */
int region_choose(const char *region, const char *cloud, enum region_fallback fallback,
	struct region_choice *ret, struct err *err) err_check;

#endif

/* region.h - the shared attestation provider of a region. Pure.
 *
 * Evidence is subject to data residency: from a region without a provider it goes to another one
 * only if the setting regionFallback allows it. */
#ifndef MAA_REGION_H
#define MAA_REGION_H

#include "base/err.h"

#define REGION_NAME_SIZE   64
#define REGION_URL_SIZE    64
#define REGION_REASON_SIZE 320

enum region_fallback {
	REGION_FALLBACK_FAIL, /* a region without a provider is an error */
	REGION_FALLBACK_NEAREST, /* use the nearest one in the same part of the world */
};

struct region_choice {
	char url[REGION_URL_SIZE]; /* "https://host" */
	char reason[REGION_REASON_SIZE]; /* "shared provider of westeurope" */
};

/* region, cloud: the metadata service's names ("westeurope", "AzurePublicCloud"), compared without
 * regard to case and blanks. ERR_REGION_UNKNOWN; ERR_METADATA_INVALID: no cloud. */
int region_choose(const char *region, const char *cloud, enum region_fallback fallback,
	struct region_choice *ret, struct err *err) err_check;

#endif

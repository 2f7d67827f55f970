#include "maa/region.h"

#include <string.h>
#include "base/text.h"
#include "maa/region_table.h"

enum cloud {
	REGION_PUBLIC,
	REGION_US_GOVERNMENT,
};

static const struct {
	const char *name, *suffix;
} clouds[] = {
	[REGION_PUBLIC] = {"azurepubliccloud", "attest.azure.net"},
	[REGION_US_GOVERNMENT] = {"azureusgovernmentcloud", "attest.azure.us"},
};

static const struct row {
	enum cloud cloud;
	const char *region, *code, *nearest;
} rows[] = {
#define REGION_ROW(cloud, region, code, nearest) {cloud, region, code, nearest},
	REGION_TABLE(REGION_ROW)
#undef REGION_ROW
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "West Europe" -> "westeurope"; "", which is no region's name, if it does not fit. */
static void normalise(const char *text, char ret[REGION_NAME_SIZE])
{
	size_t len = 0;

	for (; *text; text++) {
		if (strchr(" \t\r\n", *text))
			continue;
		if (len + 1 == REGION_NAME_SIZE) {
			ret[0] = '\0';
			return;
		}
		ret[len++] = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
	}
	ret[len] = '\0';
}

static const struct row *find_row(const char *region, enum cloud cloud)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].cloud == cloud && strcmp(rows[i].region, region) == 0)
			return &rows[i];
	return NULL;
}

static bool find_cloud(const char *name, enum cloud *ret)
{
	char wanted[REGION_NAME_SIZE];

	normalise(name, wanted);
	for (size_t i = 0; i < COUNT(clouds); i++)
		if (strcmp(clouds[i].name, wanted) == 0) {
			*ret = (enum cloud)i;
			return true;
		}
	return false;
}

static void fill_choice(const struct row *row, const char *nearest_to, struct region_choice *ret)
{
	(void)text_format(ret->url, sizeof(ret->url), "https://shared%s.%s.%s", row->code,
		row->code, clouds[row->cloud].suffix);
	if (nearest_to)
		(void)text_format(ret->reason, sizeof(ret->reason),
			"shared provider of %s, the nearest to %s", row->region, nearest_to);
	else
		(void)text_format(
			ret->reason, sizeof(ret->reason), "shared provider of %s", row->region);
}

int region_choose(const char *region, const char *cloud_name, enum region_fallback fallback,
	struct region_choice *ret, struct err *err)
{
	char name[REGION_NAME_SIZE];
	const struct row *row;
	enum cloud cloud;

	if (!cloud_name[0])
		return err_set(err, ERR_METADATA_INVALID, 0,
			"Metadata service: 'azEnvironment' is missing.");
	if (!find_cloud(cloud_name, &cloud))
		return err_set(err, ERR_REGION_UNKNOWN, 0,
			"No shared attestation provider is known in the cloud '%.64s'.", cloud_name);
	normalise(region, name);
	row = find_row(name, cloud);
	if (!row)
		return err_set(err, ERR_REGION_UNKNOWN, 0,
			"The region '%.64s' of %.64s is not known here, nor its shared attestation provider.",
			region, cloud_name);
	if (row->code)
		fill_choice(row, NULL, ret);
	else if (fallback == REGION_FALLBACK_NEAREST)
		fill_choice(find_row(row->nearest, cloud), name, ret);
	else
		return err_set(err, ERR_REGION_UNKNOWN, 0,
			"No shared attestation provider is known in the region '%.64s' of %.64s; with regionFallback nearest it would be that of %s.",
			region, cloud_name, row->nearest);
	return 0;
}

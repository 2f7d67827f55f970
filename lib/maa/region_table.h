/* region_table.h - the table of regions and their shared attestation providers, as the cloud
 * publishes them (Get-AzAttestationDefaultProvider). region.c makes an address of a row.
 *
 * X(cloud, region, code, nearest)
 * - code: in the provider's address, if that is known; NULL: none is known, as in regions that were
 *   opened after the list, and only the setting regionFallback allows to use another region's
 * - nearest: if code is NULL, the nearest region with a provider in the same part of the world
 *
 * Nothing is assumed about a region that is not in the table. China's cloud publishes no list.
 */
#ifndef MAA_REGION_TABLE_H
#define MAA_REGION_TABLE_H

/* clang-format off */
#define REGION_TABLE(X) \
	X(REGION_PUBLIC,       "australiacentral",    "cau",   NULL) \
	X(REGION_PUBLIC,       "australiacentral2",   "cau2",  NULL) \
	X(REGION_PUBLIC,       "australiaeast",       "eau",   NULL) \
	X(REGION_PUBLIC,       "australiasoutheast",  "sau",   NULL) \
	X(REGION_PUBLIC,       "austriaeast",         "ate",   NULL) \
	X(REGION_PUBLIC,       "brazilsouth",         "sbr",   NULL) \
	X(REGION_PUBLIC,       "brazilsoutheast",     "sebr",  NULL) \
	X(REGION_PUBLIC,       "canadacentral",       "cac",   NULL) \
	X(REGION_PUBLIC,       "canadaeast",          "cae",   NULL) \
	X(REGION_PUBLIC,       "centralindia",        "cin",   NULL) \
	X(REGION_PUBLIC,       "centralus",           "cus",   NULL) \
	X(REGION_PUBLIC,       "centraluseuap",       "cuse",  NULL) \
	X(REGION_PUBLIC,       "chilecentral",        "clc",   NULL) \
	X(REGION_PUBLIC,       "eastasia",            "easia", NULL) \
	X(REGION_PUBLIC,       "eastus",              "eus",   NULL) \
	X(REGION_PUBLIC,       "eastus2",             "eus2",  NULL) \
	X(REGION_PUBLIC,       "eastus2euap",         "eus2e", NULL) \
	X(REGION_PUBLIC,       "francecentral",       "frc",   NULL) \
	X(REGION_PUBLIC,       "francesouth",         "frs",   NULL) \
	X(REGION_PUBLIC,       "germanynorth",        "den",   NULL) \
	X(REGION_PUBLIC,       "germanywestcentral",  "dewc",  NULL) \
	X(REGION_PUBLIC,       "israelcentral",       "ilc",   NULL) \
	X(REGION_PUBLIC,       "italynorth",          "itn",   NULL) \
	X(REGION_PUBLIC,       "japaneast",           "jpe",   NULL) \
	X(REGION_PUBLIC,       "japanwest",           "jpw",   NULL) \
	X(REGION_PUBLIC,       "jioindiacentral",     "jinc",  NULL) \
	X(REGION_PUBLIC,       "jioindiawest",        "jinw",  NULL) \
	X(REGION_PUBLIC,       "koreacentral",        "krc",   NULL) \
	X(REGION_PUBLIC,       "koreasouth",          "krs",   NULL) \
	X(REGION_PUBLIC,       "malaysiasouth",       "mys",   NULL) \
	X(REGION_PUBLIC,       "mexicocentral",       "mxc",   NULL) \
	X(REGION_PUBLIC,       "newzealandnorth",     "nzn",   NULL) \
	X(REGION_PUBLIC,       "northcentralus",      "ncus",  NULL) \
	X(REGION_PUBLIC,       "northeurope",         "neu",   NULL) \
	X(REGION_PUBLIC,       "norwayeast",          "noe",   NULL) \
	X(REGION_PUBLIC,       "norwaywest",          "now",   NULL) \
	X(REGION_PUBLIC,       "polandcentral",       "plc",   NULL) \
	X(REGION_PUBLIC,       "southafricanorth",    "san",   NULL) \
	X(REGION_PUBLIC,       "southafricawest",     "saw",   NULL) \
	X(REGION_PUBLIC,       "southcentralus",      "scus",  NULL) \
	X(REGION_PUBLIC,       "southindia",          "sin",   NULL) \
	X(REGION_PUBLIC,       "southeastasia",       "sasia", NULL) \
	X(REGION_PUBLIC,       "spaincentral",        "esc",   NULL) \
	X(REGION_PUBLIC,       "swedencentral",       "sec",   NULL) \
	X(REGION_PUBLIC,       "swedensouth",         "ses",   NULL) \
	X(REGION_PUBLIC,       "switzerlandnorth",    "swn",   NULL) \
	X(REGION_PUBLIC,       "switzerlandwest",     "sww",   NULL) \
	X(REGION_PUBLIC,       "taiwannorth",         "twn",   NULL) \
	X(REGION_PUBLIC,       "taiwannorthwest",     "twnw",  NULL) \
	X(REGION_PUBLIC,       "uaecentral",          "uaec",  NULL) \
	X(REGION_PUBLIC,       "uaenorth",            "uaen",  NULL) \
	X(REGION_PUBLIC,       "uksouth",             "uks",   NULL) \
	X(REGION_PUBLIC,       "ukwest",              "ukw",   NULL) \
	X(REGION_PUBLIC,       "westcentralus",       "wcus",  NULL) \
	X(REGION_PUBLIC,       "westeurope",          "weu",   NULL) \
	X(REGION_PUBLIC,       "westindia",           "win",   NULL) \
	X(REGION_PUBLIC,       "westus",              "wus",   NULL) \
	X(REGION_PUBLIC,       "westus2",             "wus2",  NULL) \
	X(REGION_PUBLIC,       "westus3",             "wus3",  NULL) \
	X(REGION_PUBLIC,       "belgiumcentral",     NULL,    "westeurope") \
	X(REGION_PUBLIC,       "denmarkeast",        NULL,    "swedencentral") \
	X(REGION_PUBLIC,       "easteurope",         NULL,    "polandcentral") \
	X(REGION_PUBLIC,       "eastus3",            NULL,    "eastus2") \
	X(REGION_PUBLIC,       "finlandcentral",     NULL,    "swedencentral") \
	X(REGION_PUBLIC,       "greececentral",      NULL,    "italynorth") \
	X(REGION_PUBLIC,       "indiasouthcentral",  NULL,    "centralindia") \
	X(REGION_PUBLIC,       "indonesiacentral",   NULL,    "southeastasia") \
	X(REGION_PUBLIC,       "israelnorthwest",    NULL,    "israelcentral") \
	X(REGION_PUBLIC,       "malaysiawest",       NULL,    "southeastasia") \
	X(REGION_PUBLIC,       "northeastus5",       NULL,    "eastus") \
	X(REGION_PUBLIC,       "northeurope2",       NULL,    "northeurope") \
	X(REGION_PUBLIC,       "qatarcentral",       NULL,    "uaenorth") \
	X(REGION_PUBLIC,       "saudiarabiacentral", NULL,    "uaenorth") \
	X(REGION_PUBLIC,       "saudiarabiaeast",    NULL,    "uaenorth") \
	X(REGION_PUBLIC,       "singaporecentral",   NULL,    "southeastasia") \
	X(REGION_PUBLIC,       "singaporenorth",     NULL,    "southeastasia") \
	X(REGION_PUBLIC,       "southcentralus2",    NULL,    "southcentralus") \
	X(REGION_PUBLIC,       "southeastasia3",     NULL,    "southeastasia") \
	X(REGION_PUBLIC,       "southeastus",        NULL,    "eastus2") \
	X(REGION_PUBLIC,       "southeastus3",       NULL,    "eastus2") \
	X(REGION_PUBLIC,       "southeastus5",       NULL,    "eastus2") \
	X(REGION_PUBLIC,       "southwestus",        NULL,    "westus3") \
	X(REGION_PUBLIC,       "uknorth",            NULL,    "uksouth") \
	X(REGION_PUBLIC,       "uksouth2",           NULL,    "uksouth") \
	X(REGION_US_GOVERNMENT, "usgovvirginia",       "ugv",   NULL) \
	X(REGION_US_GOVERNMENT, "usgovarizona",        "uga",   NULL) \
	X(REGION_US_GOVERNMENT, "usgovtexas",          "uga",   NULL)
/* clang-format on */

#endif

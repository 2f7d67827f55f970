/* event_types.h - the table of event types: X(type, number, what). `what` is the member of enum
 * event_what. A type that is not here is PLATFORM and has no name.
 *
 * Source: PC Client PFP 1.06 section 10.4.1, table 27 */
#ifndef BOOT_EVENT_TYPES_H
#define BOOT_EVENT_TYPES_H

/* clang-format off */
#define EVENT_TYPES(X) \
	X(EV_PREBOOT_CERT,                   0x0,         PLATFORM) \
	X(EV_POST_CODE,                      0x1,         CODE) \
	X(EV_UNUSED,                         0x2,         PLATFORM) \
	X(EV_NO_ACTION,                      0x3,         NOTE) \
	X(EV_SEPARATOR,                      0x4,         SEPARATOR) \
	X(EV_ACTION,                         0x5,         PLATFORM) \
	X(EV_EVENT_TAG,                      0x6,         TAG) \
	X(EV_S_CRTM_CONTENTS,                0x7,         CODE) \
	X(EV_S_CRTM_VERSION,                 0x8,         VERSION) \
	X(EV_CPU_MICROCODE,                  0x9,         PLATFORM) \
	X(EV_PLATFORM_CONFIG_FLAGS,          0xA,         PLATFORM) \
	X(EV_TABLE_OF_DEVICES,               0xB,         PLATFORM) \
	X(EV_COMPACT_HASH,                   0xC,         COMPACT) \
	X(EV_IPL,                            0xD,         LOADER) \
	X(EV_IPL_PARTITION_DATA,             0xE,         PLATFORM) \
	X(EV_NONHOST_CODE,                   0xF,         PLATFORM) \
	X(EV_NONHOST_CONFIG,                 0x10,        PLATFORM) \
	X(EV_NONHOST_INFO,                   0x11,        PLATFORM) \
	X(EV_OMIT_BOOT_DEVICE_EVENTS,        0x12,        PLATFORM) \
	X(EV_POST_CODE2,                     0x13,        CODE) \
	X(EV_EFI_VARIABLE_DRIVER_CONFIG,     0x80000001u, VARIABLE) \
	X(EV_EFI_VARIABLE_BOOT,              0x80000002u, BOOT_VARIABLE) \
	X(EV_EFI_BOOT_SERVICES_APPLICATION,  0x80000003u, IMAGE) \
	X(EV_EFI_BOOT_SERVICES_DRIVER,       0x80000004u, IMAGE) \
	X(EV_EFI_RUNTIME_SERVICES_DRIVER,    0x80000005u, IMAGE) \
	X(EV_EFI_GPT_EVENT,                  0x80000006u, PARTITIONS) \
	X(EV_EFI_ACTION,                     0x80000007u, ACTION) \
	X(EV_EFI_PLATFORM_FIRMWARE_BLOB,     0x80000008u, CODE) \
	X(EV_EFI_HANDOFF_TABLES,             0x80000009u, PLATFORM) \
	X(EV_EFI_PLATFORM_FIRMWARE_BLOB2,    0x8000000Au, CODE) \
	X(EV_EFI_HANDOFF_TABLES2,            0x8000000Bu, PLATFORM) \
	X(EV_EFI_VARIABLE_BOOT2,             0x8000000Cu, BOOT_VARIABLE) \
	X(EV_EFI_GPT_EVENT2,                 0x8000000Du, PARTITIONS) \
	X(EV_EFI_HCRTM_EVENT,                0x80000010u, CODE) \
	X(EV_EFI_VARIABLE_AUTHORITY,         0x800000E0u, AUTHORITY) \
	X(EV_EFI_SPDM_FIRMWARE_BLOB,         0x800000E1u, DEVICE) \
	X(EV_EFI_SPDM_FIRMWARE_CONFIG,       0x800000E2u, DEVICE) \
	X(EV_EFI_SPDM_DEVICE_POLICY,         0x800000E3u, DEVICE_POLICY) \
	X(EV_EFI_SPDM_DEVICE_AUTHORITY,      0x800000E4u, DEVICE_AUTHORITY)
/* clang-format on */

#endif

/* pcr.h - what each PCR measures, from the firmware to the kernel's first words: TCG PC Client
 * Platform Firmware Profile 1.06, section 3.3.4, and the UAPI group's registry of PCRs above 7. */
#ifndef BOOT_PCR_H
#define BOOT_PCR_H

enum {
	PCR_FIRMWARE,
	PCR_FIRMWARE_CONFIG,
	PCR_DRIVERS,
	PCR_DRIVER_CONFIG,
	PCR_PROGRAMS,
	PCR_PARTITIONS,
	PCR_PLATFORM,
	PCR_SECURE_BOOT,
	PCR_COMMANDS, /* of GRUB; older versions of systemd-boot measure the kernel's line here */
	PCR_FILES, /* that GRUB reads; and what the kernel got */
	PCR_KERNEL_IMAGE = 11, /* a unified one */
	PCR_KERNEL_CONFIG, /* words for the kernel, of systemd-boot and systemd-stub */
	PCR_EXTENSIONS,
	PCR_SHIM,
};

#endif

/* grubenv.h - GRUB's environment block (grub-editenv(1)): 1024 bytes of NAME=VALUE lines, filled up
 * with '#'. GRUB and the system write it during each boot, so that on the disk it is no longer what
 * GRUB read. */
#ifndef DISK_GRUBENV_H
#define DISK_GRUBENV_H

#include "base/buf.h"
#include "edge/crypto.h"

#define GRUBENV_SIZE 1024

/* Had this block the digest, if those variables are changed that note how a boot went: Ubuntu's
 * `recordfail`, Fedora's `boot_success` and `boot_indeterminate`? Source: Ubuntu's 00_header.in and
 * grub-common.service; Fedora's 10_reset_boot_success.in and grub-boot-success.service. False for
 * what is no such block, and without memory. */
bool grubenv_had(struct bytes block, const uint8_t sha256[CRYPTO_SHA256_SIZE]);

#endif

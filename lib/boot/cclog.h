/* cclog.h - event logs of confidential VMs: what they call a PCR is a measurement register of Intel
 * TDX.
 *
 * The UEFI specification maps registers to PCRs (2.10 section 38.4.1): 0 is MRTD, 1 (RTMR0) takes
 * what PCRs 1 and 7 would, 2 (RTMR1) PCRs 2 to 6, 3 (RTMR2) PCRs 8 to 15, 4 (RTMR3) nothing of the
 * boot. The log's format is the TPM's, and nothing in it says that it is one of these: but the
 * firmware's variable SecureBoot is measured into PCR 7 by every TPM's, and into register 1
 * here. */
#ifndef BOOT_CCLOG_H
#define BOOT_CCLOG_H

#include "boot/eventlog.h"

bool cclog_is(const struct eventlog *log);
/* "MRTD", "RTMR0" ...; NULL of an index that there is not. */
const char *cclog_register_name(uint32_t index);
/* The event with the PCR that it would have had, by its type and text: for words and checks that go
 * by PCRs. */
struct event cclog_as_pcr(const struct event *event);

#endif

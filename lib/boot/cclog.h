/* cclog.h - event logs of confidential VMs, in which the PCR index of an event is the index of a
 * measurement register of Intel TDX.
 *
 * UEFI 2.10 section 38.4.1 maps registers to PCRs: 0 is MRTD, 1 (RTMR0) stands for PCRs 1 and 7, 2
 * (RTMR1) for PCRs 2 to 6, 3 (RTMR2) for PCRs 8 to 15, 4 (RTMR3) for none. The format is that of a
 * TPM's log, without a mark. Such a log is recognised by the firmware's variable SecureBoot: it is
 * in register 1 here, and in PCR 7 in every TPM's log. */
#ifndef BOOT_CCLOG_H
#define BOOT_CCLOG_H

#include "boot/eventlog.h"

/* Whether the log is one of a confidential VM. */
bool cclog_is(const struct eventlog *log);
/* "MRTD", "RTMR0" ...; NULL if there is no such register. */
const char *cclog_register_name(uint32_t index);
/* A copy of the event with the PCR that a TPM's log would have, chosen by its type and text: for
 * words and checks that go by PCRs. */
struct event cclog_as_pcr(const struct event *event);

#endif

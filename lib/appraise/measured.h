/* measured.h - what an event's digest proves about bytes. Only the digest of the bank that counts
 * is used (eventlog.h). An event's type, its place in the log and its other digests prove nothing,
 * so they cannot weaken what that digest proves. For an event that was not measured, every answer
 * is false.
 *
 * Source: PC Client PFP 1.06 sections 3.3.2.2 (separators) and 10.4.3 (actions, as EDK II's
 * UefiTcgPlatform.h writes them); Windows' boot manager ends its own part of PCRs 12 to 14 with
 * "WBCL".
 */
#ifndef APPRAISE_MEASURED_H
#define APPRAISE_MEASURED_H

#include "boot/eventlog.h"
#include "edge/crypto.h"

/* False for an algorithm that we lack (SM3). */
bool measured_hash(uint16_t alg, enum crypto_hash *ret);

/* The event's digest is that of these bytes. */
bool measured_is(const struct event *event, struct bytes bytes);
/* The end of the firmware's measurements before it runs foreign code, whatever type the log gives
 * it. */
bool measured_is_separator(const struct event *event);
/* A separator, or one of the few fixed texts by which the firmware announces its next step. Neither
 * is a program or a component of the boot. */
bool measured_is_step(const struct event *event);
/* The text by which the firmware announces that a boot option's program has returned to it. */
bool measured_is_return(const struct event *event);
/* A program that was started: in PCR 4 every event that is no step; in PCR 2 (drivers and option
 * ROMs) every event with an image type. */
bool measured_is_program(const struct event *event);

#endif

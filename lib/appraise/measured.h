/* measured.h - what an event's digest proves of bytes. The digest is the one that counts
 * (eventlog.h); an event's type, its place in the log and its other digests prove nothing, so none
 * of them makes an event less than its digest does. An event that was not measured is nothing of
 * all this.
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
/* The end of what the firmware measures before it runs others' code, whatever the log calls it. */
bool measured_is_separator(const struct event *event);
/* A separator, or one of the few texts by which the firmware says what it does next: no program,
 * and nothing that a boot consists of. */
bool measured_is_step(const struct event *event);
/* Something that was started: in PCR 4 whatever is no step, of the drivers and option ROMs in PCR 2
 * what calls itself an image. */
bool measured_is_program(const struct event *event);

#endif

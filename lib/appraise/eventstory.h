/* eventstory.h - event_text, and what takes crypto or the rest of the log to say: whose
 * certificates are among the keys, who vouched for which program, and which one is the kernel. For
 * people. Nothing is judged by it, and a certificate's subject says only what its maker wrote.
 *
 * Source: PC Client PFP 1.06 sections 3.3.4.8 and 10.2.6, UEFI 2.10 section 32.4.1. */
#ifndef APPRAISE_EVENTSTORY_H
#define APPRAISE_EVENTSTORY_H

#include "boot/eventlog.h"
#include "edge/crypto.h"

#define EVENTSTORY_SIZE      1024
#define EVENTSTORY_MAX_CERTS 8 /* that are named; more are only counted */

struct eventstory {
	char text[EVENTSTORY_SIZE]; /* one line */
	/* as in event_text.h; the line begins with them */
	size_t kind_len;
	bool names_program; /* that lies behind this event, which vouched for it */
	size_t cert_count;
	/* "" of a certificate that does not parse */
	char subjects[EVENTSTORY_MAX_CERTS][CRYPTO_NAME_SIZE];
};

/* `behind` is the walk that gave the event: the programs that follow are looked up in it. Only
 * measured events vouch, or are vouched for. ERR_NO_MEMORY. */
int eventstory_tell(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct event *event, struct eventstory *ret, struct err *err) err_check;

#endif

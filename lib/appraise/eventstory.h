/* eventstory.h - an event in words: event_text, and what needs cryptography or the rest of the log:
 * the names in certificates, which authority authorised which program, and which program is the
 * kernel. For people only: nothing is judged by it, and a certificate's subject is whatever its
 * maker wrote.
 *
 * Source: PC Client PFP 1.06 sections 3.3.4.8 and 10.2.6, UEFI 2.10 section 32.4.1. */
#ifndef APPRAISE_EVENTSTORY_H
#define APPRAISE_EVENTSTORY_H

#include "boot/eventlog.h"
#include "edge/crypto.h"

#define EVENTSTORY_SIZE      1024
#define EVENTSTORY_MAX_CERTS 8 /* certificates beyond these are not named */

struct eventstory {
	char text[EVENTSTORY_SIZE]; /* one line */
	/* length of the kind at the line's start, as in event_text.h */
	size_t kind_len;
	bool names_program; /* the text names the program that this event authorised */
	size_t cert_count;
	/* "" for a certificate that does not parse */
	char subjects[EVENTSTORY_MAX_CERTS][CRYPTO_NAME_SIZE];
};

/* `behind` is the walk that returned the event; the programs that follow are looked up in it. Only
 * measured events can authorise or be authorised. ERR_NO_MEMORY. */
int eventstory_describe(const struct eventlog *log, const struct eventlog_walk *behind,
	const struct event *event, struct eventstory *ret, struct err *err) err_check;

#endif

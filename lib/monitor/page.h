/* page.h - what an attestation came to, as one HTML page for people: no scripts, nothing fetched, readable in print.
 *
 * Everything on it is taken from a bundle and its check, so a page made on the VM and one made elsewhere from the VM's bundle show the
 * same. Text from outside is escaped (base/html.h). Bounded: of a large log the first events of each phase are shown, the others counted.
 */
#ifndef MONITOR_PAGE_H
#define MONITOR_PAGE_H

#include "appraise/drift.h"
#include "monitor/bundlecheck.h"

#define PAGE_MAX_BYTES (4u << 20)
#define PAGE_MAX_EVENTS                                                                                      \
	120 /* lines shown of each phase of the boot: what is measured again at once is in one */

/* This boot against the accepted ones; NULL in page_inputs: none are recorded. */
struct page_drift {
	const struct drift *drift;
	const struct drift_judgement *judgement;
	uint32_t compared; /* mask of the PCRs that were known of both */
};

struct page_inputs {
	const struct bundle *bundle;
	const struct bundlecheck *check; /* NULL if there is no evidence */
	struct bytes
		log;  /* without evidence: the event log alone, of which nothing is proved; may be empty */
	bool is_live; /* the bundle was made just now, here, with a token that was verified */
	const struct page_drift *drift;
	int64_t now_s;
};

/* Appends the page. */
int page_write(const struct page_inputs *inputs, struct buf *ret, struct err *err) err_check;

#endif

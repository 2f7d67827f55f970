/* page.h - what an attestation came to, as one HTML page for people: no scripts, nothing fetched,
 * readable in print.
 *
 * Everything on it is taken from a bundle and its check, so a page made on the VM and one made
 * elsewhere from the VM's bundle show the same. Text from outside is escaped (page/html.h).
 * Bounded: of a large log the first events of each phase are shown, the others counted. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "appraise/comparison.h"
#include "bundle/bundlecheck.h"

#define PAGE_MAX_BYTES (4u << 20)
#define PAGE_MAX_EVENTS                                                                            \
	120 /* lines shown of each phase of the boot: what is measured again at once is in one */

struct page_inputs {
	const struct bundle *bundle;
	const struct bundlecheck *check; /* NULL if there is no evidence */
	/* without evidence: the event log alone, of which nothing is proved; may be empty */
	struct bytes log;
	bool is_live; /* the bundle was made just now, here, with a token that was verified */
	/* NULL: no accepted boots are recorded, or it was not due */
	const struct comparison *comparison;
	int64_t now_s;
};

/* Class and mark of a card. */
enum page_look { PAGE_GOOD, PAGE_BAD, PAGE_OPEN, PAGE_INFO };

/* What stands on top: the verdict in a word, and its reason. */
struct page_headline {
	enum page_look look;
	const char *word;
	char text[ERR_MSG_SIZE];
	enum err_code code; /* ERR_OK: the text is no error's */
};

struct page_headline page_headline(const struct page_inputs *inputs);

/* Appends the page. */
int page_write(const struct page_inputs *inputs, struct buf *ret, struct err *err) err_check;

#endif

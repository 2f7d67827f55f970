/* page.h - an attestation's result as one HTML page for people: no scripts, nothing fetched,
 * printable.
 *
 * Everything on the page comes from a bundle and its check, so a page made on the VM and one made
 * elsewhere from the VM's bundle show the same. Text from outside is escaped (page/html.h). The
 * page is bounded: of a large log it shows the first events of each phase and counts the others. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "appraise/comparison.h"
#include "bundle/bundlecheck.h"

#define PAGE_MAX_BYTES (4u << 20)
/* lines shown of each phase of the boot; an event that is measured again at once shares a line */
#define PAGE_MAX_EVENTS 120

struct page_inputs {
	const struct bundle *bundle;
	const struct bundlecheck *check; /* NULL if there is no evidence */
	/* without evidence: the event log alone, unproven; may be empty */
	struct bytes log;
	bool is_live; /* the bundle was made just now on this machine, with a verified token */
	/* NULL if no accepted boots are recorded, or no comparison was due */
	const struct comparison *comparison;
	int64_t now_s;
	int64_t checked_s; /* the time for which certificates were judged */
};

/* Class and mark of a card. */
enum page_look { PAGE_GOOD, PAGE_BAD, PAGE_OPEN, PAGE_INFO };

/* The top of the page: the verdict in one word, and its reason. Away from the VM the word is
 * bundlecheck_word()'s. */
struct page_headline {
	enum page_look look;
	const char *word;
	char text[ERR_MSG_SIZE];
	enum err_code code; /* ERR_OK if the text is not an error's */
};

struct page_headline page_headline(const struct page_inputs *inputs);

/* Appends the page. */
int page_write(const struct page_inputs *inputs, struct buf *ret, struct err *err) err_check;

#endif

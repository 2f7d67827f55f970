/* status_report.h - between the parts of guest-attest report: the page (report.c) and this boot
 * against the accepted ones (report_changes.c). */
#ifndef HANDLER_COMMANDS_REPORT_H
#define HANDLER_COMMANDS_REPORT_H

#include "drift/baseline.h"
#include "page/page.h"

struct report_changes {
	struct components components;
	struct drift drift;
	struct drift_judgement judgement;
	struct page_drift page; /* points into the rest */
};

void report_changes_done(struct report_changes *changes);
static inline void report_changes_cleanup(struct report_changes *changes)
{
	report_changes_done(changes);
}

/* Looks on: writes nothing. False: no drift was found out, since there is nothing to compare with,
 * or this boot is not believed; or something could not be read, which is the judgement's verdict
 * then. */
bool report_find_changes(int root_fd, const struct bundle *bundle, const struct bundlecheck *check,
	struct report_changes *ret);

#endif

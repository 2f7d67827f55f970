/* component_stored.h - a component as a file keeps it: kind, PCR, name and digest. What was read
 * from the log beside the name (label, facts) is read from the name again, here and nowhere else.
 * A name that does not have the form of its kind gives none of it, as if the log had not told. */
#ifndef DRIFT_COMPONENT_STORED_H
#define DRIFT_COMPONENT_STORED_H

#include "drift/components.h"

/* Fills label and facts. */
void component_stored_read(struct component *component);

#endif

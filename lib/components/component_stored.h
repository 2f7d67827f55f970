/* component_stored.h - reads a component that a file stores by kind, PCR, name and digest. Its
 * label and facts, which components_read takes from the log, are parsed from the name here and
 * nowhere else. A name that does not have its kind's form gives none, as if the log had not held
 * them. */
#ifndef COMPONENTS_COMPONENT_STORED_H
#define COMPONENTS_COMPONENT_STORED_H

#include "components/components.h"

/* Fills label and facts from the name. */
void component_stored_read(struct component *component);

#endif

/* foretell_facts.h - what is foretold as rows: lines for people, members for programs. */
#ifndef FORETELL_FORETELL_FACTS_H
#define FORETELL_FORETELL_FACTS_H

#include "appraise/facts.h"
#include "foretell/foretell.h"

void foretell_facts(const struct facts *facts, const struct foretell *foretell);

#endif

/* components_keys.h - the components of PCR 7: Secure Boot's state, its key databases entry by
 * entry, and authorities. For a log whose data was checked (replay_check_data), for components.h.
 *
 * Source: PC Client PFP 1.06 section 3.3.4.8, UEFI 2.10 section 32.4.1. */
#ifndef COMPONENTS_COMPONENTS_KEYS_H
#define COMPONENTS_COMPONENTS_KEYS_H

#include "components/components.h"

/* Adds the components of a measured event. ERR_NO_MEMORY. */
int components_add_secure_boot(
	struct components *components, const struct event *event, struct err *err) err_check;

#endif

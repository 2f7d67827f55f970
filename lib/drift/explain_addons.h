/* explain_addons.h - a kernel command line that add-ons of a unified image bring.
 *
 * systemd-stub starts the programs NAME.addon.efi of two folders, loader/addons and
 * IMAGE.efi.extra.d, in the order of their names, so that the firmware measures each in PCR 4. The
 * texts of their sections .cmdline, separated by one blank, are measured in PCR 12 as one text a
 * folder, in UTF-16 with its final NUL. Each add-on must be known, or its own change explained.
 *
 * Source: systemd 258 src/boot/stub.c (load_addons, cmdline_append_and_measure_addons). */
#ifndef DRIFT_EXPLAIN_ADDONS_H
#define DRIFT_EXPLAIN_ADDONS_H

#include "drift/explain_file.h"

/* Call it when the drift's programs are explained. Other components than command lines in PCR 12,
 * and those that are explained, stay as they are. */
void explain_addons(const struct explain_case *one, const struct components *boot,
	const struct drift *drift, struct explanation *ret);

#endif

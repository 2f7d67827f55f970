/* log.h - the ways in which guest-attest log prints a log: for people (log_story.c), for programs
 * (log_json.c). */
#ifndef HANDLER_COMMANDS_LOG_H
#define HANDLER_COMMANDS_LOG_H

#include "boot/eventlog.h"

/* Prints the boot by its phases, one line for each event; after many of one kind the rest is
 * counted. */
int log_print_story(const struct eventlog *log, struct err *err) err_check;
int log_print_json(const struct eventlog *log, struct err *err) err_check;

#endif

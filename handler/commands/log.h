/* log.h - between the parts of guest-attest log: the command and its table (log.c), for people
 * (log_story.c), for programs (log_json.c). */
#ifndef HANDLER_COMMANDS_LOG_H
#define HANDLER_COMMANDS_LOG_H

#include "appraise/secureboot.h"

#define LOG_ALL_PCRS 0xFFFFFFu

#define LOG_TYPE_SIZE 40
/* A type that has no name is shown by its number. */
void log_type_text(uint32_t type, char ret[LOG_TYPE_SIZE]);

/* Of PCR 7; of a confidential VM's log, which has no PCRs, nothing is read. ERR_SECURE_BOOT_LOG,
 * ERR_NO_MEMORY. */
int log_read_secure_boot(
	const struct eventlog *log, struct secureboot *ret, struct err *err) err_check;

/* The boot by its phases, one line for each thing that happened; much of a kind is counted. */
int log_print_story(const struct eventlog *log, struct err *err) err_check;
int log_print_json(const struct eventlog *log, struct err *err) err_check;

#endif

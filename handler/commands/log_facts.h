/* log_facts.h - what all forms of guest-attest log show. */
#ifndef HANDLER_COMMANDS_LOG_FACTS_H
#define HANDLER_COMMANDS_LOG_FACTS_H

#include "appraise/secureboot.h"

#define LOG_ALL_PCRS 0xFFFFFFu

#define LOG_TYPE_SIZE 40
/* A type that has no name is shown by its number. */
void log_type_text(uint32_t type, char ret[LOG_TYPE_SIZE]);

/* Of PCR 7; of a confidential VM's log, which has no PCRs, nothing is read. ERR_SECURE_BOOT_LOG,
 * ERR_NO_MEMORY. */
int log_read_secure_boot(
	const struct eventlog *log, struct secureboot **ret, struct err *err) err_check;

#endif

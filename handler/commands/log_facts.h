/* log_facts.h - values that all forms of guest-attest log show. */
#ifndef HANDLER_COMMANDS_LOG_FACTS_H
#define HANDLER_COMMANDS_LOG_FACTS_H

#include "appraise/secureboot.h"

#define LOG_ALL_PCRS 0xFFFFFFu

#define LOG_TYPE_SIZE 40
/* The type's name, or its number if it has none. */
void log_type_text(uint32_t type, char ret[LOG_TYPE_SIZE]);

/* Secure Boot's facts from PCR 7; NULL for a confidential VM's log, which has no PCRs.
 * ERR_SECURE_BOOT_LOG, ERR_NO_MEMORY. */
int log_read_secure_boot(
	const struct eventlog *log, struct secureboot **ret, struct err *err) err_check;

#endif

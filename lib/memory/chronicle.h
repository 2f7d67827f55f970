/* chronicle.h - every change of this VM's health, and what its owner acknowledged, kept through
 * restarts in var/lib/guest-attestation/chronicle.json, for root only.
 *
 * Each entry holds the SHA-256 of the one before, so that an entry that was edited or left out
 * shows. Root can replace the whole file; the head's hash stands in the status for that, which
 * leaves the VM.
 *
 * A change to Unhealthy is an incident, whose id is the number of its entry. It is open until it is
 * acknowledged, even if the VM is Healthy again. That entries were lost is one, too: history.json
 * holds how many there were, so that no incident ends with the file. */
#ifndef MEMORY_CHRONICLE_H
#define MEMORY_CHRONICLE_H

#include "appraise/verdict.h"
#include "base/boot_id.h"
#include "edge/crypto.h"
#include "edge/state.h"
#include "memory/proof.h"

#define CHRONICLE_FILE         "chronicle.json" /* below the state folder */
#define CHRONICLE_MAX          200 /* entries; the oldest is dropped for a newer one */
#define CHRONICLE_OPEN_MAX     16 /* further ones follow when these are acknowledged */
#define CHRONICLE_TEXT_SIZE    200
#define CHRONICLE_HEX_SIZE     (2 * CRYPTO_SHA256_SIZE + 1)
#define CHRONICLE_ACKNOWLEDGED "Acknowledged"
#define CHRONICLE_ALTERED      "Altered"

struct chronicle_entry {
	int64_t number; /* from 1 on, without gaps */
	int64_t at_s; /* Unix time */
	char what[16]; /* health_name(), or one of the above */
	uint32_t code; /* the reason's */
	int64_t incident; /* the number that was acknowledged; 0 in a change */
	char boot_id[BOOT_ID_SIZE]; /* in an acknowledgement, the incident's */
	char text[CHRONICLE_TEXT_SIZE]; /* the reason; clean */
	uint8_t before[CRYPTO_SHA256_SIZE]; /* hash of the entry before; 0 in the first */
	uint8_t hash[CRYPTO_SHA256_SIZE]; /* of all of the above */
};

/* 80 KiB: on the heap. */
struct chronicle {
	size_t count, open_count;
	struct chronicle_entry entries[CHRONICLE_MAX];
	/* copies of the incidents' entries, which outlive these */
	struct chronicle_entry open[CHRONICLE_OPEN_MAX];
};

int chronicle_new(struct chronicle **ret, struct err *err) err_check;
static inline void chronicle_cleanup(struct chronicle **chronicle)
{
	free(*chronicle);
}
/* ERR_STATE_INVALID: no chronicle. One that was edited is read all the same. */
int chronicle_parse(struct bytes text, struct chronicle *ret, struct err *err) err_check;
/* For whoever reads the file and writes it: nobody else does so until ret_fd is closed.
 * ERR_STATE_UNREADABLE. */
int chronicle_lock(int state_fd, int *ret_fd, struct err *err) err_check;
/* For readers. ret is empty unless STATE_LOADED. */
enum state_found chronicle_load(int state_fd, struct chronicle *ret, struct err *err) err_check;
/* What a round found, and when. */
struct chronicle_news {
	const struct verdict *verdict;
	struct moment at;
};

/* For the service: reads the file, notes the news, oldest first, and writes it. A damaged file is
 * set aside; if it or entries are gone, that is noted, too. known: the number of the newest entry
 * that was ever written, 0 = none; it is updated. trouble: what is to be reported, code ERR_OK:
 * nothing. False: the file cannot be read, and ret is empty. */
bool chronicle_remember(int state_fd, const struct chronicle_news *news, size_t count,
	int64_t *known, struct chronicle *ret, struct err *trouble);
/* The caller holds the lock. */
int chronicle_save(int state_fd, const struct chronicle *chronicle, struct err *err) err_check;

/* Adds an entry if the health differs from the last one, or the VM is Unhealthy for another reason.
 * Whether it did. */
bool chronicle_note(
	struct chronicle *chronicle, const struct verdict *verdict, const struct moment *now);
/* Adds an entry that ends an open incident. ERR_USAGE: no such incident is open. */
int chronicle_acknowledge(struct chronicle *chronicle, int64_t incident, const char *reason,
	int64_t now_s, struct err *err) err_check;

/* The last change; NULL: none yet. */
const struct chronicle_entry *chronicle_last_change(const struct chronicle *chronicle);
/* The open incident that says most about the VM: the oldest, or one that is not CHRONICLE_ALTERED.
 * NULL: none is open. */
const struct chronicle_entry *chronicle_worst(const struct chronicle *chronicle);
/* The hash of the last entry; "" if there is none. */
void chronicle_head(const struct chronicle *chronicle, char ret[CHRONICLE_HEX_SIZE]);

#define CHRONICLE_FAULT_SIZE 160
/* What shows that the file was altered: the nth fault, from 0, as a sentence. head: a hash that the
 * status showed, NULL: none. False if there are fewer. */
bool chronicle_fault(const struct chronicle *chronicle, const char *head, size_t nth,
	char ret[CHRONICLE_FAULT_SIZE]);
/* "3 of 2026-01-31T12:00:00Z (log-mismatch)", for messages. */
void chronicle_incident_text(const struct chronicle_entry *incident, char ret[CHRONICLE_FAULT_SIZE]);

#endif

/* attest_now.h - a command's request that the running service attests at once:
 * var/lib/guest-attestation/attest-now.json, for root only. The service watches the folder, and
 * removes the request when a round that began after it has ended. */
#ifndef SERVICE_ATTEST_NOW_H
#define SERVICE_ATTEST_NOW_H

#include "edge/state.h"

#define ATTEST_NOW_FILE    "attest-now.json" /* below the state folder */
#define ATTEST_NOW_ID_SIZE 33
/* a round takes at most a minute, and another may be under way */
#define ATTEST_NOW_WAIT_MS 90000

/* For commands. ERR_SERVICE: the service does not run, or no round ended in time; the request stays
 * and is met later. Other errors as state_save(). */
int attest_now_run(int state_fd, struct err *err) err_check;

/* For the service. ret: which request waits; "" if none does, or if it cannot be read. */
void attest_now_find(int state_fd, char ret[ATTEST_NOW_ID_SIZE]);
/* Removes this request, unless a newer one took its place during the round. */
void attest_now_meet(int state_fd, const char *id);

#endif

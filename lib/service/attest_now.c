#include "service/attest_now.h"

#include <poll.h>
#include <string.h>
#include "base/clock.h"
#include "base/codec.h"
#include "edge/crypto.h"
#include "edge/members.h"
#include "memory/running.h"

#define LOOK_MS         100
#define LOOK_FOR_END_MS 1000 /* of the service, which would leave the request waiting */

struct wish {
	char id[ATTEST_NOW_ID_SIZE];
};

static const struct member rows[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct wish, id)},
};

static int read_wish(const json *document, void *ret, struct err *err)
{
	return members_read(document, MEMBERS(rows), ret, err);
}

void attest_now_find(int state_fd, char ret[ATTEST_NOW_ID_SIZE])
{
	static const struct state_file file = {ATTEST_NOW_FILE, read_wish};
	struct wish wish;
	struct err ignored;

	if (state_load(state_fd, &file, &wish, &ignored) != STATE_LOADED)
		wish.id[0] = '\0';
	memcpy(ret, wish.id, sizeof(wish.id));
}

void attest_now_meet(int state_fd, const char *id)
{
	char newest[ATTEST_NOW_ID_SIZE];
	struct err ignored;

	attest_now_find(state_fd, newest);
	if (id[0] && strcmp(newest, id) == 0)
		(void)!state_remove(state_fd, ATTEST_NOW_FILE, &ignored);
}

static int save_wish(int state_fd, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();
	uint8_t random[(ATTEST_NOW_ID_SIZE - 1) / 2];
	struct wish wish;

	if (crypto_random(random, sizeof(random), err) < 0)
		return -1;
	hex_encode((struct bytes){random, sizeof(random)}, wish.id);
	members_add(document, MEMBERS(rows), &wish);
	return state_save(state_fd, ATTEST_NOW_FILE, document, err);
}

static int find_service(int state_fd, struct err *err)
{
	pid_t pid;

	if (running_find_pid(state_fd, &pid, err) < 0)
		return -1;
	return pid ? 0 : err_set(err, ERR_SERVICE, 0, "The service does not run.");
}

int attest_now_run(int state_fd, struct err *err)
{
	int64_t started_ms = clock_monotonic_ms();
	char waiting[ATTEST_NOW_ID_SIZE];

	if (find_service(state_fd, err) < 0 || save_wish(state_fd, err) < 0)
		return -1;
	for (int64_t passed_ms = 0; passed_ms < ATTEST_NOW_WAIT_MS;
		passed_ms = clock_monotonic_ms() - started_ms) {
		attest_now_find(state_fd, waiting);
		if (!waiting[0])
			return 0;
		if (passed_ms % LOOK_FOR_END_MS < LOOK_MS && find_service(state_fd, err) < 0)
			return -1;
		(void)poll(NULL, 0, LOOK_MS);
	}
	return err_set(err, ERR_SERVICE, 0,
		"The service did not attest within %d s; it will as soon as it can.",
		ATTEST_NOW_WAIT_MS / 1000);
}

/* years_world.h - the VM of test_years and all around it: its time, what troubles it, and what its
 * service sees in the place of clocks, randomness and disk. Shared by the processes that a run of
 * the service is. */
#ifndef TEST_SUPPORT_YEARS_WORLD_H
#define TEST_SUPPORT_YEARS_WORLD_H

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <sys/stat.h>
#include "../support/years_provider.h"
#include "agent/status.h"
#include "base/clock.h"

#define MINUTE_S 60
#define HOUR_S   3600
#define DAY_S    86400
#define YEAR_S   (365 * (int64_t)DAY_S)

#define CLOCK_EXACT_S 60 /* up to which a clock that is wrong does no harm */
#define REQUESTS_MAX  6 /* within an hour, in a boot that waits for its first answer */
#define FAILED        3 /* exit status of a service's process: a rule was broken */

enum what {
	NOTHING,
	REBOOT, /* in order, for some minutes */
	LONG_OFF,
	POWER_CUT,
	CUT_IN_WRITE,
	SERVICE_KILLED,
	SERVICE_STOPPED,
	BAD_BOOT,
	CLOCK_SET,
	VM_SAVED,
	OUTAGE,
	BUSY,
	TPM_TROUBLE,
	DISK_FULL,
	SNAPSHOT,
	RESTORE,
	CLONE,
	REQUEST,
	SECOND_SERVICE,
	WHAT_COUNT,
};
static const char *const names[WHAT_COUNT] = {"nothing", "reboot", "long off", "power cut",
	"cut in a write", "service killed", "service stopped", "bad boot", "clock set", "VM saved",
	"outage", "provider busy", "TPM trouble", "disk full", "snapshot", "restore", "clone",
	"request", "second service"};

/* Shared by all processes: it is the VM, and all around it. */
static struct world {
	uint64_t random;
	int64_t true_s, boot_s; /* now; CLOCK_BOOTTIME */
	int64_t ahead_s; /* the VM's clock before the true time */
	int64_t next_s; /* when something happens */
	int64_t mend_s; /* when the clock is mended; 0: it is right */
	int64_t outage_s, tpm_s, full_s; /* until when each lasts */
	bool has_room_for_status; /* the full disk holds only the state */
	bool is_tight; /* there is room for one status, and not for a new one beside it */
	enum what (*scene)(unsigned step); /* what happens next; NULL: it is drawn */
	unsigned step;
	bool is_set_in_round; /* the next round ends with a clock that is right */
	struct years_day day;
	int64_t quiet_since_s; /* nothing was wrong, or changed, since then */
	uint32_t boot, first_boot; /* the boot's number; the first one of this VM ID */
	bool has_snapshot;
	enum what ended_by;
	int cut_after; /* renames until the power is cut; 0: it is not */
	/* the last round of this run of the service */
	bool is_in_round, has_round, is_new, was_woken, had_tpm, was_verified;
	int64_t round_s, round_boot_s, round_cert_left_s;
	int64_t room_boot_s; /* since when there is room on the disk */
	int64_t asked_boot_s[REQUESTS_MAX]; /* when the provider got requests that nothing woke */
	uint32_t asked;
	bool has_slot; /* due_boot_s is the slot after it, at which the next one is due */
	int64_t due_boot_s;
	/* the last proof */
	uint32_t proof_boot;
	int64_t proof_boot_s, proof_end_s;
	/* the certificate */
	int64_t renew_s; /* when its renewal comes; 0: it is not under way */
	int64_t cert_chance_s; /* for how long the service has been able to trigger that */
	int64_t on_s; /* for how long the service ran */
	uint32_t rounds, healthy, counts[WHAT_COUNT];
} * world;

static uint64_t seed = 16; /* in 60 days it knows each trouble */
static int complaints = STDERR_FILENO;
static bool is_service; /* this process */

static uint64_t draw(void)
{
	/* xorshift64*: Vigna, An experimental exploration of Marsaglia's xorshift generators */
	world->random ^= world->random >> 12;
	world->random ^= world->random << 25;
	world->random ^= world->random >> 27;
	return world->random * 0x2545F4914F6CDD1DULL >> 16;
}

static int64_t between(int64_t least, int64_t most)
{
	return least + (int64_t)(draw() % (uint64_t)(most - least + 1));
}

static int64_t wall_s(void)
{
	return world->true_s + world->ahead_s;
}

/* ---- what the service sees in the place of clocks, randomness and disk ---- */

int64_t __wrap_clock_now_s(void);
int64_t __wrap_clock_now_ns(void);
int64_t __wrap_clock_monotonic_ms(void);
struct clock_time __wrap_clock_read(void);
int __wrap_crypto_random(uint8_t *ret, size_t len, struct err *err);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_fsync(int fd);

int64_t __wrap_clock_now_s(void)
{
	return wall_s();
}

int64_t __wrap_clock_now_ns(void)
{
	return wall_s() * 1000000000;
}

int64_t __wrap_clock_monotonic_ms(void)
{
	return world->boot_s * 1000;
}

struct clock_time __wrap_clock_read(void)
{
	return (struct clock_time){.wall_s = wall_s(), .boot_s = world->boot_s};
}

int __wrap_crypto_random(uint8_t *ret, size_t len, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)draw();
	return 0;
}

int __wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

static bool is_full(int to_fd, const char *to)
{
	bool is_status = strcmp(to, "0.status") == 0;

	if (is_status && world->is_tight && faccessat(to_fd, to, F_OK, 0) == 0)
		return true;
	return world->full_s > world->true_s && !(is_status && world->has_room_for_status);
}

/* A file's new contents count from here on. */
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	const struct timespec times[] = {{.tv_sec = wall_s()}, {.tv_sec = wall_s()}};
	bool is_cut = is_service && world->cut_after && --world->cut_after == 0;

	if (is_service && is_full(to_fd, to)) {
		errno = ENOSPC;
		return -1;
	}
	if (is_cut)
		world->ended_by = CUT_IN_WRITE;
	if (is_cut && draw() % 2)
		_exit(0);
	if (__real_renameat(from_fd, from, to_fd, to) < 0 || utimensat(to_fd, to, times, 0) < 0)
		return -1;
	if (is_cut)
		_exit(0);
	return 0;
}

static _Noreturn void broken(const struct status *status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static _Noreturn void broken(const struct status *status, const char *format, ...)
{
	char time[CLOCK_TEXT_SIZE], clock[CLOCK_TEXT_SIZE];
	va_list arguments;

	clock_text(world->true_s, time);
	clock_text(wall_s(), clock);
	(void)dprintf(complaints,
		"seed %" PRIu64 ", %s, boot %u since %" PRId64 " s, its clock %s: ", seed, time,
		world->boot, world->boot_s, clock);
	va_start(arguments, format);
	(void)vdprintf(complaints, format, arguments);
	va_end(arguments);
	(void)dprintf(complaints, "\n  last: %s; the status: %s: %s\n", names[world->ended_by],
		status ? status_state_name(status->state) : "none", status ? status->message : "");
	_exit(FAILED);
}

#endif

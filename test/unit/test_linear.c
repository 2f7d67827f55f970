/* Work grows with the log and not with its square: counted in steps, not in time. The Makefile lets
 * the linker send every step of a walk (event_next_any) through here. */
#include "check.h"
#include "../support/logmaker.h"
#include "../support/recorded.h"
#include "appraise/authority.h"
#include "components/components.h"
#include "appraise/eventstory.h"
#include "appraise/unquoted.h"
#include "appraise/replay.h"
#include "appraise/secureboot.h"
#include "boot/cclog.h"

bool __real_event_next_any(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret);
bool __wrap_event_next_any(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret);
bool __wrap_event_next(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret);

static uint64_t steps;

bool __wrap_event_next_any(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret)
{
	steps++;
	return __real_event_next_any(log, walk, ret);
}

/* What the library does by calls within its own file. */
bool __wrap_event_next(const struct eventlog *log, struct eventlog_walk *walk, struct event *ret)
{
	while (__wrap_event_next_any(log, walk, ret))
		if (ret->is_measured)
			return true;
	return false;
}

/* The authority of a recorded boot, as its event holds it: a certificate of db. */
static struct buf real_authority(void)
{
	auto_cleanup(buf) struct buf bytes = recorded_file("secureboot-on", "eventlog.bin");
	struct buf data = buf_with_max(1 << 16);
	struct eventlog log;
	struct eventlog_walk walk;
	struct event event;
	struct err err;

	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	walk = eventlog_walk(&log);
	while (event_next_any(&log, &walk, &event) && data.len == 0)
		if (event.type == EV_EFI_VARIABLE_AUTHORITY)
			put(&data, event.data.data, event.data.len);
	return data;
}

enum shape { AUTHORITIES, SETTINGS, COMMANDS, PROGRAMS, SHAPE_COUNT };

/* Events without any program behind them, or all of one program: what a search could run through
 * again and again. */
static void put_shape(struct buf *log, enum shape shape, struct bytes authority, uint32_t count)
{
	static const struct logmaker_digest digest = {EVENTLOG_SHA256, 32, 0x11};
	auto_cleanup(buf) struct buf setting = variable_data(uefi_global_variable_guid, "SbatLevel",
		(struct bytes){authority.data + 36, authority.len - 36});

	for (uint32_t i = 0; shape == PROGRAMS && i < count; i++) {
		static const uint8_t image[32] = {[8] = 7};

		put_event_head(log, 4, EV_EFI_BOOT_SERVICES_APPLICATION, &digest, 1);
		put_event_data(log, (struct bytes){image, sizeof(image)});
	}
	for (uint32_t i = 0; shape != PROGRAMS && i < count; i++) {
		put_event_head(log, shape == COMMANDS ? 8 : 7,
			shape == COMMANDS ? EV_IPL : EV_EFI_VARIABLE_AUTHORITY, &digest, 1);
		put_event_data(log, shape == COMMANDS   ? TEXT("grub_cmd: true")
				    : shape == SETTINGS ? buf_bytes(&setting)
							: authority);
	}
}

static void do_everything(const struct eventlog *log)
{
	auto_cleanup(components) struct components components = components_empty();
	struct eventlog_walk walk = eventlog_walk(log);
	struct event event;
	struct authorities authorities;
	struct eventstory story;
	struct unquoted_pcrs unquoted;
	struct secureboot facts;
	struct tpm_pcrs led_to, other;
	auto_cleanup(findings) struct findings each = {0};
	struct err err;

	while (event_next_any(log, &walk, &event))
		check_ok(eventstory_describe(log, &walk, &event, &story, &err), &err);
	check_ok(replay_sha256(log, &led_to, &err), &err);
	other = led_to;
	other.mask = 0xFFFFFF;
	for (uint32_t pcr = 0; pcr < TPM_PCR_COUNT; pcr++)
		other.digest[pcr][0] ^= 1;
	(void)replay_compare(log, &led_to, &other, &each);
	(void)!unquoted_compare(log, &led_to, &other, &unquoted, &err);
	(void)!replay_check_data(log, 0xFFFFFF, &err);
	(void)!secureboot_read(log, &facts, &err);
	check_ok(authority_read(log, &authorities, &err), &err);
	(void)cclog_is(log);
	(void)!components_read(log, 0xFFFFFF, &components, &err);
}

static uint64_t steps_for(enum shape shape, uint32_t count)
{
	static const struct logmaker_bank banks[] = {{EVENTLOG_SHA256, 32}};
	auto_cleanup(buf) struct buf authority = real_authority();
	auto_cleanup(buf) struct buf bytes = buf_with_max(EVENTLOG_MAX_FILE);
	struct eventlog log;
	struct err err;

	put_header(&bytes, banks, 1);
	put_shape(&bytes, shape, buf_bytes(&authority), count);
	check_ok(eventlog_open(buf_bytes(&bytes), &log, &err), &err);
	steps = 0;
	do_everything(&log);
	return steps;
}

static void twice_the_log_is_twice_the_steps(void **state)
{
	(void)state;
	for (enum shape shape = AUTHORITIES; shape < SHAPE_COUNT; shape++) {
		uint64_t once = steps_for(shape, 200), twice = steps_for(shape, 400);

		if (twice > 2 * once + 100)
			fail_msg("shape %u: %llu steps for 200 events, %llu for 400", shape,
				(unsigned long long)once, (unsigned long long)twice);
		assert_true(once >= 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twice_the_log_is_twice_the_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

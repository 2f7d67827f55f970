#include "check.h"
#include "appraise/measured.h"

/* An event of this PCR with the digest of `measured`. */
struct made {
	struct event event;
	uint8_t digest[CRYPTO_MAX_HASH_SIZE];
};

static void make(struct made *ret, uint32_t pcr, uint32_t type, struct bytes measured, uint16_t alg)
{
	enum crypto_hash hash;

	assert_true(measured_hash(alg, &hash));
	crypto_digest(hash, &measured, 1, ret->digest);
	ret->event = (struct event){.pcr = pcr,
		.type = type,
		.data = TEXT("what somebody says"),
		.is_measured = true,
		.measured = {ret->digest, crypto_hash_size(hash)},
		.measured_alg = alg};
	event_read(&ret->event);
}

static const uint8_t zeros[4], ones[4] = {0xFF, 0xFF, 0xFF, 0xFF}, error[4] = {1};

#define BYTES(array) ((struct bytes){array, sizeof(array)})

/* Neither type nor data makes a step of a program, or hides a separator. */
static void a_step_is_known_by_its_digest(void **state)
{
	const struct {
		struct bytes measured;
		bool is_separator, is_step;
	} rows[] = {
		{BYTES(zeros), true, true},
		{BYTES(ones), true, true},
		{BYTES(error), true, true},
		{TEXT("Calling EFI Application from Boot Option"), false, true},
		{TEXT("Returning from EFI Application from Boot Option"), false, true},
		{TEXT("Exit Boot Services Invocation"), false, true},
		{TEXT("calling EFI Application from Boot Option"), false, false},
		{TEXT("MZ"), false, false},
		{TEXT(""), false, false},
	};
	static const uint32_t types[] = {
		EV_SEPARATOR, EV_EFI_ACTION, EV_EFI_BOOT_SERVICES_APPLICATION, EV_IPL, 0x12345678};
	static const uint16_t algs[] = {
		EVENTLOG_SHA1, EVENTLOG_SHA256, EVENTLOG_SHA384, EVENTLOG_SHA512};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(types) * COUNT(algs); i++) {
		size_t row = i % COUNT(rows), type = i / COUNT(rows) % COUNT(types);
		struct made made;

		make(&made, 4, types[type], rows[row].measured, algs[i / COUNT(rows) / COUNT(types)]);
		assert_true(measured_is(&made.event, rows[row].measured));
		assert_false(measured_is(&made.event, TEXT("other bytes")));
		assert_int_equal(measured_is_separator(&made.event), rows[row].is_separator);
		assert_int_equal(measured_is_step(&made.event), rows[row].is_step);
		assert_int_equal(measured_is_program(&made.event), !rows[row].is_step);
		made.event.data = rows[row].measured; /* as it may stand there of a program, too */
		assert_int_equal(measured_is_step(&made.event), rows[row].is_step);
	}
}

static void what_was_not_measured_is_nothing(void **state)
{
	struct made made;

	(void)state;
	make(&made, 4, EV_EFI_BOOT_SERVICES_APPLICATION, BYTES(zeros), EVENTLOG_SHA256);
	made.event.is_measured = false;
	assert_false(measured_is(&made.event, BYTES(zeros)) || measured_is_separator(&made.event) ||
		     measured_is_step(&made.event) || measured_is_program(&made.event));
	make(&made, 4, EV_SEPARATOR, BYTES(zeros), EVENTLOG_SHA256);
	made.event.measured_alg = EVENTLOG_SM3_256; /* which we lack */
	assert_false(measured_is_separator(&made.event));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_known_by_its_digest),
		cmocka_unit_test(what_was_not_measured_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "appraise/measured.h"

#define DRIVER_PCR  2 /* and RTMR1 of a confidential VM, which gets all programs */
#define PROGRAM_PCR 4
#define RETURN_TEXT "Returning from EFI Application from Boot Option"

bool measured_hash(uint16_t alg, enum crypto_hash *ret)
{
	switch (alg) {
	case EVENTLOG_SHA1:
		*ret = CRYPTO_SHA1;
		return true;
	case EVENTLOG_SHA256:
		*ret = CRYPTO_SHA256;
		return true;
	case EVENTLOG_SHA384:
		*ret = CRYPTO_SHA384;
		return true;
	case EVENTLOG_SHA512:
		*ret = CRYPTO_SHA512;
		return true;
	default:
		return false;
	}
}

bool measured_is(const struct event *event, struct bytes bytes)
{
	uint8_t computed[CRYPTO_MAX_HASH_SIZE];
	enum crypto_hash hash;

	if (!event->is_measured || !measured_hash(event->measured_alg, &hash))
		return false;
	crypto_digest(hash, &bytes, 1, computed);
	return bytes_equal(event->measured, (struct bytes){computed, crypto_hash_size(hash)});
}

/* 0 or -1; 1 after an error of the firmware */
bool measured_is_separator(const struct event *event)
{
	static const uint8_t values[][4] = {
		{0x00, 0x00, 0x00, 0x00}, {0xFF, 0xFF, 0xFF, 0xFF}, {0x01, 0x00, 0x00, 0x00}};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (measured_is(event, (struct bytes){values[i], sizeof(values[i])}))
			return true;
	return measured_is(event, bytes_of_text("WBCL"));
}

bool measured_is_return(const struct event *event)
{
	return measured_is(event, bytes_of_text(RETURN_TEXT));
}

bool measured_is_step(const struct event *event)
{
	static const char *const texts[] = {"Calling EFI Application from Boot Option", RETURN_TEXT,
		"Exit Boot Services Invocation", "Exit Boot Services Returned with Failure",
		"Exit Boot Services Returned with Success"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (measured_is(event, bytes_of_text(texts[i])))
			return true;
	return measured_is_separator(event);
}

bool measured_is_program(const struct event *event)
{
	if (!event->is_measured)
		return false;
	if (event->pcr == PROGRAM_PCR)
		return !measured_is_step(event);
	return event->pcr == DRIVER_PCR && event->what == EVENT_IMAGE;
}

/* A replacement of the attestation key's certificate that was cut off is ended in a software TPM.
 */
#include "check.h"
#include "../support/vtpm.h"
#include "attest/cert_renewal.h"
#include "base/file.h"

#define OWN      "00060006" /* attributes of the index as clients define it */
#define PLATFORM "42060004" /* as the paravisor does */
#define MAX_CERT 4096

enum which { NOTHING, BEFORE, NEXT, LATER };

static struct {
	struct vtpm tpm;
	struct {
		uint8_t data[MAX_CERT];
		size_t len;
	} certs[LATER + 1], foreign;
	int state_fd;
} shared;

static struct bytes cert(enum which which)
{
	return (struct bytes){shared.certs[which].data, shared.certs[which].len};
}

/* Of the same key each time, since the template is the same. */
static void make_cert(enum which which, const char *days)
{
	vtpm_provision(&shared.tpm, "--days", days, "--nv-attributes", OWN, NULL);
	shared.certs[which].len = folder_read(
		shared.tpm.folder, "ak-certificate.der", shared.certs[which].data, MAX_CERT);
}

static int start(void **state)
{
	(void)state;
	vtpm_start(&shared.tpm);
	make_cert(BEFORE, "20");
	make_cert(NEXT, "300");
	make_cert(LATER, "400");
	vtpm_provision(&shared.tpm, "--wrong-key", NULL);
	shared.foreign.len =
		folder_read(shared.tpm.folder, "ak-certificate.der", shared.foreign.data, MAX_CERT);
	shared.state_fd = open(shared.tpm.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return shared.state_fd < 0;
}

static int stop(void **state)
{
	(void)state;
	(void)close(shared.state_fd);
	vtpm_stop(&shared.tpm);
	return 0;
}

/* The key, and an index that holds this; NOTHING: none. */
static void provision(enum which which, const char *attributes)
{
	char path[FOLDER_SIZE + 16];

	if (which == NOTHING) {
		vtpm_provision(&shared.tpm, "--no-cert", NULL);
		return;
	}
	folder_write(shared.tpm.folder, "cert.der", cert(which).data, cert(which).len);
	(void)snprintf(path, sizeof(path), "%s/cert.der", shared.tpm.folder);
	vtpm_provision(&shared.tpm, "--cert-file", path, "--nv-attributes", attributes, NULL);
}

static void begin_replacement(struct bytes next)
{
	auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
	struct err err;

	record.asked_s = 1000;
	check_ok(buf_set(&record.next, next, &err), &err);
	check_ok(buf_set(&record.before, cert(BEFORE), &err), &err);
	check_ok(cert_record_save(shared.state_fd, &record, &err), &err);
}

static enum cert_renewal resume(
	const char *tcti, char trouble[CERT_RECORD_TROUBLE_SIZE], struct err *err)
{
	const struct round_inputs inputs = {.sources.root_fd = -1, .tcti = tcti};

	err->code = ERR_OK;
	return cert_renewal_resume(shared.state_fd, &inputs, trouble, err);
}

static bool is_kept(void)
{
	auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
	struct err err;

	assert_int_equal(cert_record_take(shared.state_fd, &record, &err), STATE_LOADED);
	assert_int_equal(record.asked_s, 1000);
	assert_int_equal(record.next.len != 0, record.before.len != 0);
	return record.next.len;
}

static void check_holds(enum which which)
{
	auto_cleanup(buf) struct buf found = buf_with_max(TPM_MAX_CERT);
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	struct err err;

	check_ok(tpm_open(shared.tpm.tcti, &tpm, &err), &err);
	if (which == NOTHING) {
		check_err(tpm_read_ak_cert(tpm, &found, &err), &err, ERR_NO_AK_CERT);
		return;
	}
	check_ok(tpm_read_ak_cert(tpm, &found, &err), &err);
	assert_true(bytes_equal(buf_bytes(&found), cert(which)));
}

static void the_certificate_that_is_kept_comes_into_the_tpm(void **state)
{
	static const struct {
		enum which there;
		enum cert_renewal outcome;
		enum which then;
	} rows[] = {
		{NOTHING, CERT_RENEWAL_DONE, NEXT},
		{BEFORE, CERT_RENEWAL_DONE, NEXT},
		{NEXT, CERT_RENEWAL_NONE, NEXT},
		/* the platform renewed it meanwhile */
		{LATER, CERT_RENEWAL_NONE, LATER},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char trouble[CERT_RECORD_TROUBLE_SIZE] = "none";
		struct err err;

		provision(rows[i].there, OWN);
		begin_replacement(cert(NEXT));
		if (resume(shared.tpm.tcti, trouble, &err) != rows[i].outcome)
			fail_msg("row %zu: %s", i, err.msg);
		assert_string_equal(trouble, "");
		check_holds(rows[i].then);
		assert_false(is_kept());
		assert_int_equal(resume("swtpm:path=/none", trouble, &err), CERT_RENEWAL_NONE);
	}
}

static void one_of_another_tpm_is_dropped(void **state)
{
	char trouble[CERT_RECORD_TROUBLE_SIZE];
	struct err err;

	(void)state;
	provision(NOTHING, OWN);
	begin_replacement((struct bytes){shared.foreign.data, shared.foreign.len});
	assert_int_equal(resume(shared.tpm.tcti, trouble, &err), CERT_RENEWAL_NONE);
	check_holds(NOTHING);
	assert_false(is_kept());
}

static void check_fails(const char *tcti, bool then_kept, const char *words)
{
	char trouble[CERT_RECORD_TROUBLE_SIZE];
	struct err err;

	assert_int_equal(resume(tcti, trouble, &err), CERT_RENEWAL_FAILED);
	assert_int_equal(err.code, ERR_AK_CERT_NOT_RENEWED);
	if (!strstr(trouble, words) || !strstr(err.msg, words))
		fail_msg("%s / %s", trouble, err.msg);
	assert_int_equal(is_kept(), then_kept);
}

/* A longer one than fits. */
static void a_tpm_that_takes_none_keeps_the_old_one(void **state)
{
	struct vtpm_relay relay;
	char counts[1024];

	(void)state;
	vtpm_provision(&shared.tpm, "--days", "350", "--grow", "50", NULL);
	shared.certs[LATER].len = folder_read(
		shared.tpm.folder, "ak-certificate.der", shared.certs[LATER].data, MAX_CERT);
	provision(BEFORE, PLATFORM);
	begin_replacement(cert(LATER));
	check_fails(shared.tpm.tcti, false, "too small");
	check_holds(BEFORE);
	provision(NEXT, PLATFORM); /* which the platform wrote meanwhile */
	begin_replacement(cert(LATER));
	check_fails(shared.tpm.tcti, false, "too small");
	check_holds(NEXT);
	provision(BEFORE, OWN);
	begin_replacement(cert(LATER));
	vtpm_relay_start(&shared.tpm, "--refuse", "NV_DefineSpace:14b:1", &relay);
	check_fails(relay.tcti, false, "cannot be made");
	vtpm_relay_stop(&relay, counts, sizeof(counts));
	check_holds(BEFORE);
}

static enum err_code explained(enum round_stage stage, enum err_code code)
{
	auto_cleanup(round_result) struct round_result *round = NULL;
	struct err err;

	check_ok(round_new(&round, &err), &err);
	round->stage = stage;
	round->own.reason.code = code;
	cert_renewal_explain(shared.state_fd, round);
	return round->own.reason.code;
}

static void what_comes_into_no_tpm_stays_kept(void **state)
{
	char trouble[CERT_RECORD_TROUBLE_SIZE];
	struct vtpm_relay relay;
	char counts[1024];
	struct err err;

	(void)state;
	provision(BEFORE, OWN);
	begin_replacement(cert(LATER));
	check_fails("swtpm:path=/none", true, "cannot be opened");
	vtpm_relay_start(&shared.tpm, "--refuse", "NV_DefineSpace:14b:2", &relay);
	check_fails(relay.tcti, true, "cannot be made");
	check_holds(NOTHING);
	assert_int_equal(explained(ROUND_TPM, ERR_NO_AK_CERT), ERR_AK_CERT_NOT_RENEWED);
	assert_int_equal(explained(ROUND_TPM, ERR_AK_CERT_PENDING), ERR_AK_CERT_NOT_RENEWED);
	assert_int_equal(explained(ROUND_TPM, ERR_TPM_SILENT), ERR_TPM_SILENT);
	assert_int_equal(explained(ROUND_COLLECTED, ERR_NO_AK_CERT), ERR_NO_AK_CERT);
	assert_int_equal(resume(relay.tcti, trouble, &err), CERT_RENEWAL_DONE);
	assert_int_equal(explained(ROUND_TPM, ERR_NO_AK_CERT), ERR_NO_AK_CERT);
	vtpm_relay_stop(&relay, counts, sizeof(counts));
	check_holds(LATER);
	assert_false(is_kept());
}

static void a_damaged_record_is_set_aside(void **state)
{
	static const char *const texts[] = {"", "{", "{\"version\":1}",
		"{\"version\":1,\"askedAt\":1,\"query\":\"\",\"trouble\":\"\",\"next\":\"*\",\"before\":\"\"}"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char trouble[CERT_RECORD_TROUBLE_SIZE] = "as before";
		struct err err;

		folder_write(shared.tpm.folder, CERT_RECORD_FILE, texts[i], strlen(texts[i]));
		assert_int_equal(resume("swtpm:path=/none", trouble, &err), CERT_RENEWAL_FAILED);
		assert_int_equal(err.code, ERR_STATE_INVALID);
		assert_string_equal(trouble, "");
		assert_int_equal(resume("swtpm:path=/none", trouble, &err), CERT_RENEWAL_NONE);
	}
}

/* Before anything is sent or opened. */
static void nothing_is_done_while_none_is_due(void **state)
{
	static const struct {
		int64_t asked_s, end_s, now_s;
	} rows[] = {
		{0, 0, 5000000}, /* the end is unknown */
		{0, 5000000 + 30 * 86400, 5000000},
		{5000000 - 80000, 5000000, 5000000}, /* asked on this day */
		{5000000, 5000000 - 1000, 5000000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct round_inputs inputs = {
			.tcti = "swtpm:path=/none", .now.wall_s = rows[i].now_s};
		auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
		struct err err;

		record.asked_s = rows[i].asked_s;
		check_ok(cert_record_save(shared.state_fd, &record, &err), &err);
		assert_int_equal(cert_renewal_run(shared.state_fd, &inputs, rows[i].end_s, &err),
			CERT_RENEWAL_NONE);
	}
}

/* As on the next day, or after the clock was set back. */
static void a_failure_is_kept_for_the_status(void **state)
{
	static const int64_t asked_s[] = {0, 5000000 - 86400, 5000001};

	(void)state;
	for (size_t i = 0; i < COUNT(asked_s); i++) {
		const struct round_inputs inputs = {
			.tcti = "swtpm:path=/none", .now.wall_s = 5000000};
		auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
		char trouble[CERT_RECORD_TROUBLE_SIZE];
		struct err err;

		record.asked_s = asked_s[i];
		check_ok(cert_record_save(shared.state_fd, &record, &err), &err);
		assert_int_equal(cert_renewal_run(shared.state_fd, &inputs, 5000001, &err),
			CERT_RENEWAL_FAILED);
		assert_int_equal(err.code, ERR_AK_CERT_NOT_RENEWED);
		assert_int_equal(resume("swtpm:path=/none", trouble, &err), CERT_RENEWAL_NONE);
		assert_non_null(strstr(trouble, "cannot be opened"));
		assert_int_equal(cert_renewal_run(shared.state_fd, &inputs, 5000001, &err),
			CERT_RENEWAL_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_certificate_that_is_kept_comes_into_the_tpm),
		cmocka_unit_test(one_of_another_tpm_is_dropped),
		cmocka_unit_test(a_tpm_that_takes_none_keeps_the_old_one),
		cmocka_unit_test(what_comes_into_no_tpm_stays_kept),
		cmocka_unit_test(a_damaged_record_is_set_aside),
		cmocka_unit_test(nothing_is_done_while_none_is_due),
		cmocka_unit_test(a_failure_is_kept_for_the_status),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

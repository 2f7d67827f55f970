/* The attestation key's certificate is replaced in a software TPM, and the program is killed at
 * each command that changes it. */
#include "check.h"
#include <sys/wait.h>
#include <unistd.h>
#include "../support/vtpm.h"
#include "tpm/tpm.h"

#define OWN           "00060006" /* as clients define the index */
#define PLATFORM      "42060004" /* as the paravisor does */
#define PLATFORM_ONLY "42060001" /* only the platform writes it */

/* Bytes that begin as a certificate of this size. */
static struct bytes cert_of(uint8_t *ret, size_t len, uint8_t fill)
{
	const uint8_t head[] = {0x30, 0x82, (uint8_t)((len - 4) >> 8), (uint8_t)((len - 4) & 0xFF)};

	memset(ret, fill, len);
	memcpy(ret, head, sizeof(head));
	return (struct bytes){ret, len};
}

/* An index of these attributes, with so many zeros behind the certificate. */
static void provision(const char *attributes, const char *padding, struct bytes cert)
{
	char path[FOLDER_SIZE + 16];

	folder_write(vtpm_shared.folder, "old.der", cert.data, cert.len);
	(void)snprintf(path, sizeof(path), "%s/old.der", vtpm_shared.folder);
	vtpm_provision(&vtpm_shared, "--cert-file", path, "--padding", padding, "--nv-attributes",
		attributes, NULL);
}

static bool holds(struct tpm *tpm, struct bytes cert, struct err *err)
{
	auto_cleanup(buf) struct buf found = buf_with_max(TPM_MAX_CERT);

	err->code = ERR_OK;
	return tpm_read_ak_cert(tpm, &found, err) == 0 && bytes_equal(buf_bytes(&found), cert);
}

static void a_certificate_takes_the_others_place(void **state)
{
	static const struct {
		const char *attributes, *padding;
		size_t before, after;
		enum err_code code;
		const char *words;
	} rows[] = {
		{PLATFORM, "0", 900, 900, ERR_OK, ""},
		{PLATFORM, "0", 900, 890, ERR_OK, ""},
		{PLATFORM, "0", 900, 901, ERR_AK_CERT_NOT_RENEWED, "too small for the new"},
		{PLATFORM, "1", 900, 901, ERR_OK, ""},
		{PLATFORM, "900", 1100, 2000, ERR_OK, ""},
		{PLATFORM, "0", 2000, 300, ERR_OK, ""},
		{PLATFORM_ONLY, "0", 900, 900, ERR_AK_CERT_NOT_RENEWED, "not to be written by the VM"},
		{OWN, "0", 900, 900, ERR_OK, ""},
		{OWN, "0", 900, 2000, ERR_OK, ""},
		{OWN, "0", 1789, 994, ERR_OK, ""},
		{OWN, "0", 900, 4096, ERR_TPM_FAILED, "cannot be made"},
		{"00060002", "0", 900, 800, ERR_OK, ""},
	};
	uint8_t before[2048], after[TPM_MAX_CERT];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(tpm) struct tpm *tpm = NULL;
		struct bytes old = cert_of(before, rows[i].before, 0xAA);
		struct bytes new = cert_of(after, rows[i].after, 0xBB);

		print_message("row %zu\n", i);
		if (strcmp(rows[i].attributes, PLATFORM_ONLY) == 0)
			vtpm_provision(
				&vtpm_shared, "--pending", "--nv-attributes", PLATFORM_ONLY, NULL);
		else
			provision(rows[i].attributes, rows[i].padding, old);
		tpm = vtpm_opened(vtpm_shared.tcti);
		if (rows[i].code) {
			check_err(tpm_write_ak_cert(tpm, new, &err), &err, rows[i].code);
			assert_non_null(strstr(err.msg, rows[i].words));
			continue;
		}
		check_ok(tpm_write_ak_cert(tpm, new, &err), &err);
		assert_true(holds(tpm, new, &err));
	}
}

static void check_refused(const char *refused, enum err_code code, unsigned long native)
{
	uint8_t before[2048], after[2048];
	struct bytes old = cert_of(before, 900, 0xAA), new = cert_of(after, 1000, 0xBB);
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	struct vtpm_relay relay;
	char counts[1024];
	struct err err;

	provision(OWN, "0", old);
	vtpm_relay_start(&vtpm_shared, "--refuse", refused, &relay);
	tpm = vtpm_opened(relay.tcti);
	check_err(tpm_write_ak_cert(tpm, new, &err), &err, code);
	assert_int_equal(err.native & 0xFFF, native);
	assert_true(holds(tpm, old, &err) || err.code == ERR_NO_AK_CERT ||
		    err.code == ERR_AK_CERT_PENDING);
	check_ok(tpm_write_ak_cert(tpm, new, &err), &err);
	assert_true(holds(tpm, new, &err));
	vtpm_relay_stop(&relay, counts, sizeof(counts));
}

static void a_tpm_that_refuses_is_asked_again_later(void **state)
{
	(void)state;
	check_refused("NV_UndefineSpace:9a2:1", ERR_TPM_FAILED, 0x9a2); /* the owner's password */
	check_refused("NV_DefineSpace:14b:1", ERR_TPM_FAILED, 0x14b); /* no space */
	check_refused("NV_Write:149:1", ERR_TPM_FAILED, 0x149);
	check_refused("NV_Write:9a2:2", ERR_TPM_FAILED, 0x9a2); /* the owner, then the index */
	check_refused("NV_ReadPublic:902:1", ERR_TPM_FAILED, 0x902);
}

static void the_owners_password_may_be_set(void **state)
{
	uint8_t before[2048], after[2048];
	struct bytes old = cert_of(before, 900, 0xAA), new = cert_of(after, 900, 0xBB);
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	struct vtpm_relay relay;
	char counts[1024];
	struct err err;

	(void)state;
	provision(OWN, "0", old);
	vtpm_relay_start(&vtpm_shared, "--refuse", "NV_Write:9a2:1", &relay);
	tpm = vtpm_opened(relay.tcti);
	check_ok(tpm_write_ak_cert(tpm, new, &err), &err);
	assert_true(holds(tpm, new, &err));
	vtpm_relay_stop(&relay, counts, sizeof(counts));
}

/* Whether it was killed. */
static bool is_killed(const char *tcti, struct bytes cert)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct tpm *tpm = NULL;
		struct err err;

		_exit(tpm_open(tcti, &tpm, &err) == 0 && tpm_write_ak_cert(tpm, cert, &err) == 0 ? 0
												 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Before and after each command. *len: of the certificate that is there; each step writes a longer
 * one if `grows`. */
static void check_killed_anywhere(size_t len, bool grows, int commands)
{
	uint8_t before[2048], after[2048];
	struct vtpm_relay relay;
	char counts[1024];
	bool goes_on = true;
	int steps = 0;

	vtpm_relay_start(&vtpm_shared, "--kill", NULL, &relay);
	while (goes_on) {
		struct bytes old = cert_of(before, len, (uint8_t)steps), new;
		auto_cleanup(tpm) struct tpm *tpm = NULL;
		bool is_old, is_new;
		struct err err;

		len += grows;
		new = cert_of(after, len, (uint8_t)(steps + 1));
		goes_on = is_killed(relay.tcti, new);
		tpm = vtpm_opened(vtpm_shared.tcti);
		is_old = holds(tpm, old, &err);
		is_new = holds(tpm, new, &err);
		if (!is_old && !is_new && err.code != ERR_NO_AK_CERT &&
			err.code != ERR_AK_CERT_PENDING)
			fail_msg("step %d leaves a wrong certificate (%d)", steps, err.code);
		assert_true(is_new || goes_on);
		check_ok(tpm_write_ak_cert(tpm, new, &err), &err);
		steps++;
	}
	assert_int_equal(steps - 1, 2 * commands);
	vtpm_relay_stop(&relay, counts, sizeof(counts));
}

static void a_kill_at_any_command_leaves_no_wrong_certificate(void **state)
{
	uint8_t before[2048];

	(void)state;
	provision(OWN, "0", cert_of(before, 900, 0));
	check_killed_anywhere(900, true, 3); /* removed, made, written */
	provision(OWN, "0", cert_of(before, 1500, 0));
	check_killed_anywhere(1500, true, 4);
	provision(PLATFORM, "100", cert_of(before, 1500, 0));
	check_killed_anywhere(1500, false, 3); /* emptied, second half, first half */
	provision(PLATFORM, "0", cert_of(before, 900, 0));
	check_killed_anywhere(900, false, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_takes_the_others_place),
		cmocka_unit_test(a_tpm_that_refuses_is_asked_again_later),
		cmocka_unit_test(the_owners_password_may_be_set),
		cmocka_unit_test(a_kill_at_any_command_leaves_no_wrong_certificate),
	};

	return cmocka_run_group_tests(tests, vtpm_group_start, vtpm_group_stop);
}

#include "attest/cert_renewal.h"

#include <string.h>
#include "appraise/binding.h"
#include "attest/round_parts.h"
#include "base/clock.h"
#include "base/text.h"
#include "edge/crypto.h"
#include "maa/imds_cert.h"
#include "maa/token.h"

#define DAY_S     86400
#define SOON_S    (30 * DAY_S)
#define AGAIN_S   (DAY_S - 3600) /* once a day, also if the day's round comes a little earlier */
#define IN_WORK_S 60 /* before it can be queried; other clients wait as long */

/* The certificate in the TPM, and the key that it is for. */
struct present {
	struct tpmwire_rsa_public ak;
	struct buf der;
	struct crypto_cert_info info;
};

static void present_cleanup(struct present *present)
{
	buf_done(&present->der);
}

static int read_ak(struct tpm *tpm, struct tpmwire_rsa_public *ret, struct err *err)
{
	struct tpm_public public;

	return tpm_read_ak_public(tpm, &public, err) < 0 || binding_check_ak(&public, ret, err) < 0
		       ? -1
		       : 0;
}

static int read_present(struct tpm *tpm, struct present *ret, struct err *err)
{
	return read_ak(tpm, &ret->ak, err) < 0 || tpm_read_ak_cert(tpm, &ret->der, err) < 0 ||
			       binding_check_cert(buf_bytes(&ret->der), &ret->ak, &ret->info, err) < 0
		       ? -1
		       : 0;
}

/* ---- the replacement in the TPM ---- */

static void drop_certificates(struct cert_record *record)
{
	record->next.len = record->before.len = 0;
}

/* A read that failed does not show that there is none. */
static bool is_unread(const struct err *err)
{
	return err->code == ERR_TPM_FAILED || err->code == ERR_NO_MEMORY;
}

/* If the new one cannot be written, the old one is, unless the TPM holds one: still the old one, or
 * the platform's newer one. While neither can be, *record keeps both. */
static int replace(struct tpm *tpm, struct cert_record *record, struct err *err)
{
	auto_cleanup(present) struct present found = {.der = buf_with_max(TPM_MAX_CERT)};
	struct err second;

	if (tpm_write_ak_cert(tpm, buf_bytes(&record->next), err) == 0) {
		drop_certificates(record);
		return 0;
	}
	if (read_present(tpm, &found, &second) == 0 ||
		(!is_unread(&second) &&
			tpm_write_ak_cert(tpm, buf_bytes(&record->before), &second) == 0))
		drop_certificates(record);
	return -1;
}

/* Whether the certificate that is kept belongs into this TPM: it is for its key, and the TPM has
 * none that lasts as long, as when the platform renewed it meanwhile. */
static int find_need(struct tpm *tpm, const struct cert_record *record, bool *ret, struct err *err)
{
	auto_cleanup(buf) struct buf found = buf_with_max(TPM_MAX_CERT);
	struct tpmwire_rsa_public ak;
	struct crypto_cert_info next, there;
	struct err none;

	if (read_ak(tpm, &ak, err) < 0)
		return -1;
	if (binding_check_cert(buf_bytes(&record->next), &ak, &next, err) < 0) {
		*ret = false;
		return err->code == ERR_NO_MEMORY ? -1 : 0;
	}
	*ret = tpm_read_ak_cert(tpm, &found, &none) < 0 ||
	       binding_check_cert(buf_bytes(&found), &ak, &there, &none) < 0;
	if (*ret && is_unread(&none)) {
		*err = none;
		return -1;
	}
	*ret = *ret || there.not_after_s < next.not_after_s;
	return 0;
}

/* -1, and the reason for the status. */
static enum cert_renewal failed(struct cert_record *record, struct err *err)
{
	(void)text_format(record->trouble, sizeof(record->trouble), "%s", err->msg);
	err->code = ERR_AK_CERT_NOT_RENEWED;
	err_push(err, "The attestation key's certificate was not renewed");
	return CERT_RENEWAL_FAILED;
}

/* Keeps what came of it. The failure that came first is told. */
static enum cert_renewal keep(
	int state_fd, const struct cert_record *record, enum cert_renewal outcome, struct err *err)
{
	struct err second;

	if (cert_record_save(state_fd, record, &second) == 0 || outcome == CERT_RENEWAL_FAILED)
		return outcome;
	*err = second;
	return CERT_RENEWAL_FAILED;
}

static enum cert_renewal resume(
	const struct round_inputs *round, struct cert_record *record, struct err *err)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;
	bool is_needed;

	if (round_open_tpm(round, &tpm, err) < 0 || find_need(tpm, record, &is_needed, err) < 0 ||
		(is_needed && replace(tpm, record, err) < 0))
		return failed(record, err);
	drop_certificates(record);
	return is_needed ? CERT_RENEWAL_DONE : CERT_RENEWAL_NONE;
}

enum cert_renewal cert_renewal_resume(int state_fd, const struct round_inputs *round,
	char ret_trouble[CERT_RECORD_TROUBLE_SIZE], struct err *err)
{
	auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
	enum state_found found = cert_record_take(state_fd, &record, err);
	enum cert_renewal outcome = CERT_RENEWAL_NONE;

	if (found == STATE_LOADED && record.next.len)
		outcome = keep(state_fd, &record, resume(round, &record, err), err);
	memcpy(ret_trouble, record.trouble, sizeof(record.trouble));
	return found == STATE_LOADED || found == STATE_ABSENT ? outcome : CERT_RENEWAL_FAILED;
}

void cert_renewal_explain(int state_fd, struct round_result *round)
{
	auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
	struct err *reason = &round->own.reason;
	struct err ignored;

	if (round->stage < ROUND_COLLECTED &&
		(reason->code == ERR_NO_AK_CERT || reason->code == ERR_AK_CERT_PENDING) &&
		cert_record_take(state_fd, &record, &ignored) == STATE_LOADED && record.next.len)
		err_fill(reason, ERR_AK_CERT_NOT_RENEWED, 0,
			"The attestation key's certificate was to be replaced, and the TPM holds none now: %s",
			record.trouble);
}

/* ---- a new certificate ---- */

/* Queries the one that is in the making, and asks for another if none is or if `asks_anew`. Without
 * an error and without a certificate, *record holds by what it can be queried. */
static int ask(const struct round_inputs *round, struct bytes old, bool asks_anew,
	struct cert_record *record, struct buf *ret, struct err *err)
{
	char query[sizeof(record->query)] = "";
	uint8_t random[UUID_BYTES];
	struct imds imds;
	struct imds_cert_call call = {
		.address = round_metadata(round), .vm_id = imds.vm_id, .random = random};

	if (crypto_random(random, sizeof(random), err) < 0 ||
		imds_ask_briefly(call.address, &imds, err) < 0)
		return -1;
	if (record->query[0]) {
		bool has_come = imds_cert_query(&call, record->query, ret, err) == 0;

		if (!has_come && !asks_anew) /* refused: it is not ready yet */
			return err->code == ERR_METADATA_FAILED ? 0 : -1;
		if (has_come) {
			record->query[0] = '\0';
			return 0;
		}
	}
	if (imds_cert_renew(&call, old, ret, query, err) < 0)
		return -1; /* the one in the making can still be queried */
	memcpy(record->query, query, sizeof(query));
	return 0;
}

/* It may have been issued just now, by a clock that is ahead of this one. */
static int check_new(const struct present *old, struct bytes der, int64_t now_s, struct err *err)
{
	struct crypto_cert_info info;

	if (binding_check_cert(der, &old->ak, &info, err) < 0)
		return err_wrap(err, "The new certificate");
	if (info.not_after_s <= old->info.not_after_s)
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"The new certificate ends no later than the old one.");
	if (now_s < info.not_before_s - TOKEN_CLOCK_SKEW_S || now_s > info.not_after_s)
		return err_set(err, ERR_AK_CERT_INVALID, 0, "The new certificate is not valid now.");
	return 0;
}

/* The provider judges the new certificate's authorities, as in every attestation. */
static int try_new(const struct round_inputs *inputs, struct bytes der, struct err *err)
{
	auto_cleanup(round_result) struct round_result *round = NULL;
	struct round_inputs with_new = *inputs;

	with_new.sources.ak_cert = der;
	if (round_new(&round, err) < 0)
		return -1;
	round_run(&with_new, round);
	if (round->stage == ROUND_VERIFIED)
		return 0;
	*err = (round->stage < ROUND_COLLECTED ? &round->own : &round->remote)->reason;
	return err_wrap(err, "An attestation with the new certificate did not succeed");
}

/* Nothing, if the platform has replaced the old one meanwhile. */
static enum cert_renewal put(int state_fd, const struct round_inputs *round,
	const struct present *old, struct bytes der, struct cert_record *record, struct err *err)
{
	auto_cleanup(present) struct present now = {.der = buf_with_max(TPM_MAX_CERT)};
	auto_cleanup(tpm) struct tpm *tpm = NULL;

	if (round_open_tpm(round, &tpm, err) < 0 || read_present(tpm, &now, err) < 0)
		return CERT_RENEWAL_FAILED;
	if (!bytes_equal(buf_bytes(&now.der), buf_bytes(&old->der)))
		return CERT_RENEWAL_NONE;
	if (buf_set(&record->next, der, err) < 0 ||
		buf_set(&record->before, buf_bytes(&now.der), err) < 0 ||
		cert_record_save(state_fd, record, err) < 0) {
		drop_certificates(record);
		return CERT_RENEWAL_FAILED;
	}
	return replace(tpm, record, err) < 0 ? CERT_RENEWAL_FAILED : CERT_RENEWAL_DONE;
}

static int find_present(const struct round_inputs *round, struct present *ret, struct err *err)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;

	return round_open_tpm(round, &tpm, err) < 0 ? -1 : read_present(tpm, ret, err);
}

static enum cert_renewal renew(int state_fd, const struct round_inputs *round, bool asks_anew,
	struct cert_record *record, struct err *err)
{
	auto_cleanup(buf) struct buf new = buf_with_max(TPM_MAX_CERT);
	auto_cleanup(present) struct present old = {.der = buf_with_max(TPM_MAX_CERT)};
	enum cert_renewal outcome = CERT_RENEWAL_FAILED;

	if (find_present(round, &old, err) < 0 ||
		ask(round, buf_bytes(&old.der), asks_anew, record, &new, err) < 0)
		return failed(record, err);
	if (!new.len)
		return CERT_RENEWAL_NONE;
	if (check_new(&old, buf_bytes(&new), clock_now_s(), err) == 0 &&
		try_new(round, buf_bytes(&new), err) == 0)
		outcome = put(state_fd, round, &old, buf_bytes(&new), record, err);
	return outcome == CERT_RENEWAL_FAILED ? failed(record, err) : outcome;
}

static bool has_passed(int64_t since_s, int64_t wait_s, int64_t now_s)
{
	return now_s < since_s || now_s - since_s >= wait_s;
}

static bool is_due(const struct cert_record *record, int64_t end_s, int64_t now_s)
{
	return end_s && end_s - now_s < SOON_S &&
	       has_passed(record->asked_s, record->query[0] ? IN_WORK_S : AGAIN_S, now_s);
}

enum cert_renewal cert_renewal_run(
	int state_fd, const struct round_inputs *round, int64_t end_s, struct err *err)
{
	auto_cleanup(cert_record) struct cert_record record = cert_record_empty();
	int64_t now_s = round->now.wall_s;
	bool asks_anew;

	if (cert_record_take(state_fd, &record, err) == STATE_UNREADABLE)
		return CERT_RENEWAL_FAILED;
	if (record.next.len || !is_due(&record, end_s, now_s))
		return CERT_RENEWAL_NONE;
	asks_anew = has_passed(record.asked_s, AGAIN_S, now_s);
	if (asks_anew)
		record.asked_s = now_s;
	/* first, so that a service that ends here does not ask at each of its starts */
	if (cert_record_save(state_fd, &record, err) < 0)
		return CERT_RENEWAL_FAILED;
	record.trouble[0] = '\0';
	return keep(state_fd, &record, renew(state_fd, round, asks_anew, &record, err), err);
}

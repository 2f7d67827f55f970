#include "appraise/anchors.h"

#include <string.h>
#include "base/pem.h"

#define MAX_ONE_PEM (64u << 10)

struct anchors anchors_empty(void)
{
	return (struct anchors){buf_with_max(ANCHORS_MAX_BYTES), buf_with_max(ANCHORS_MAX_BYTES)};
}

void anchors_cleanup(struct anchors *anchors)
{
	buf_done(&anchors->roots);
	buf_done(&anchors->intermediates);
}

static int add_one(struct anchors *anchors, struct bytes pem, struct err *err)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	auto_cleanup(buf) struct buf der = buf_with_max(MAX_ONE_PEM);
	struct crypto_cert_info info;
	struct buf *to;

	if (pem_decode(pem, &der, err) < 0 || crypto_cert_parse(buf_bytes(&der), &cert, err) < 0)
		return -1;
	crypto_cert_info(cert, &info);
	to = strcmp(info.subject, info.issuer) == 0 ? &anchors->roots : &anchors->intermediates;
	if (buf_append(to, pem.data, pem.len, err) < 0)
		return -1;
	return buf_append_text(to, "\n", err);
}

int anchors_add(struct anchors *anchors, struct bytes pem, struct err *err)
{
	struct bytes rest = pem, one;
	size_t count = 0;

	if (pem.len > ANCHORS_MAX_BYTES)
		return err_set(err, ERR_CA_FILE, 0, "It has more than %u bytes.", ANCHORS_MAX_BYTES);
	if (pem.len == 0)
		return err_set(err, ERR_CA_FILE, 0, "It is empty.");
	for (; pem_next(&rest, &one); count++)
		if (add_one(anchors, one, err) < 0) {
			err_recode(err, ERR_CA_FILE);
			return err_wrap(err, "Certificate %zu is not usable", count + 1);
		}
	return count ? 0
		     : err_set(err, ERR_CA_FILE, 0, "It holds no certificate in PEM or DER form.");
}

bool anchors_have_root(const struct anchors *anchors)
{
	return anchors->roots.len > 0;
}

static void take_fault(void *found, const struct err *fault)
{
	findings_add(found, fault);
}

static int check_chain(const struct anchors *anchors, const struct crypto_cert *leaf, int64_t now_s,
	struct findings *found, struct err *err)
{
	const struct crypto_fault_taker taker = {take_fault, found};
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *roots = NULL;
	auto_cleanup(crypto_cert_set) struct crypto_cert_set *intermediates = NULL;

	if (crypto_cert_set_parse_pem(buf_bytes(&anchors->roots), &roots, err) < 0)
		return -1;
	if (anchors->intermediates.len &&
		crypto_cert_set_parse_pem(buf_bytes(&anchors->intermediates), &intermediates, err) < 0)
		return -1;
	return crypto_cert_verify(leaf, intermediates, roots, now_s, &taker, err);
}

static void judge_usage(const struct crypto_cert_info *info, struct findings *found)
{
	if (info->is_ca || !info->may_sign)
		finding(found, ERR_AK_CERT_INVALID,
			"Certificate '%.120s' is not for signing by an end entity.", info->subject);
	if (!info->is_ak)
		finding(found, ERR_AK_CERT_INVALID,
			"Certificate '%.120s' is not for an attestation key (usage 2.23.133.8.3)%s.",
			info->subject,
			info->is_early_ak
				? ": its usage is 1.3.6.1.4.1.311.10.3.12, which the platform's certificates of 2021 to 2023 share with others of their authorities"
				: "");
}

void anchors_judge_ak_cert(
	const struct anchors *anchors, struct bytes der, int64_t now_s, struct findings *found)
{
	auto_cleanup(crypto_cert) struct crypto_cert *cert = NULL;
	struct crypto_cert_info info;
	struct err err;

	if (crypto_cert_parse(der, &cert, &err) < 0) {
		findings_add(found, &err);
		return;
	}
	/* the same finding again is not added again */
	if (check_chain(anchors, cert, now_s, found, &err) < 0)
		findings_add(found, &err);
	crypto_cert_info(cert, &info);
	judge_usage(&info, found);
}

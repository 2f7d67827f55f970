/* The attestation key's certificate, from the TPM's memory. */
#include "tpm/tpm_sys.h"

#include <string.h>
#include "edge/crypto.h"

/* read at once; the reference implementation and its descendants allow it */
#define NV_PIECE 1024u

/* How the certificate's index may be read. */
struct nv_access {
	uint32_t size; /* of the index */
	uint32_t piece; /* most bytes per read */
	TPMI_RH_NV_AUTH auth; /* the owner's authorization, or the index's own */
	bool has_index_auth;
};

static int read_nv_public(struct tpm *tpm, struct nv_access *ret, struct err *err)
{
	TPM2B_NV_PUBLIC public = {.size = 0};
	TPM2B_NAME name = {.size = 0};
	TPMA_NV attributes;
	TSS2_RC rc;

	tpm_run(rc,
		Tss2_Sys_NV_ReadPublic(tpm->sys, TPM_AK_CERT_NV_INDEX, NULL, &public, &name, NULL));
	if (tpm_plain_rc(rc) == TPM2_RC_HANDLE) {
		err_fill(err, ERR_NO_AK_CERT, rc,
			"The vTPM has no certificate of the attestation key (NV index 0x%08X).",
			TPM_AK_CERT_NV_INDEX);
		return tpm_explain_absence(tpm, err);
	}
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "Attestation key's certificate cannot be read");
	attributes = public.nvPublic.attributes;
	if (!(attributes & TPMA_NV_WRITTEN))
		return err_set(err, ERR_AK_CERT_PENDING, 0,
			"The platform has not yet written the attestation key's certificate.");
	ret->size = public.nvPublic.dataSize;
	ret->piece = NV_PIECE;
	ret->has_index_auth = attributes & TPMA_NV_AUTHREAD;
	ret->auth = attributes & TPMA_NV_OWNERREAD ? TPM2_RH_OWNER : TPM_AK_CERT_NV_INDEX;
	return 0;
}

static TSS2_RC read_nv_at(
	struct tpm *tpm, struct nv_access *access, uint32_t offset, TPM2B_MAX_NV_BUFFER *ret)
{
	uint32_t left = access->size - offset;
	uint16_t size = (uint16_t)(left < access->piece ? left : access->piece);
	TSS2_RC rc;

	ret->size = 0;
	tpm_run(rc, Tss2_Sys_NV_Read(tpm->sys, access->auth, TPM_AK_CERT_NV_INDEX,
			    &tpm_empty_password, size, (uint16_t)offset, ret, NULL));
	if (rc == TSS2_RC_SUCCESS && ret->size != size)
		return TSS2_SYS_RC_MALFORMED_RESPONSE;
	return rc;
}

static TSS2_RC read_nv_limit(struct tpm *tpm, uint32_t *ret)
{
	uint32_t limit;
	TSS2_RC rc = tpm_read_properties(tpm, TPM2_PT_NV_BUFFER_MAX, 1, &limit);

	if (rc != TSS2_RC_SUCCESS)
		return rc;
	if (limit < 64 || limit >= NV_PIECE)
		return TSS2_SYS_RC_MALFORMED_RESPONSE;
	*ret = limit;
	return TSS2_RC_SUCCESS;
}

/* The first read finds the authorization that works (the owner's password may be set) and the most
 * bytes per read. */
static TSS2_RC read_nv_first(struct tpm *tpm, struct nv_access *access, TPM2B_MAX_NV_BUFFER *ret)
{
	TSS2_RC rc = read_nv_at(tpm, access, 0, ret);
	TSS2_RC plain = tpm_plain_rc(rc);

	if ((plain == TPM2_RC_BAD_AUTH || plain == TPM2_RC_AUTH_FAIL ||
		    plain == TPM2_RC_NV_AUTHORIZATION) &&
		access->has_index_auth && access->auth != TPM_AK_CERT_NV_INDEX) {
		access->auth = TPM_AK_CERT_NV_INDEX;
		rc = read_nv_at(tpm, access, 0, ret);
		plain = tpm_plain_rc(rc);
	}
	if (plain == TPM2_RC_VALUE || plain == TPM2_RC_SIZE) {
		rc = read_nv_limit(tpm, &access->piece);
		if (rc == TSS2_RC_SUCCESS)
			rc = read_nv_at(tpm, access, 0, ret);
	}
	return rc;
}

/* The DER header holds the certificate's length; the rest of the index is padding and is not
 * read. */
static int certificate_length(
	const TPM2B_MAX_NV_BUFFER *first, uint32_t index_size, size_t *ret, struct err *err)
{
	struct bytes bytes = {.data = first->buffer, .len = first->size};
	size_t len;

	if (bytes_are_all(bytes, 0x00) || bytes_are_all(bytes, 0xFF))
		return err_set(err, ERR_AK_CERT_PENDING, 0,
			"The attestation key's certificate is still empty in the vTPM.");
	len = crypto_der_announced_length(bytes);
	if (len == 0)
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"NV index 0x%08X holds no certificate: it does not start as DER.",
			TPM_AK_CERT_NV_INDEX);
	if (len > index_size || len > TPM_MAX_CERT)
		return err_set(err, ERR_AK_CERT_INVALID, 0,
			"The attestation key's certificate is cut off: %zu bytes in an NV index of %u.",
			len, index_size);
	*ret = len;
	return 0;
}

#define nv_failed(err, rc)                                                                               \
	(tpm_plain_rc(rc) == TPM2_RC_NV_UNINITIALIZED                                                    \
			? err_set(err, ERR_AK_CERT_PENDING, rc,                                          \
				  "The platform has not yet written the attestation key's certificate.") \
			: tpm_failed(err, rc, "Attestation key's certificate cannot be read"))

int tpm_read_ak_cert(struct tpm *tpm, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf cert = buf_with_max(TPM_MAX_CERT + NV_PIECE);
	TPM2B_MAX_NV_BUFFER piece = {.size = 0};
	struct nv_access access = {0};
	size_t len;
	TSS2_RC rc;

	if (read_nv_public(tpm, &access, err) < 0)
		return -1;
	rc = read_nv_first(tpm, &access, &piece);
	if (rc != TSS2_RC_SUCCESS)
		return nv_failed(err, rc);
	if (certificate_length(&piece, access.size, &len, err) < 0 ||
		buf_append(&cert, piece.buffer, piece.size, err) < 0)
		return -1;
	access.size = (uint32_t)len;
	while (cert.len < len) {
		rc = read_nv_at(tpm, &access, (uint32_t)cert.len, &piece);
		if (rc != TSS2_RC_SUCCESS)
			return nv_failed(err, rc);
		if (buf_append(&cert, piece.buffer, piece.size, err) < 0)
			return -1;
	}
	return buf_set(ret, (struct bytes){.data = cert.data, .len = len}, err);
}

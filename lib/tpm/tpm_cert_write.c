/* Replaces the attestation key's certificate in the TPM's memory. */
#include "tpm/tpm_sys.h"

#include <string.h>

/* written at once, if the TPM allows as much (TPM_PT_NV_BUFFER_MAX) */
#define MOST_PER_WRITE  1024u
#define LEAST_PER_WRITE 64u

/* What other clients define, too */
#define OWN_ATTRIBUTES                                                                             \
	(TPMA_NV_OWNERREAD | TPMA_NV_OWNERWRITE | TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE)

/* Where the certificate goes. */
struct nv_place {
	bool is_defined;
	uint32_t size; /* of the index */
	TPMA_NV attributes;
	uint32_t piece; /* most bytes per write */
};

static int find_place(struct tpm *tpm, struct nv_place *ret, struct err *err)
{
	TPM2B_NV_PUBLIC public = {.size = 0};
	TPM2B_NAME name = {.size = 0};
	uint32_t limit;
	TSS2_RC rc;

	tpm_run(rc,
		Tss2_Sys_NV_ReadPublic(tpm->sys, TPM_AK_CERT_NV_INDEX, NULL, &public, &name, NULL));
	ret->is_defined = rc == TSS2_RC_SUCCESS;
	if (!ret->is_defined && tpm_plain_rc(rc) != TPM2_RC_HANDLE)
		return tpm_failed(err, rc, "Index of the attestation key's certificate");
	ret->size = public.nvPublic.dataSize;
	ret->attributes = public.nvPublic.attributes;
	rc = tpm_read_properties(tpm, TPM2_PT_NV_BUFFER_MAX, 1, &limit);
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "TPM does not say how much it writes at once");
	if (limit < LEAST_PER_WRITE)
		return err_set(err, ERR_TPM_ANSWER, 0, "TPM writes only %u bytes at once.", limit);
	ret->piece = limit < MOST_PER_WRITE ? limit : MOST_PER_WRITE;
	return 0;
}

/* By the owner first: a refusal of an index that has a password counts for the TPM's lockout,
 * unless it is TPMA_NV_NO_DA; the owner's does not (Part 1, Dictionary Attack Protection). */
static TSS2_RC write_at(struct tpm *tpm, const struct nv_place *place,
	const TPM2B_MAX_NV_BUFFER *piece, uint32_t offset)
{
	TSS2_RC rc = TPM2_RC_AUTH_FAIL;

	if (place->attributes & TPMA_NV_OWNERWRITE)
		tpm_run(rc, Tss2_Sys_NV_Write(tpm->sys, TPM2_RH_OWNER, TPM_AK_CERT_NV_INDEX,
				    &tpm_empty_password, piece, (uint16_t)offset, NULL));
	if (place->attributes & TPMA_NV_AUTHWRITE &&
		(tpm_plain_rc(rc) == TPM2_RC_BAD_AUTH || tpm_plain_rc(rc) == TPM2_RC_AUTH_FAIL))
		tpm_run(rc, Tss2_Sys_NV_Write(tpm->sys, TPM_AK_CERT_NV_INDEX, TPM_AK_CERT_NV_INDEX,
				    &tpm_empty_password, piece, (uint16_t)offset, NULL));
	return rc;
}

/* The certificate, then zeros. A piece that is all zeros, if there is no certificate. */
static int write_piece(struct tpm *tpm, const struct nv_place *place, struct bytes der,
	uint32_t offset, struct err *err)
{
	uint32_t left = place->size - offset;
	TPM2B_MAX_NV_BUFFER piece = {.size = (uint16_t)(left < place->piece ? left : place->piece)};
	TSS2_RC rc;

	if (offset < der.len)
		memcpy(piece.buffer, der.data + offset,
			der.len - offset < piece.size ? der.len - offset : piece.size);
	rc = write_at(tpm, place, &piece, offset);
	return rc == TSS2_RC_SUCCESS
		       ? 0
		       : tpm_failed(err, rc, "Attestation key's certificate cannot be written");
}

/* The first piece is written last, and is empty until then, so that half a certificate reads as one
 * that is not written yet, and never as a wrong one. */
static int write_pieces(
	struct tpm *tpm, const struct nv_place *place, struct bytes der, struct err *err)
{
	uint32_t offset = (place->size - 1) / place->piece * place->piece;

	if (offset && place->attributes & TPMA_NV_WRITTEN &&
		write_piece(tpm, place, (struct bytes){.len = 0}, 0, err) < 0)
		return -1;
	for (;; offset -= place->piece) {
		if (write_piece(tpm, place, der, offset, err) < 0)
			return -1;
		if (!offset)
			return 0;
	}
}

static int undefine(struct tpm *tpm, struct err *err)
{
	TSS2_RC rc;

	tpm_run(rc, Tss2_Sys_NV_UndefineSpace(tpm->sys, TPM2_RH_OWNER, TPM_AK_CERT_NV_INDEX,
			    &tpm_empty_password, NULL));
	return rc == TSS2_RC_SUCCESS
		       ? 0
		       : tpm_failed(err, rc, "Index of the old certificate cannot be removed");
}

static int define(struct tpm *tpm, size_t size, struct nv_place *ret, struct err *err)
{
	static const TPM2B_AUTH no_password = {.size = 0};
	const TPM2B_NV_PUBLIC public = {.nvPublic = {.nvIndex = TPM_AK_CERT_NV_INDEX,
						.nameAlg = TPM2_ALG_SHA256,
						.attributes = OWN_ATTRIBUTES,
						.dataSize = (uint16_t)size}};
	TSS2_RC rc;

	tpm_run(rc, Tss2_Sys_NV_DefineSpace(tpm->sys, TPM2_RH_OWNER, &tpm_empty_password,
			    &no_password, &public, NULL));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "Index of the new certificate cannot be made");
	ret->size = public.nvPublic.dataSize;
	ret->attributes = OWN_ATTRIBUTES;
	return 0;
}

/* An index that can hold it is written where it is. Another is made anew, unless it is the
 * platform's own, which the platform alone may remove (Part 3, 31.4). */
static int make_room(struct tpm *tpm, size_t size, struct nv_place *place, struct err *err)
{
	bool is_writable = place->attributes & (TPMA_NV_AUTHWRITE | TPMA_NV_OWNERWRITE) &&
			   !(place->attributes & TPMA_NV_WRITELOCKED);

	if (place->is_defined && is_writable && place->size >= size)
		return 0;
	if (place->is_defined && place->attributes & TPMA_NV_PLATFORMCREATE)
		return err_set(err, ERR_AK_CERT_NOT_RENEWED, 0,
			"NV index 0x%08X is the platform's, %s: only the platform can replace the certificate.",
			TPM_AK_CERT_NV_INDEX,
			is_writable ? "and too small for the new certificate"
				    : "and not to be written by the VM");
	if (place->is_defined && undefine(tpm, err) < 0)
		return -1;
	return define(tpm, size, place, err);
}

int tpm_write_ak_cert(struct tpm *tpm, struct bytes der, struct err *err)
{
	auto_cleanup(buf) struct buf written = buf_with_max(TPM_MAX_CERT);
	struct nv_place place = {0};

	if (!der.len || der.len > TPM_MAX_CERT)
		return err_set(err, ERR_INTERNAL, 0, "A certificate of %zu bytes.", der.len);
	if (find_place(tpm, &place, err) < 0 || make_room(tpm, der.len, &place, err) < 0 ||
		write_pieces(tpm, &place, der, err) < 0 || tpm_read_ak_cert(tpm, &written, err) < 0)
		return -1;
	return bytes_equal(buf_bytes(&written), der)
		       ? 0
		       : err_set(err, ERR_TPM_ANSWER, 0,
				 "The TPM holds another certificate than was written.");
}

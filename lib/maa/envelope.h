/* envelope.h - the provider's answer, {"token": base64url of an envelope}, and the envelope, which
 * only this TPM can decrypt. Source: the wire format of Azure Attestation's AzureGuest API
 * 2020-10-01, as its open clients read it. */
#ifndef MAA_ENVELOPE_H
#define MAA_ENVELOPE_H

#include "base/buf.h"

/* bytes of an HTTP answer; real ones are under 16 KiB */
#define ENVELOPE_MAX_ANSWER (256u << 10)
#define ENVELOPE_ADDITIONAL "Transport Key" /* AES-GCM additional data, 13 ASCII bytes */

struct envelope {
	struct buf inner_key; /* RSAES-PKCS1-v1_5 under the encryption key, 256 bytes */
	struct buf iv; /* 12 bytes */
	struct buf tag; /* 16 bytes */
	struct buf ciphertext; /* AES-GCM of the token */
};

/* ERR_ANSWER_NOT_TOKEN: no JSON or no "token"; ERR_ENVELOPE_INVALID: the envelope itself. */
int envelope_parse(struct bytes answer, struct envelope *ret, struct err *err) err_check;
void envelope_cleanup(struct envelope *envelope);
/* Decrypts the token and appends its text. aes_key: the inner key as the TPM decrypted it; other
 * than 16, 24 or 32 bytes are ERR_ENVELOPE_INVALID. ERR_ENVELOPE_DECRYPT. */
int envelope_open(const struct envelope *envelope, struct bytes aes_key, struct buf *ret_token,
	struct err *err) err_check;

#endif

/* cms.h - the structure of CMS EnvelopedData (RFC 5652 section 6): for whom it is encrypted, how,
 * and the encrypted bytes. Bytes in, views out; decrypting is crypto_cms_decrypt() of crypto.h.
 *
 * Definite and indefinite lengths are read (ITU-T X.690 section 8.1.3): a sender that streams does
 * not know lengths. Only recipients with an RSA key (KeyTransRecipientInfo, rsaEncryption or
 * id-RSAES-OAEP) count; others are passed over. */
#ifndef EDGE_CMS_H
#define EDGE_CMS_H

#include "base/buf.h"

#define CMS_MAX_BYTES (1u << 20)

enum cms_padding { CMS_PKCS1, CMS_OAEP_SHA1, CMS_OAEP_SHA256 };
enum cms_cipher { CMS_DES_EDE3_CBC, CMS_AES_128_CBC, CMS_AES_192_CBC, CMS_AES_256_CBC };

/* How a message names a certificate. */
struct cms_recipient {
	struct bytes issuer; /* Name, DER, header included */
	struct bytes serial; /* the INTEGER's contents */
	/* contents of the subjectKeyIdentifier; empty = the certificate has none */
	struct bytes key_id;
};

/* Views into the message. */
struct cms {
	struct bytes encrypted_key; /* for the recipient */
	enum cms_padding padding;
	enum cms_cipher cipher;
	struct bytes iv; /* 8 bytes for DES, 16 for AES */
	struct bytes content; /* as encoded: cms_join_content() gives the bytes */
	bool is_in_pieces;
};

/* ERR_FORMAT: no EnvelopedData, nothing for this recipient, or an algorithm that is not read. */
int cms_parse(struct bytes message, const struct cms_recipient *recipient, struct cms *ret,
	struct err *err) err_check;
/* Appends the encrypted content. */
int cms_join_content(const struct cms *cms, struct buf *ret, struct err *err) err_check;

#endif

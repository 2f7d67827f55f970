/* cms.h - reads the structure of CMS EnvelopedData (RFC 5652 section 6): recipient, algorithms and
 * encrypted bytes, as views into the message. crypto_cms_decrypt() of crypto.h decrypts it.
 *
 * Lengths may be definite or indefinite (ITU-T X.690 section 8.1.3), since a sender that streams
 * does not know them in advance. Only recipients with an RSA key (KeyTransRecipientInfo,
 * rsaEncryption or id-RSAES-OAEP) count; others are skipped. */
#ifndef EDGE_CMS_H
#define EDGE_CMS_H

#include "base/buf.h"

#define CMS_MAX_BYTES (1u << 20)

enum cms_padding { CMS_PKCS1, CMS_OAEP_SHA1, CMS_OAEP_SHA256 };
enum cms_cipher { CMS_DES_EDE3_CBC, CMS_AES_128_CBC, CMS_AES_192_CBC, CMS_AES_256_CBC };

/* The names of a certificate in a message: issuer and serial, or key id. */
struct cms_recipient {
	struct bytes issuer; /* Name, DER, header included */
	struct bytes serial; /* the INTEGER's contents */
	/* contents of the subjectKeyIdentifier; empty if the certificate has none */
	struct bytes key_id;
};

/* Views into the message. */
struct cms {
	struct bytes encrypted_key; /* for the recipient */
	enum cms_padding padding;
	enum cms_cipher cipher;
	struct bytes iv; /* 8 bytes for DES, 16 for AES */
	struct bytes content; /* as encoded; cms_join_content() returns the bytes */
	bool is_in_pieces;
};

/* ERR_FORMAT: no EnvelopedData, nothing for this recipient, or an unsupported algorithm. */
int cms_parse(struct bytes message, const struct cms_recipient *recipient, struct cms *ret,
	struct err *err) err_check;
/* Appends the encrypted content to ret. */
int cms_join_content(const struct cms *cms, struct buf *ret, struct err *err) err_check;

#endif

/* pem.h - certificates as text (RFC 7468), one after the other; text between them is skipped. */
#ifndef BASE_PEM_H
#define BASE_PEM_H

#include "base/buf.h"

/* Takes the next certificate off *rest: its text from the first dash to the last one. Without a
 * last line, it ends where the next certificate begins, or with the text. False after the last. */
bool pem_next(struct bytes *rest, struct bytes *ret);
/* Appends the certificate's DER bytes to ret. ERR_FORMAT. */
int pem_decode(struct bytes pem, struct buf *ret, struct err *err) err_check;
/* Appends a certificate (DER) as text. */
int pem_encode(struct bytes der, struct buf *ret, struct err *err) err_check;
/* Appends a file's certificates as text: a text as it is, DER values converted one by one.
 * ERR_FORMAT: it begins as a DER value, and is not made of whole ones. */
int pem_of_file(struct bytes file, struct buf *ret, struct err *err) err_check;

#endif

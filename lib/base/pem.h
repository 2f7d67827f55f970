/* pem.h - certificates in text (RFC 7468), one after the other; what stands between them is passed
 * over. */
#ifndef BASE_PEM_H
#define BASE_PEM_H

#include "base/buf.h"

/* Takes the next one off *rest: its text from the first dash to the last, or to the end if it has
 * none. False behind the last. */
bool pem_next(struct bytes *rest, struct bytes *ret);
/* Its bytes, appended to ret. ERR_FORMAT. */
int pem_decode(struct bytes pem, struct buf *ret, struct err *err) err_check;

#endif

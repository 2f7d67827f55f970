/* ber.h - reads elements of ASN.1 in BER (ITU-T X.690 section 8.1), of which DER is the strict
 * form. Elements are views into the bytes.
 *
 * Lengths may be definite or indefinite. A read that finds something else sets the cursor's
 * `failed`, as in base/cursor.h. */
#ifndef BASE_BER_H
#define BASE_BER_H

#include "base/cursor.h"

enum ber_tag {
	BER_BOOLEAN = 0x01,
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_OID = 0x06,
	BER_SEQUENCE = 0x30,
	BER_SET = 0x31,
	BER_0 = 0x80, /* [0] IMPLICIT of a primitive type */
	BER_0_CONSTRUCTED = 0xa0,
	BER_1_CONSTRUCTED = 0xa1,
};

struct ber_element {
	uint8_t tag;
	struct bytes content;
	struct bytes whole; /* with its header */
};

/* Takes the next element; zeroed on failure. */
struct ber_element ber_next(struct cursor *cursor);
/* Takes the next element, which must have this tag, and returns its contents; _inside as a cursor
 * for them. */
struct bytes ber_take(struct cursor *cursor, enum ber_tag tag);
struct cursor ber_take_inside(struct cursor *cursor, enum ber_tag tag);
/* Whether the next element has this tag. */
bool ber_comes(const struct cursor *cursor, enum ber_tag tag);
void ber_skip_if(struct cursor *cursor, enum ber_tag tag);
/* Whether nothing failed and nothing is left. */
bool ber_ended(const struct cursor *cursor);

#endif

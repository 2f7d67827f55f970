/* complaint.h - what a provider's error answer says: code, message, and the claims that a policy
 * found wrong.
 *
 * {"error": {"code", "message", "innererror": {"message", "details": [{"target", "value"}]}}}, as
 * in Microsoft's REST guidelines; inner parts of the service write the names with capitals, and
 * "innererror" as a list. Source:
 * Azure REST API Guidelines, "Handling errors"; answers in public reports. */
#ifndef MAA_COMPLAINT_H
#define MAA_COMPLAINT_H

#include "base/bytes.h"

struct complaint {
	bool is_json;
	bool is_of_protocol; /* an object with a member "error" that is an object */
	char code[64]; /* "" if absent */
	char message[256]; /* the outermost that there is; "" if absent */
	char claims[128]; /* "claim=value, ..."; "" if absent */
	char foreign[128]; /* what JSON of another form says; "" if nothing */
};

/* Never fails: of a body that cannot be read nothing is known. */
void complaint_read(struct bytes body, struct complaint *ret);
/* Writes what is known as it follows the status in a sentence, " Code (claim=value): message"; ""
 * if nothing is. The message comes last, since it may be long. */
void complaint_text(const struct complaint *complaint, char *ret, size_t size);

#endif

#include "appraise/comparison.h"

#include <string.h>
#include "base/text.h"

void comparison_set_unclear(const struct err *cause, struct err *ret)
{
	struct err reason = *cause;

	reason.code = ERR_CHANGE_UNCLEAR;
	err_push(&reason, "This boot could not be compared with the accepted ones");
	*ret = reason;
}

void comparison_unclear(const struct err *cause, struct comparison *ret)
{
	size_t len;

	ret->state = COMPARISON_UNKNOWN;
	comparison_set_unclear(cause, &ret->finding);
	ret->trouble = ret->finding;
	len = strlen(ret->text);
	(void)text_format(
		ret->text + len, sizeof(ret->text) - len, "%s%s", len ? " " : "", ret->finding.msg);
}

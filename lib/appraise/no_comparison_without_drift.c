/* Takes the place of drift/ in a build without it. */
#include "appraise/comparison.h"

#include "base/text.h"

void comparison_done(struct comparison *comparison)
{
	(void)comparison;
}

/* No comparison is due: no finding, and the same state as without a baseline. */
void comparison_judge(const struct comparison_inputs *inputs, struct comparison *ret)
{
	*ret = (struct comparison){.state = COMPARISON_NONE, .baseline_s = inputs->baseline_s};
	(void)text_format(ret->text, sizeof(ret->text), "This build compares nothing.");
}

int comparison_check_baseline(int state_fd, int64_t baseline_s, struct err *err)
{
	(void)state_fd;
	(void)baseline_s;
	(void)err;
	return 0;
}

int comparison_watch_boot_files(int root_fd, int *ret_fd, struct err *err)
{
	(void)root_fd;
	(void)err;
	*ret_fd = -1;
	return 0;
}

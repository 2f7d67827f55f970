#include "service/hang.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#define WRITE_S 10 /* if the disk hangs too, SIGALRM ends the process without a status */

static void report_hang(void *context)
{
	const struct hang *hang = context;
	struct err ignored;

	(void)alarm(WRITE_S);
	(void)!write(STDERR_FILENO, hang->line, strlen(hang->line));
	(void)!write(STDERR_FILENO, "\n", 1);
	(void)!file_write(hang->folder_fd, hang->name, buf_bytes(&hang->status), 0600, &ignored);
	(void)alarm(0);
	hang->acts.late(hang->acts.late_context);
}

static int prepare_status(const struct hang_inputs *inputs, struct hang *hang, struct err *err)
{
	auto_cleanup(free) struct status *status = malloc(sizeof(*status));
	char begun[CLOCK_TEXT_SIZE];
	struct err hung;

	if (!status)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a status.");
	clock_text(inputs->now_s, begun);
	err_fill(&hung, ERR_HUNG, 0, "The attestation that began at %s did not end within %u s.",
		begun, inputs->limit_s);
	status_of_err("Enable", &hung, status);
	status_add(status, STATUS_HEALTH_ITEM, STATUS_WARNING, ERR_HUNG, status->message);
	(void)text_format(
		hang->line, sizeof(hang->line), "<%d>%s", (int)LOG_LEVEL_ERROR, status->message);
	return status_format(status, inputs->now_s + inputs->limit_s, &hang->status, err);
}

int hang_watch(const struct hang_inputs *inputs, struct hang *ret, struct err *err)
{
	const struct environment *environment = &inputs->service->environment;
	struct watchdog_acts acts = inputs->acts;

	acts.late = report_hang;
	acts.late_context = ret;
	*ret = (struct hang){
		.folder_fd = -1, .status = buf_with_max(STATUS_MAX_BYTES), .acts = inputs->acts};
	status_file_name(environment->sequence, ret->name);
	if (environment_make_folder(
		    inputs->root_fd, environment->status_folder, &ret->folder_fd, err) == 0 &&
		prepare_status(inputs, ret, err) == 0 &&
		watchdog_arm(inputs->limit_s, &acts, &ret->watchdog, err) == 0)
		return 0;
	hang_done(ret);
	return -1;
}

void hang_done(struct hang *hang)
{
	watchdog_disarm(hang->watchdog);
	hang->watchdog = NULL;
	buf_done(&hang->status);
	if (hang->acts.late)
		fd_cleanup(&hang->folder_fd);
	hang->acts.late = NULL;
}

#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include "../support/root.h"
#include "edge/state.h"
#include "memory/lock.h"

#define TIMES 5000

/* Removes the folder whenever it is there, as uninstall does at its end. */
static pid_t remove_again_and_again(const struct root *root)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		(void)unlinkat(root->fd, STATE_FOLDER, AT_REMOVEDIR);
}

static void a_folder_that_goes_meanwhile_is_made_again(void **state)
{
	struct root root = root_make();
	pid_t remover = remove_again_and_again(&root);
	struct err err;

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		auto_cleanup(lock) struct lock lock = {-1, -1};

		check_ok(lock_take(root.fd, 60000, &lock, &err), &err);
	}
	assert_int_equal(kill(remover, SIGKILL), 0);
	(void)waitpid(remover, NULL, 0);
	root_cleanup(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_that_goes_meanwhile_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* monitor - the service. Started by enable (or at boot by its unit); what it must know is in
 * service.json. Usage: monitor [--root DIR] [--alone] [--limit SECONDS]
 *   --alone   there is no systemd: nobody starts it anew if it ends by mistake
 *   --limit   how long a round may take before it counts as hung (default: 300) */
#include <getopt.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "base/log.h"
#include "service/loop.h"

int main(int argc, char **argv)
{
	static const struct option options[] = {{"root", required_argument, NULL, 'r'},
		{"alone", no_argument, NULL, 'a'}, {"limit", required_argument, NULL, 'l'}, {0}};
	struct loop_call call = {
		.root = "/", .argv = argv, .limit_s = LOOP_ROUND_LIMIT_S, .version = VERSION};
	struct err err;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			call.root = optarg;
		else if (option == 'a')
			call.is_alone = true;
		else if (option == 'l')
			call.limit_s = (uint32_t)strtoul(optarg, NULL, 10);
		else
			return 64;
	}
	if (optind != argc || call.limit_s == 0)
		return 64;
	(void)umask(077);
	/* session keys pass through memory: no core files */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (loop_run(&call, &err) == 0)
		return 0;
	log_err(LOG_LEVEL_ERROR, &err);
	return err_info(err.code)->exit_code;
}

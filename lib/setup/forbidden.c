#include "setup/forbidden.h"

#include <string.h>
#include <sys/statvfs.h>
#include "base/file.h"
#include "base/text.h"

/* selinux(8): 1 is enforcing, 0 permissive. */
static bool is_selinux_enforcing(int root_fd)
{
	auto_cleanup(buf) struct buf text = buf_with_max(16);
	struct err ignored;

	return file_read(root_fd, "sys/fs/selinux/enforce", FILE_NO_LINKS, &text, &ignored) == 0 &&
	       text.len && text.data[0] == '1';
}

/* The daemon's RuntimeDirectory=, which systemd removes when it ends. */
static bool has_fapolicyd(int root_fd)
{
	bool is_found = false;
	struct err ignored;

	return file_find(root_fd, "run/fapolicyd", &is_found, &ignored) == 0 && is_found;
}

static bool is_noexec(const char *program)
{
	struct statvfs info;

	return statvfs(program, &info) == 0 && (info.f_flag & ST_NOEXEC);
}

int forbidden_explain(int root_fd, const char *program, unsigned long native, struct err *err)
{
	const struct {
		bool is_here;
		const char *text;
	} policies[] = {
		{has_fapolicyd(root_fd), "fapolicyd"},
		{is_selinux_enforcing(root_fd), "SELinux, which is enforcing"},
		{is_noexec(program), "its file system, which is mounted noexec"},
	};
	char text[128] = "";

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		size_t len = strlen(text);

		if (policies[i].is_here)
			(void)text_format(text + len, sizeof(text) - len, "%s%s",
				len ? ", or " : "", policies[i].text);
	}
	return err_set(err, ERR_START_FORBIDDEN, native,
		"This VM forbids to start '%.200s': look at %s.", program,
		text[0] ? text : "its policies (AppArmor, IMA, SELinux, fapolicyd)");
}

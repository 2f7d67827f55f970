#include "bundle/machine.h"

#include "base/file.h"
#include "base/text.h"

#if defined(__x86_64__)
#define ARCHITECTURE "x86_64"
#elif defined(__aarch64__)
#define ARCHITECTURE "aarch64"
#else
#define ARCHITECTURE ""
#endif

/* The first line of a small file. */
static void read_line(int root_fd, const char *path, char ret[MACHINE_TEXT_SIZE])
{
	auto_cleanup(buf) struct buf text = buf_with_max(4096);
	struct err ignored;
	size_t len = 0;

	ret[0] = '\0';
	if (file_read(root_fd, path, FILE_NO_LINKS, &text, &ignored) < 0)
		return;
	while (len < text.len && text.data[len] != '\n')
		len++;
	text_clean(ret, MACHINE_TEXT_SIZE, (struct bytes){text.data, len});
}

void machine_read(int root_fd, struct machine *ret)
{
	*ret = (struct machine){.architecture = ARCHITECTURE};
	read_line(root_fd, "proc/sys/kernel/hostname", ret->hostname);
	read_line(root_fd, "proc/sys/kernel/osrelease", ret->kernel);
	read_line(root_fd, "proc/sys/kernel/random/boot_id", ret->boot_id);
}

#include "drift/explain_line.h"

#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/codec.h"
#include "drift/drift_line.h"

/* GRUB takes the hash from 0x40 on x86-64 and from 0x200 on arm64. */
#define KERNEL_HEAD_SIZE 4096

/* An accepted line that is the same but for what an update replaces; NULL if there is none. */
static const struct usrline *find_accepted(const struct drift *drift, const struct usrline *line)
{
	for (size_t i = 0; i < drift->count; i++) {
		const struct component *before = &drift->differences[i].before;

		if (before->kind == COMPONENT_COMMAND_LINE &&
			usrline_is_same(&before->facts.line, line))
			return &before->facts.line;
	}
	return NULL;
}

/* An old hash belongs to an old kernel. A line that never had a hash gets it behind what is
 * measured here. */
static bool needs_kernel(
	const struct drift *drift, const struct usrline *line, const struct usrline *accepted)
{
	struct bytes hash = {line->usr_hash, sizeof(line->usr_hash)};
	bool has_new_kernel = false;

	for (size_t i = 0; i < drift->count; i++)
		has_new_kernel |= drift_shown(&drift->differences[i])->kind == COMPONENT_KERNEL;
	return !bytes_equal(hash, (struct bytes){accepted->usr_hash, sizeof(accepted->usr_hash)}) ||
	       (!bytes_are_all(hash, 0) && has_new_kernel);
}

/* False with *gap if the file cannot be read. */
static bool holds_hash(
	int root_fd, const struct bootfile *kernel, const uint8_t *usr_hash, struct err *gap)
{
	char hex[2 * CRYPTO_SHA256_SIZE + 1];
	uint8_t head[KERNEL_HEAD_SIZE];
	auto_cleanup(fd) int fd = -1;
	ssize_t got;

	if (bootfiles_open(root_fd, kernel, &fd, gap) < 0)
		return false;
	got = pread(fd, head, sizeof(head), 0);
	hex_encode((struct bytes){usr_hash, CRYPTO_SHA256_SIZE}, hex);
	return got > 0 && memmem(head, (size_t)got, hex, strlen(hex));
}

static bool is_kernel(const struct components *boot, const struct bootfile *file)
{
	for (size_t i = 0; i < boot->count; i++)
		if (boot->items[i].kind == COMPONENT_KERNEL &&
			explain_has_digest(file, &boot->items[i]))
			return true;
	return false;
}

/* The file of the kernel that this boot measured, and that holds the hash; NULL if there is none.
 */
static const struct bootfile *find_kernel(const struct explain_case *one,
	const struct components *boot, const uint8_t *usr_hash, struct err *gap)
{
	const struct bootfiles *files = &one->pending->files;

	for (size_t i = 0; i < files->count; i++)
		if (is_kernel(boot, &files->files[i]) &&
			holds_hash(one->root_fd, &files->files[i], usr_hash, gap))
			return &files->files[i];
	return NULL;
}

void explain_line(const struct explain_case *one, const struct components *boot,
	const struct drift *drift, struct explanation *ret)
{
	const struct usrline *line = &one->component->facts.line, *accepted;
	const struct bootfile *kernel;
	struct err gap = {0};

	if (one->component->kind != COMPONENT_COMMAND_LINE || ret->how > EXPLANATION_UNKNOWN)
		return;
	accepted = find_accepted(drift, line);
	if (!accepted || line->is_first_boot)
		return;
	if (!needs_kernel(drift, line, accepted)) {
		explanation_set(ret, EXPLANATION_FOLLOWS, "with nothing new but its /usr partition");
		return;
	}
	kernel = find_kernel(one, boot, line->usr_hash, &gap);
	if (kernel)
		explanation_set(ret, EXPLANATION_FILE, "with the hash of /usr in /%s", kernel->path);
	explanation_set_gap(&gap, ret);
}

void explain_line_refuse_shell(struct bytes line, const char *accepted, struct explanation *ret)
{
	char word[DRIFT_LINE_WORD_SIZE];

	if (drift_line_has_shell(line, accepted, word))
		explanation_set(ret, EXPLANATION_NONE, "and '%s' leads to a shell", word);
}

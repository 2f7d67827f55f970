#include "agent/telemetry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "edge/json.h"

#define NAME_SIZE      32
#define NAME_TRIES     100
#define NS_PER_S       1000000000
#define MAX_CHARACTERS 6144 /* the agent's limit for all members together */

_Static_assert(TELEMETRY_MESSAGE_SIZE + 7 * TELEMETRY_FIELD_SIZE <= MAX_CHARACTERS,
	"the agent drops larger events");

/* size: the cleaned text's, at most TELEMETRY_MESSAGE_SIZE. A text has at least as many bytes as
 * characters, so limits in bytes keep the agent's limits in characters. */
static void add_text(json *document, const char *name, size_t size, const char *text)
{
	char clean[TELEMETRY_MESSAGE_SIZE];

	text_clean(clean, size, bytes_of_text(text));
	json_add_text(document, name, clean);
}

static void add_number(json *document, const char *name, long number)
{
	char text[24];

	(void)text_format(text, sizeof(text), "%ld", number);
	json_add_text(document, name, text);
}

static int64_t not_negative(int64_t ns)
{
	return ns < 0 ? 0 : ns;
}

int telemetry_format(const struct telemetry_event *event, struct buf *ret, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();
	int64_t now_ns = not_negative(event->now_ns);
	char seconds[CLOCK_TEXT_SIZE], time[CLOCK_TEXT_SIZE + 8];

	clock_text(now_ns / NS_PER_S, seconds);
	(void)text_format(
		time, sizeof(time), "%.19s.%06dZ", seconds, (int)(now_ns % NS_PER_S / 1000));
	add_text(document, "Version", TELEMETRY_FIELD_SIZE, event->version);
	json_add_text(document, "Timestamp", time);
	add_text(document, "TaskName", TELEMETRY_FIELD_SIZE, event->task);
	json_add_text(document, "EventLevel",
		event->level <= LOG_LEVEL_ERROR     ? "Error"
		: event->level == LOG_LEVEL_WARNING ? "Warning"
						    : "Informational");
	add_text(document, "Message", TELEMETRY_MESSAGE_SIZE,
		event->message[0] ? event->message : "(no message)");
	add_number(document, "EventPid", event->pid);
	add_number(document, "EventTid", event->pid);
	add_text(document, "OperationId", TELEMETRY_FIELD_SIZE, event->operation);
	return json_print(document, JSON_COMPACT, ret, err);
}

/* Is there room for one more? Every file in the folder counts, whatever wrote it. */
static bool has_room_for(int events_fd, size_t len)
{
	int fd = openat(events_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int64_t total = (int64_t)len;
	int files = 0;
	struct stat info;

	if (!dir) {
		fd_cleanup(&fd);
		return false;
	}
	for (struct dirent *entry = readdir(dir); entry && files < TELEMETRY_MAX_FILES;
		entry = readdir(dir)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		files++;
		if (fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
			total += info.st_size;
	}
	(void)closedir(dir);
	return files < TELEMETRY_MAX_FILES && total <= TELEMETRY_MAX_TOTAL;
}

/* A name has 19 digits (enough until the year 2262), because the agent compares names as text. If
 * all names that are tried exist, the last one is overwritten. */
static int find_free_name(int events_fd, int64_t now_ns, char ret[NAME_SIZE], struct err *err)
{
	bool is_taken = true;

	for (int i = 0; i < NAME_TRIES && is_taken; i++) {
		(void)text_format(ret, NAME_SIZE, "%019" PRId64 ".json", not_negative(now_ns) + i);
		if (file_find(events_fd, ret, &is_taken, err) < 0)
			return -1;
	}
	return 0;
}

int telemetry_write(int log_fd, int events_fd, const struct telemetry_event *event, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(TELEMETRY_MAX_BYTES);
	char draft[TELEMETRY_FIELD_SIZE + 16];
	char name[NAME_SIZE];

	if (telemetry_format(event, &text, err) < 0)
		return -1;
	if (!has_room_for(events_fd, text.len))
		return 0;
	/* always the same name, so that killed writers leave at most one draft per task */
	(void)text_format(draft, sizeof(draft), ".event.%s", event->task);
	tree_sweep(log_fd, draft);
	if (file_write(log_fd, draft, buf_bytes(&text), 0600, err) < 0)
		return err_wrap(err, "Event");
	if (find_free_name(events_fd, event->now_ns, name, err) < 0)
		return -1;
	if (renameat(log_fd, draft, events_fd, name) < 0) {
		err_fill(err, ERR_IO, (unsigned long)errno, "Event '%s' cannot be handed over: %m.",
			name);
		(void)unlinkat(log_fd, draft, 0);
		return -1;
	}
	return 0;
}

#include "check.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "../support/root.h"
#include "../support/scarce.h"
#include "edge/state.h"
#include "base/file.h"

#define NAME "x.json"
#define GOOD "{\"version\":1,\"number\":7,\"later\":{\"x\":[1]}}"

static int read_number(const json *document, void *ret, struct err *err)
{
	return json_get_int(document, "number", ret, err);
}

static const struct state_file number_file = {NAME, read_number};

static void put(const struct root *root, struct bytes contents)
{
	struct err err;

	check_ok(file_write(root->fd, NAME, contents, 0600, &err), &err);
}

static bool is_there(const struct root *root, const char *name)
{
	struct stat info;

	return fstatat(root->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static void damaged_is_what_was_read_and_makes_no_sense(void **state)
{
	static const char *const damaged[] = {"", "{", "[]", "{}", "{\"version\":0,\"number\":7}",
		"{\"version\":1}", "{\"version\":1,\"number\":\"7\"}", "\xff"};
	const struct root *root = *state;
	int64_t number = 3;
	struct err err;

	assert_int_equal(state_take(root->fd, &number_file, &number, &err), STATE_ABSENT);
	for (size_t i = 0; i < COUNT(damaged); i++) {
		put(root, TEXT(damaged[i]));
		assert_int_equal(state_load(root->fd, &number_file, &number, &err), STATE_DAMAGED);
		assert_int_equal(err.code, ERR_STATE_INVALID);
		assert_true(is_there(root, NAME) && !is_there(root, NAME ".broken"));
		assert_int_equal(state_take(root->fd, &number_file, &number, &err), STATE_DAMAGED);
		assert_true(!is_there(root, NAME) && is_there(root, NAME ".broken"));
		(void)unlinkat(root->fd, NAME ".broken", 0);
	}
	assert_int_equal(number, 3);
	put(root, TEXT(GOOD));
	assert_int_equal(state_take(root->fd, &number_file, &number, &err), STATE_LOADED);
	assert_int_equal(number, 7);
}

static void a_file_that_is_too_large_is_damaged(void **state)
{
	const struct root *root = *state;
	auto_cleanup(free) char *blanks = calloc(1, STATE_MAX_BYTES + 1);
	int64_t number;
	struct err err;

	assert_non_null(blanks);
	memset(blanks, ' ', STATE_MAX_BYTES);
	put(root, TEXT(blanks));
	assert_int_equal(state_load(root->fd, &number_file, &number, &err), STATE_DAMAGED);
}

static void make_folder(const struct root *root)
{
	assert_int_equal(mkdirat(root->fd, NAME, 0700), 0);
}

static void make_fifo(const struct root *root)
{
	assert_int_equal(mkfifoat(root->fd, NAME, 0600), 0);
}

static void make_link(const struct root *root)
{
	assert_int_equal(symlinkat("elsewhere", root->fd, NAME), 0);
}

static void make_loop(const struct root *root)
{
	assert_int_equal(symlinkat(NAME, root->fd, NAME), 0);
}

static void stay_unknown(const struct root *root, enum err_code code)
{
	auto_cleanup(json) json *document = json_new_object();
	int64_t number = 3;
	struct err err;

	assert_int_equal(state_take(root->fd, &number_file, &number, &err), STATE_UNREADABLE);
	assert_int_equal(err.code, code);
	check_err(state_save(root->fd, NAME, document, &err), &err, code);
	assert_true(is_there(root, NAME) && !is_there(root, NAME ".broken"));
	assert_int_equal(number, 3);
}

static void take_away(const struct root *root)
{
	char path[FOLDER_SIZE + sizeof(NAME)];
	const char *argv[] = {"rm", "-rf", path, NULL};

	(void)snprintf(path, sizeof(path), "%s/" NAME, root->path);
	folder_run(argv);
}

static void what_is_no_file_is_unknown_and_stays(void **state)
{
	void (*const kinds[])(const struct root *) = {make_folder, make_fifo, make_link, make_loop};
	const struct root *root = *state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		kinds[i](root);
		stay_unknown(root, ERR_STATE_UNREADABLE);
		take_away(root);
	}
}

static void without_a_descriptor_it_is_unknown_and_stays(void **state)
{
	const struct root *root = *state;
	struct rlimit before, none;

	put(root, TEXT(GOOD));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	stay_unknown(root, ERR_STATE_UNREADABLE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void without_memory_it_is_unknown_and_stays(void **state)
{
	const struct root *root = *state;
	long good = 0;
	bool has_failed = true;

	if (!SCARCE)
		skip();
	put(root, TEXT(GOOD));
	for (; has_failed; good++) {
		int64_t number = 0;
		enum state_found found;
		struct err err;

		scarce_after(good);
		found = state_take(root->fd, &number_file, &number, &err);
		has_failed = scarce_end();
		assert_int_equal(found, has_failed ? STATE_UNREADABLE : STATE_LOADED);
		if (has_failed)
			assert_int_equal(err.code, ERR_NO_MEMORY);
		assert_true(is_there(root, NAME) && !is_there(root, NAME ".broken"));
	}
	assert_true(good > 5);
}

static void without_memory_nothing_is_overwritten(void **state)
{
	const struct root *root = *state;
	bool has_failed = true;

	if (!SCARCE)
		skip();
	put(root, TEXT(GOOD));
	for (long good = 0; has_failed; good++) {
		auto_cleanup(json) json *document = json_new_object();
		auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
		struct err err;
		int status;

		json_add_int(document, "number", 8);
		scarce_after(good);
		status = state_save(root->fd, NAME, document, &err);
		has_failed = scarce_end();
		/* what only tidies up may do without memory */
		assert_true(has_failed || status == 0);
		check_ok(file_read(root->fd, NAME, FILE_NO_LINKS, &text, &err), &err);
		assert_non_null(strstr((const char *)text.data, "later"));
		assert_true((status < 0) == (strstr((const char *)text.data, "7") != NULL));
	}
}

static void a_damaged_file_is_set_aside_before_it_is_replaced(void **state)
{
	const struct root *root = *state;
	auto_cleanup(json) json *document = json_new_object();
	struct err err;

	put(root, TEXT("{"));
	assert_int_equal(mkdirat(root->fd, NAME ".broken", 0700), 0);
	check_err(state_save(root->fd, NAME, document, &err), &err, ERR_STATE_UNREADABLE);
	assert_int_equal(unlinkat(root->fd, NAME ".broken", AT_REMOVEDIR), 0);
	check_ok(state_save(root->fd, NAME, document, &err), &err);
	assert_true(is_there(root, NAME) && is_there(root, NAME ".broken"));
}

static pid_t ended_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
	return pid;
}

static void what_a_killed_writer_left_goes_and_anothers_stays(void **state)
{
	const struct root *root = *state;
	auto_cleanup(json) json *document = json_new_object();
	char left[64], others[64], foreign[64];
	struct err err;

	(void)snprintf(left, sizeof(left), "." NAME ".%d.tmp", ended_process());
	(void)snprintf(others, sizeof(others), "." NAME ".%d.tmp", getppid());
	(void)snprintf(foreign, sizeof(foreign), ".y.json.%d.tmp", ended_process());
	check_ok(file_write(root->fd, left, TEXT("half"), 0600, &err), &err);
	check_ok(file_write(root->fd, others, TEXT("half"), 0600, &err), &err);
	check_ok(file_write(root->fd, foreign, TEXT("half"), 0600, &err), &err);
	check_ok(state_save(root->fd, NAME, document, &err), &err);
	assert_true(!is_there(root, left) && is_there(root, others) && is_there(root, foreign));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rooted(damaged_is_what_was_read_and_makes_no_sense),
		rooted(a_file_that_is_too_large_is_damaged),
		rooted(what_is_no_file_is_unknown_and_stays),
		rooted(without_a_descriptor_it_is_unknown_and_stays),
		rooted(without_memory_it_is_unknown_and_stays),
		rooted(without_memory_nothing_is_overwritten),
		rooted(a_damaged_file_is_set_aside_before_it_is_replaced),
		rooted(what_a_killed_writer_left_goes_and_anothers_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
